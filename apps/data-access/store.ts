import type { SeedFile } from "./seed-file";

/**
 * The seed in memory, in front of the seed on disk. Reads never wait, and see only what is durable. Updates are
 * group-committed: those that arrive during one write share the next.
 */
export class SeedStore {
  #durable: number;
  #latest: number;
  /** The write that has not started yet, which new updates join. */
  #next: Promise<void> | undefined;
  /** Settles with the last requested write. */
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly storage: Pick<SeedFile, "initial" | "replace">) {
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
      // After a failed write, too, as that one's callers know of the failure.
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
