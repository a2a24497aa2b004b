/** Chooses the protocol of a request by the request's form, so that errors are readable whoever it is for. */
import type { Service } from "../service";
import { cborProtocol } from "./cbor";
import { jsonProtocol } from "./json";
import type { Protocol, RequestHead } from "./protocol";
import { queryProtocol } from "./query";
import { restJsonProtocol, s3Protocol } from "./rest";

/**
 * @param service undefined if the region lacks it
 * @param scope the service's name in the signature; undefined without one
 */
export function protocolOf(
  { method, path, headers }: RequestHead,
  service: Pick<Service<never>, "query" | "serviceName" | "model"> | undefined,
  scope: string | undefined,
): Protocol {
  const contentType = headers["content-type"] ?? "";
  if (headers["smithy-protocol"] === "rpc-v2-cbor") return cborProtocol(service);
  const [, jsonVersion] = /^application\/x-amz-json-(1\.[01])\b/.exec(contentType) ?? [];
  if (jsonVersion !== undefined || headers["x-amz-target"] !== undefined)
    return jsonProtocol(jsonVersion ?? "1.0", service);
  if (scope === "s3") return s3Protocol();
  const isForm = path === "/" && (method === "POST" || method === "GET");
  if (isForm || service || restXmlScopes.has(scope ?? "")) return queryProtocol(service?.query);
  return restJsonProtocol();
}

/** Services whose clients read the query protocol's errors. Source: their API References' "Common Errors". */
const restXmlScopes = new Set(["cloudfront", "route53"]);
