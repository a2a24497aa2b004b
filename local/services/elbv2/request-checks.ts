/**
 * What an Application Load Balancer refuses before it looks for a rule. Sources: "Quotas for your Application Load
 * Balancers", HTTP headers; "Troubleshoot your Application Load Balancers", The load balancer generates an HTTP error.
 * That page lists a long request line under 400 and a long URL under 414; the second is the more specific.
 */
import type { IncomingMessage } from "node:http";
import { headerSize, longestField } from "../../network/http/limits";
import type { ErrorStatus } from "./error-responses";

const maxRequestLine = 16 * 1024;
const maxField = 16 * 1024;
const maxRequestHeader = 64 * 1024;
/** Beyond it, a target's header is "not valid", which is 502. */
export const maxResponseHeader = 32 * 1024;
const maxForwardedFor = 30;

export function refusalOf(req: IncomingMessage): ErrorStatus | undefined {
  const { method = "", url = "", httpVersion, headers, rawHeaders } = req;
  const requestLine = `${method} ${url} HTTP/${httpVersion}`;
  if (requestLine.length > maxRequestLine) return 414;
  if (longestField(rawHeaders) > maxField) return 400;
  if (headerSize(requestLine, rawHeaders) > maxRequestHeader) return 400;
  if (hostsOf(rawHeaders) > 1 || (headers.host === undefined && httpVersion !== "1.0")) return 400;
  if (method === "TRACE") return 405;
  const { "transfer-encoding": encoding = "chunked", "x-forwarded-for": forwardedFor = "" } = headers;
  if (encoding.toLowerCase() !== "chunked") return 501;
  if (String(forwardedFor).split(",").length > maxForwardedFor) return 463;
  return undefined;
}

/**
 * The only protocol that an HTTP connection can be upgraded to: HTTP/2 takes an HTTPS listener, so h2c is ignored. Source:
 * "Listeners for your Application Load Balancers", WebSockets and HTTP/2.
 */
export function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

function hostsOf(rawHeaders: readonly string[]): number {
  return rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
}
