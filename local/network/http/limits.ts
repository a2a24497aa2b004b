/**
 * How many bytes of header the region's HTTP servers and clients take: more than any load balancer, so that the way to one
 * is never narrower than the load balancer itself.
 */
export const maxHeaderSize = 128 * 1024;

/**
 * Clients close idle connections after 60 s, as an Application Load Balancer does ("Connection idle timeout"); in ms. That
 * is sooner than any server here does, so no request is sent on a connection that is being closed.
 */
export const idleConnectionTimeout = 60_000;

/** The bytes of a header as it is usually written, with the empty line at its end. */
export function headerSize(startLine: string, rawHeaders: readonly string[]): number {
  let size = startLine.length + 4;
  for (let i = 0; i < rawHeaders.length; i += 2) size += fieldSize(rawHeaders, i) + 2;
  return size;
}

/** The length of the longest field line of a raw list (name, value, name, …), without its CRLF; 0 if there is none. */
export function longestField(rawHeaders: readonly string[]): number {
  let longest = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) longest = Math.max(longest, fieldSize(rawHeaders, i));
  return longest;
}

function fieldSize(rawHeaders: readonly string[], i: number): number {
  return (rawHeaders[i] ?? "").length + ": ".length + (rawHeaders[i + 1] ?? "").length;
}
