/** Keeps a host's service running, as systemd would. */
import { EventEmitter, once } from "node:events";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { listeningSchema } from "../../apps/common/listening";
import type { Unit } from "../../apps/installer/unit";
import { start, type GuardedProcess } from "./process";

/** RestartSec and TimeoutStopSec of a real host's unit, in real milliseconds. */
const restartDelay = 1_000;
const stopTimeout = 15_000;

export interface SupervisorOptions {
  unit: Unit;
  command: readonly [string, ...string[]];
  cwd: string;
  environment: Record<string, string>;
  journal: string;
  /** A socket accepts connections on the loopback port or, without a port, no longer does. */
  onSocket: (socket: string, loopbackPort?: number) => void;
  /** The process ended without being stopped. */
  onExit?: (ending: string) => void;
}

export class Supervisor {
  readonly sockets = new Map<string, number>();
  private child?: GuardedProcess;
  private readonly stopping = new AbortController();
  private running?: Promise<void>;
  private journal?: WriteStream;
  /** Emits "change" when a socket opens or the process ends. */
  private readonly events = new EventEmitter();
  /** How often it has ended without being stopped, and how it did last. */
  private exits = 0;
  private lastExit = "";

  constructor(readonly options: SupervisorOptions) {}

  start(): void {
    mkdirSync(dirname(this.options.journal), { recursive: true });
    // Each start of the unit starts a new journal.
    this.journal = createWriteStream(this.options.journal, { flags: "w" });
    this.running = this.run();
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Terminates the process, by force after the stop timeout. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.child) terminate(this.child);
    await this.running;
    const { journal } = this;
    if (journal) await new Promise<void>(resolve => journal.end(resolve));
  }

  /**
   * Resolves once all the unit's sockets accept connections.
   * @throws if the process ends first, or the signal fires
   */
  async listening(signal: AbortSignal): Promise<void> {
    const missing = () => Object.keys(this.options.unit.ports).filter(socket => !this.sockets.has(socket));
    const before = this.exits;
    while (missing().length > 0) {
      signal.throwIfAborted();
      if (this.exits > before) throw new Error(`its process ${this.lastExit}`);
      await once(this.events, "change", { signal });
    }
  }

  async readJournal(): Promise<string> {
    const { journal } = this;
    // An empty write completes after all pending ones.
    if (journal?.writable) await new Promise(resolve => journal.write("", resolve));
    const lines = (await readFile(this.options.journal, "utf8")).trimEnd().split("\n");
    return lines.slice(-30).join("\n");
  }

  private async run(): Promise<void> {
    while (!this.isStopping()) {
      let ending: string;
      try {
        this.child = await start(this.options.command, this.options);
        if (this.isStopping()) terminate(this.child);
        const read = this.read(this.child);
        ending = await this.child.ended;
        await read;
      } catch (error) {
        ending = `could not be started: ${(error as Error).message}`;
      }
      this.child = undefined;
      for (const socket of this.sockets.keys()) this.options.onSocket(socket);
      this.sockets.clear();
      if (this.isStopping()) return;
      this.exits++;
      this.lastExit = ending;
      this.write(`the process ${ending}; restarting`);
      this.options.onExit?.(ending);
      this.events.emit("change");
      await delay(restartDelay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Resolves once all the process's output is in the journal; some may arrive after it ends. */
  private async read({ stdout, stderr }: GuardedProcess): Promise<void> {
    const readers = [stdout, stderr].map(stream => {
      const lines = createInterface(stream).on("line", line => {
        this.write(line);
        if (stream === stdout) this.detectListening(line);
      });
      return once(lines, "close");
    });
    await Promise.all(readers);
  }

  private detectListening(line: string): void {
    if (!line.includes('"listening"')) return;
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      return; // not a log line
    }
    const listening = listeningSchema.safeParse(entry);
    if (!listening.success) return;
    const { socket, port } = listening.data;
    this.sockets.set(socket, port);
    this.options.onSocket(socket, port);
    this.events.emit("change");
  }

  private write(line: string): void {
    if (this.journal?.writable) this.journal.write(`${line}\n`);
  }
}

function terminate(child: GuardedProcess): void {
  child.kill("SIGTERM");
  const forceTimer = setTimeout(() => child.kill("SIGKILL"), stopTimeout);
  void child.ended.then(() => clearTimeout(forceTimer));
}
