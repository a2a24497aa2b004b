import type { EventEmitter } from "node:events";
import type { Logger } from "pino";

export interface CpuLoadOptions {
  /** How long one request's load lasts. */
  seconds: number;
  /** How many threads make it. */
  workers: number;
  /** Starts a thread that stops by itself at `end`, in nanoseconds of process.hrtime, which may be moved meanwhile. */
  startWorker: (end: BigInt64Array) => EventEmitter;
}

/**
 * At most this many requests' load adds up. With three, of the default five minutes, ten POSTs to a fleet that has just
 * been launched outlast its warm-up and the three minutes that its alarm then takes.
 */
const mostRequests = 3n;

/** CPU load that ends by itself: further requests only prolong it, and within a bound. */
export class CpuLoad {
  /** Shared with the workers, like the clock that it refers to. */
  private readonly end = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  private readonly running = new Set<object>();

  constructor(
    private readonly options: CpuLoadOptions,
    private readonly log: Logger,
  ) {}

  request(): void {
    const now = process.hrtime.bigint();
    const length = BigInt(Math.round(this.options.seconds * 1e9));
    const end = Atomics.load(this.end, 0);
    const [extended, latest] = [(end > now ? end : now) + length, now + mostRequests * length];
    Atomics.store(this.end, 0, extended < latest ? extended : latest);
    while (this.running.size < this.options.workers) this.start();
  }

  private start(): void {
    const worker = this.options.startWorker(this.end);
    this.running.add(worker);
    worker.once("error", (error: unknown) => this.log.error({ err: error }, "a worker failed"));
    worker.once("exit", (code: number) => {
      this.running.delete(worker);
      // It read the end just before a request moved that. After a failure only the next request starts another.
      if (code === 0 && process.hrtime.bigint() < Atomics.load(this.end, 0)) this.start();
    });
  }
}
