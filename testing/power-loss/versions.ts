/** A value that programs change, and of which a disk may hold an earlier version until it is synced. */
export class Versions<T> {
  /** From the one that is durable to the one that programs see. */
  #versions: { at: number; value: T }[];
  /** After a failed sync no later one says anything of versions up to this time: the system may have dropped them. */
  #lostUntil = -1;

  constructor(durable: T) {
    this.#versions = [{ at: -1, value: durable }];
  }

  get current(): T {
    return (this.#versions.at(-1) as { value: T }).value;
  }

  /** What the disk may hold, from the durable version on. */
  get candidates(): T[] {
    return this.#versions.map(({ value }) => value);
  }

  /** @param at times are numbers that grow */
  change(value: T, at: number): void {
    this.#versions.push({ at, value });
  }

  /** @param begun a sync covers what was complete when it began */
  sync(begun: number): void {
    const covered = this.#versions.findLastIndex(({ at }) => at <= begun);
    if ((this.#versions[covered]?.at ?? -1) > this.#lostUntil) this.#versions.splice(0, covered);
  }

  failToSync(begun: number): void {
    const covered = this.#versions.findLast(({ at }) => at <= begun);
    this.#lostUntil = Math.max(this.#lostUntil, covered?.at ?? -1);
  }
}
