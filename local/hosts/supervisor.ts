/** Keeps one service of a host running, as systemd keeps its unit. */
import { EventEmitter, once } from "node:events";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { listeningSchema } from "../../apps/common/listening";
import type { Unit } from "../../apps/installer/unit";
import { start, type GuardedProcess } from "./process";

/** RestartSec and TimeoutStopSec of the unit that a real host gets, in real milliseconds. */
const restartDelay = 1_000;
const stopTimeout = 15_000;

export interface SupervisorOptions {
  unit: Unit;
  command: readonly [string, ...string[]];
  cwd: string;
  environment: Record<string, string>;
  journal: string;
  /** A socket accepts connections on a loopback port, or, without one, no longer does. */
  onSocket: (socket: string, loopbackPort?: number) => void;
  /** The process ended although nobody stopped it. */
  onExit?: (how: string) => void;
}

export class Supervisor {
  readonly sockets = new Map<string, number>();
  private child?: GuardedProcess;
  private readonly stopping = new AbortController();
  private running?: Promise<void>;
  private journal?: WriteStream;
  /** "change": a socket has opened, or the process has ended. */
  private readonly events = new EventEmitter();
  /** How often it has ended although nobody stopped it, and how the last time. */
  private exits = 0;
  private lastExit = "";

  constructor(readonly options: SupervisorOptions) {}

  start(): void {
    mkdirSync(dirname(this.options.journal), { recursive: true });
    // A journal starts anew with each start of the unit.
    this.journal = createWriteStream(this.options.journal, { flags: "w" });
    this.running = this.run();
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Asks the process to end, and ends it by force when it does not in time. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.child) end(this.child);
    await this.running;
    await new Promise<void>(resolve => {
      if (this.journal) this.journal.end(resolve);
      else resolve();
    });
  }

  /**
   * Resolves when every socket of the unit accepts connections.
   * @throws when the process ends instead, or the signal fires
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
    // What is on its way to the file comes before this empty text.
    if (journal?.writable) await new Promise(resolve => journal.write("", resolve));
    const lines = (await readFile(this.options.journal, "utf8")).trimEnd().split("\n");
    return lines.slice(-30).join("\n");
  }

  private async run(): Promise<void> {
    while (!this.isStopping()) {
      let how: string;
      try {
        this.child = await start(this.options.command, this.options);
        if (this.isStopping()) end(this.child);
        const read = this.read(this.child);
        how = await this.child.ended;
        await read;
      } catch (error) {
        how = `could not be started: ${(error as Error).message}`;
      }
      this.child = undefined;
      for (const socket of this.sockets.keys()) this.options.onSocket(socket);
      this.sockets.clear();
      if (this.isStopping()) return;
      this.exits++;
      this.lastExit = how;
      this.write(`the process ${how}; it is started again`);
      this.options.onExit?.(how);
      this.events.emit("change");
      await delay(restartDelay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Resolves when all that the process wrote is in the journal: its last words may come after its end. */
  private async read({ stdout, stderr }: GuardedProcess): Promise<void> {
    const readers = [stdout, stderr].map(stream => {
      const lines = createInterface(stream).on("line", line => {
        this.write(line);
        if (stream === stdout) this.notice(line);
      });
      return once(lines, "close");
    });
    await Promise.all(readers);
  }

  private notice(line: string): void {
    if (!line.includes('"listening"')) return;
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      return; // not one of its log's lines
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

/** Asks a process to end, and ends it by force when it does not in time. */
function end(child: GuardedProcess): void {
  child.kill("SIGTERM");
  const force = setTimeout(() => {
    child.kill("SIGKILL");
  }, stopTimeout);
  void child.ended.then(() => {
    clearTimeout(force);
  });
}
