/**
 * How many bytes of header the region's HTTP servers and clients take: more than any load balancer, so that the way to one
 * is never narrower than the load balancer itself.
 */
export const maxHeaderSize = 128 * 1024;

/** The bytes of a header as it is usually written, with the empty line at its end. */
export function headerSize(startLine: string, rawHeaders: readonly string[]): number {
  return [startLine.length, ...fieldLines(rawHeaders), 0].reduce((sum, length) => sum + length + 2, 0);
}

/** The length of each field line of a raw list (name, value, name, …), without its CRLF. */
export function fieldLines(rawHeaders: readonly string[]): number[] {
  const lengths: number[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2)
    lengths.push(`${rawHeaders[i] ?? ""}: ${rawHeaders[i + 1] ?? ""}`.length);
  return lengths;
}
