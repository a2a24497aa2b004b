/** A steady load over kept-alive connections, and what became of every request. */
import http from "node:http";

const perSecond = 200;

export interface Tally {
  answered: number;
  /** No connection: the port was closed. */
  refused: number;
  /** The connection ended before the answer. */
  reset: number;
  serverErrors: number;
  /** Anything else that is not 200, in words. */
  others: string[];
  /** Of the slowest answer. */
  milliseconds: number;
}

export class Load {
  readonly tally: Tally = { answered: 0, refused: 0, reset: 0, serverErrors: 0, others: [], milliseconds: 0 };
  // Each connection in its turn: none rests so long that the server closes it just when it is used again.
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 10, scheduling: "fifo" });
  private readonly begun = performance.now();
  private readonly pending = new Set<Promise<void>>();
  private sent = 0;
  private readonly timer = setInterval(() => {
    const due = ((performance.now() - this.begun) / 1000) * perSecond;
    while (this.sent < due) this.send();
  }, 5);

  constructor(private readonly url: string) {}

  /** Stops, and resolves when every request has its outcome. */
  async stop(): Promise<Tally> {
    clearInterval(this.timer);
    await Promise.all(this.pending);
    this.agent.destroy();
    return this.tally;
  }

  private send(): void {
    this.sent++;
    const outcome = this.request();
    this.pending.add(outcome);
    void outcome.then(() => this.pending.delete(outcome));
  }

  private request(): Promise<void> {
    const begun = performance.now();
    return new Promise(resolve => {
      http
        .get(this.url, { agent: this.agent, timeout: 10_000 }, response => {
          response.resume().once("close", () => {
            this.tally.milliseconds = Math.max(this.tally.milliseconds, performance.now() - begun);
            const { statusCode = 0, complete } = response;
            if (!complete) this.tally.reset++;
            else if (statusCode === 200) this.tally.answered++;
            else if (statusCode >= 500) this.tally.serverErrors++;
            else this.tally.others.push(String(statusCode));
            resolve();
          });
        })
        .once("timeout", function (this: http.ClientRequest) {
          this.destroy(new Error("no answer"));
        })
        .once("error", (error: NodeJS.ErrnoException) => {
          if (error.code === "ECONNREFUSED") this.tally.refused++;
          else if (error.code === "ECONNRESET" || error.code === "EPIPE") this.tally.reset++;
          else this.tally.others.push(error.message);
          resolve();
        });
    });
  }
}
