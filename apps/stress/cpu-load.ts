import type { EventEmitter } from "node:events";
import type { Logger } from "pino";

export interface CpuLoadOptions {
  /** How long the load of one request lasts. */
  seconds: number;
  /** How many threads make it, at most and usually. */
  workers: number;
  /** Starts a thread that ends by itself at `end`, in nanoseconds of process.hrtime; it may be moved meanwhile. */
  startWorker: (end: BigInt64Array) => EventEmitter;
}

/**
 * So many requests at once make the load last longer. Three, of the default five minutes: ten POSTs to a fleet that
 * has just been launched outlast its warm-up and the three minutes that its alarm then takes.
 */
const mostRequests = 3n;

/** CPU load that ends by itself: however often it is asked for, it only lasts longer, and that within a bound. */
export class CpuLoad {
  /** Shared with the workers, and so is the clock that it is read on. */
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
