/** What of a message's header a proxy forwards: RFC 9110 §7.6. */
import type http from "node:http";
import { headerSize } from "./limits";

export interface HeaderChanges {
  host: string;
  port: number;
  /** Header fields that replace the client's fields of the same name. */
  headers?: Readonly<Record<string, string>>;
  /** Which of the client's header fields are forwarded, by their names; all by default. */
  passes?: (name: string) => boolean;
}

export interface ResponseHead {
  status: number;
  reason: string;
  /** name, value, name, … */
  rawHeaders: readonly string[];
  connection?: string;
  upgrade?: string;
}

/**
 * Fields that apply to a single connection: RFC 9110 §7.6.1, and §11.7 for proxies. Not every `Proxy-*` field:
 * Proxy-Status (RFC 9209) is meant for the client.
 */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Fields that Connection can't remove: RFC 9110 §7.6.1 forbids it, and framing would break. */
const neverNominated: ReadonlySet<string> = new Set(["content-length", "host"]);

const usuallyWithoutBody: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** The fields of the request to forward, as a raw list (name, value, name, …), without the body's encoding. */
export function requestHeaders(
  req: http.IncomingMessage,
  { host, port, headers = {}, passes }: HeaderChanges,
): string[] {
  const names = Object.keys(headers);
  const omitted = new Set(names.map(name => name.toLowerCase()));
  const addsHost = req.headers.host === undefined && !omitted.has("host");
  // Node sends "100 Continue" before it calls us, as ELB does ("How Elastic Load Balancing works",
  // HTTP headers), so the expectation is already met.
  omitted.add("expect");
  const kept = endToEnd(
    req.rawHeaders,
    req.headers.connection,
    name => omitted.has(name) || passes?.(name) === false,
  );
  for (const name of names) kept.push(name, headers[name] ?? "");
  if (addsHost) kept.push("Host", `${host}:${port}`);
  const { "transfer-encoding": encoding, "content-length": length } = req.headers;
  // RFC 9110 §8.6.
  if (encoding === undefined && length === undefined && !usuallyWithoutBody.has(req.method ?? ""))
    kept.push("Content-Length", "0");
  return kept;
}

/** Filters a raw list for end-to-end fields, preserving order, duplicates and case. */
export function endToEnd(
  raw: readonly string[],
  connection: string | undefined,
  isOmitted?: (name: string) => boolean,
): string[] {
  const nominated = connection?.toLowerCase().split(/[\s,]+/);
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const [name = "", value = ""] = [raw[i], raw[i + 1]];
    const key = name.toLowerCase();
    if (hopByHop.has(key) || isOmitted?.(key)) continue;
    if (nominated?.includes(key) && !neverNominated.has(key)) continue;
    kept.push(name, value);
  }
  return kept;
}

/** RFC 9110 §7.8. */
export function upgradeHeaders(protocol: string | undefined, closes = false): string[] {
  return protocol === undefined
    ? []
    : ["Connection", closes ? "Upgrade, close" : "Upgrade", "Upgrade", protocol];
}

/** An upstream may only switch to a protocol that the client offered. */
export function offers(offered: string, protocol: string | undefined): boolean {
  const names = offered.toLowerCase().split(/[\s,]+/);
  return protocol !== undefined && names.includes(protocol.toLowerCase());
}

/**
 * Parsers accept responses that Node refuses to write: status codes below 100, and reasons with control characters.
 * @param maxSize of the header, in bytes
 */
export function isForwardable({ status, reason, rawHeaders }: ResponseHead, maxSize = Infinity): boolean {
  return (
    status >= 100 &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(reason) &&
    headerSize(`HTTP/1.1 ${status} ${reason}`, rawHeaders) <= maxSize
  );
}
