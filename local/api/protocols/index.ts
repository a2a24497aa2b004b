import type http from "node:http";
import type { Service } from "../service";
import { jsonProtocol } from "./json";
import type { Protocol } from "./protocol";
import { queryProtocol } from "./query";

/** JSON if both the service and the request speak it, otherwise the query protocol. */
export function protocolOf(
  service: Pick<Service<never>, "query" | "json" | "model">,
  headers: http.IncomingHttpHeaders,
): Protocol {
  const { json, query } = service;
  return json && headers["x-amz-target"] !== undefined ? jsonProtocol(json, service) : queryProtocol(query);
}
