import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/**
 * The headers that an Application Load Balancer sets in requests. Sources: "HTTP headers and Application Load
 * Balancers", "Request tracing for your Application Load Balancer", and for Host "How Elastic Load Balancing works".
 */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  client: { address: string },
  listener: { protocol: "HTTP" | "HTTPS"; port: number; dnsName: string },
): Record<string, string> {
  return {
    Host: headers.host?.toLowerCase() ?? listener.dnsName,
    "X-Forwarded-For": append(headers["x-forwarded-for"], client.address),
    "X-Forwarded-Proto": listener.protocol.toLowerCase(),
    "X-Forwarded-Port": String(listener.port),
    "X-Amzn-Trace-Id": trace(headers["x-amzn-trace-id"]),
  };
}

/**
 * Whether a request keeps a header field of this name where invalid ones are dropped. Source: ELB API Reference,
 * "LoadBalancerAttribute"; "HTTP headers and Application Load Balancers".
 */
export function isValidHeaderName(name: string): boolean {
  return /^[-A-Za-z0-9]+$/.test(name);
}

/** Node joins repeated headers with commas, which its types don't say for these two. */
type Field = string | string[] | undefined;

function append(list: Field, last: string): string {
  return list === undefined || list === "" ? last : `${String(list)}, ${last}`;
}

/** Prepends a new Root if there is none, otherwise this load balancer's Self, which replaces the previous Self. */
function trace(field: Field): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const id = `1-${seconds.padStart(8, "0")}-${randomUUID().replaceAll("-", "").slice(8)}`;
  if (field === undefined) return `Root=${id}`;
  const kept = String(field)
    .split(";")
    .filter(part => part !== "" && !/^\s*Self=/i.test(part));
  const hasRoot = kept.some(part => /^\s*Root=/i.test(part));
  return [`${hasRoot ? "Self" : "Root"}=${id}`, ...kept].join(";");
}
