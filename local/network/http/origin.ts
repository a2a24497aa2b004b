/** Keeps web pages away from the servers of this machine's user. */
import type http from "node:http";

/**
 * Whether a request comes from a page of another origin, or names a host that isn't the server's, as a page does whose
 * own name now resolves to this machine (DNS rebinding). What the user opens by its address isn't foreign, nor is a link
 * on this machine's other ports; a link on any other site is. Clients that aren't browsers send none of these fields.
 * Sources: Fetch Standard, "`Origin` header"; W3C, "Fetch Metadata Request Headers".
 */
export function isForeign(
  { method, headers }: Pick<http.IncomingMessage, "method" | "headers">,
  hosts: readonly string[],
  scheme: "http" | "https" = "http",
): boolean {
  const { host, origin } = headers;
  if (host !== undefined && !hosts.includes(host.toLowerCase())) return true;
  if (origin !== undefined && origin !== `${scheme}://${host ?? ""}`) return true;
  switch (headers["sec-fetch-site"]) {
    case undefined:
    case "none":
    case "same-origin":
      return false;
    case "same-site":
      return method !== "GET" || headers["sec-fetch-dest"] !== "document";
    default:
      return true;
  }
}
