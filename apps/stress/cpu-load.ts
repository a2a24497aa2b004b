import type { EventEmitter } from "node:events";
import type { Logger } from "pino";

export interface CpuLoadOptions {
  /** How long the load lasts after the last request for it. */
  seconds: number;
  /** How many threads make it, at most and usually. */
  workers: number;
  /** Starts a thread that ends by itself at `end`, in nanoseconds of process.hrtime; it may be moved meanwhile. */
  startWorker: (end: BigInt64Array) => EventEmitter;
}

/** CPU load that ends by itself: however often it is asked for, it only lasts longer. */
export class CpuLoad {
  /** Shared with the workers, and so is the clock that it is read on. */
  private readonly end = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  private readonly running = new Set<object>();

  constructor(
    private readonly options: CpuLoadOptions,
    private readonly log: Logger,
  ) {}

  request(): void {
    const nanoseconds = BigInt(Math.round(this.options.seconds * 1e9));
    Atomics.store(this.end, 0, process.hrtime.bigint() + nanoseconds);
    while (this.running.size < this.options.workers) this.start();
  }

  private start(): void {
    const worker = this.options.startWorker(this.end);
    this.running.add(worker);
    worker.once("error", (error: unknown) => {
      this.log.error({ err: error }, "a worker failed");
    });
    worker.once("exit", (code: number) => {
      this.running.delete(worker);
      // It saw its end just before a request moved it. After a failure the next request starts another.
      if (code === 0 && process.hrtime.bigint() < Atomics.load(this.end, 0)) this.start();
    });
  }
}
