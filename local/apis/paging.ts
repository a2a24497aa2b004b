/** Lists in pages, as clients' paginators walk them. */

/**
 * @param token where the page begins, as the page before said it
 * @returns the page, and the token of the next, unless it is the last; undefined where the token is none of ours
 */
export function pageOf<Item>(
  items: readonly Item[],
  size: number,
  token?: string,
): { page: Item[]; next?: string } | undefined {
  const begin = token === undefined ? 0 : beginOf(token);
  if (begin === undefined) return undefined;
  const end = begin + size;
  return { page: items.slice(begin, end), ...(end < items.length && { next: tokenOf(end) }) };
}

function tokenOf(begin: number): string {
  return Buffer.from(`from ${begin}`).toString("base64");
}

function beginOf(token: string): number | undefined {
  const [, begin] = /^from (\d{1,9})$/.exec(Buffer.from(token, "base64").toString()) ?? [];
  return begin === undefined ? undefined : Number(begin);
}
