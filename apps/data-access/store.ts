/** The part of `SeedFile` that the store needs. */
export interface SeedStorage {
  readonly initial: number;
  replace(num: number): Promise<void>;
}

/**
 * The seed in memory before the seed on disk. Reads never wait, and see only what is durable. Updates are
 * group-committed: those that arrive while one write is under way share the next.
 */
export class SeedStore {
  #durable: number;
  #latest: number;
  /** The write that has not begun: whoever comes now still joins it. */
  #next: Promise<void> | undefined;
  /** Settles with the last write that was asked for. */
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly storage: SeedStorage) {
    this.#durable = this.#latest = storage.initial;
  }

  get value(): number {
    return this.#durable;
  }

  /** Resolves once `num`, or a seed that arrived after it, is durable; rejects if it could not be written. */
  update(num: number): Promise<void> {
    this.#latest = num;
    if (!this.#next) {
      const write = () => this.#write();
      // After a failed write as after a good one: its own callers have learnt of the failure.
      this.#last = this.#next = this.#last.then(write, write);
    }
    return this.#next;
  }

  async #write(): Promise<void> {
    this.#next = undefined;
    const num = this.#latest;
    await this.storage.replace(num);
    this.#durable = num;
  }
}
