/** Keeps a host's service running, as systemd would. */
import { EventEmitter, once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { listeningSchema } from "../../apps/common/listening";
import type { Unit } from "../../apps/installer/unit";
import type { Clock } from "../clock";
import { LogFile } from "../network/log-file";
import type { HeldSocket } from "./held-sockets";
import { start, type GuardedProcess } from "./process";

/** RestartSec of a real host's unit, in region milliseconds. */
const restartDelay = 1_000;
/** TimeoutStopSec, in real milliseconds. */
const stopTimeout = 15_000;
/** In bytes, for each of the journal's two files. */
const journalLimit = 4 * 1024 * 1024;
/** A process that crashes in a loop is reported once in so many real milliseconds; the journal has it all. */
const reportInterval = 10_000;

export interface SupervisorOptions {
  unit: Unit;
  command: readonly [string, ...string[]];
  cwd: string;
  environment: Record<string, string>;
  journal: string;
  /** The unit's sockets, which its processes inherit. */
  sockets: readonly HeldSocket[];
  clock: Pick<Clock, "every">;
  /** The process ended without being stopped, and will be restarted. */
  onExit?: (ending: string) => void;
}

export class Supervisor {
  /** Names of those that the process accepts connections on. */
  readonly listeningOn = new Set<string>();
  private child?: GuardedProcess;
  private readonly stopping = new AbortController();
  private running?: Promise<void>;
  private journal?: LogFile;
  /** Emits "change" when the process listens on a socket or ends. */
  private readonly events = new EventEmitter();
  /** How often it has ended without being stopped, and how it did last. */
  private exits = 0;
  private lastExit = "";
  private reported = { exits: 0, at: -Infinity };

  constructor(readonly options: SupervisorOptions) {}

  start(): void {
    mkdirSync(dirname(this.options.journal), { recursive: true });
    // Each start of the unit starts a new journal.
    this.journal = new LogFile(this.options.journal, { limit: journalLimit });
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
    this.journal?.close();
  }

  /**
   * Resolves once all the unit's sockets accept connections.
   * @throws if the process ends first, or the signal fires
   */
  async listening(signal: AbortSignal): Promise<void> {
    const isListening = () => this.options.sockets.every(({ name }) => this.listeningOn.has(name));
    const before = this.exits;
    while (!isListening()) {
      signal.throwIfAborted();
      if (this.exits > before) throw new Error(`its process ${this.lastExit}`);
      await once(this.events, "change", { signal });
    }
  }

  async readJournal(): Promise<string> {
    const lines = await this.journal?.lastLines(30);
    return lines?.join("\n") ?? "";
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
      this.listeningOn.clear();
      if (this.isStopping()) return;
      this.exits++;
      this.lastExit = ending;
      this.journal?.write(`the process ${ending}; restarting`);
      this.report(ending);
      this.events.emit("change");
      await this.restartDelay();
    }
  }

  private report(ending: string): void {
    const now = performance.now();
    if (now - this.reported.at < reportInterval) return;
    const unreported = this.exits - this.reported.exits - 1;
    this.reported = { exits: this.exits, at: now };
    this.options.onExit?.(unreported > 0 ? `${ending}, as ${unreported} times before` : ending);
  }

  private restartDelay(): Promise<void> {
    return new Promise(resolve => {
      const { signal } = this.stopping;
      const end = () => {
        cancel();
        signal.removeEventListener("abort", end);
        resolve();
      };
      // `every`, because it leaves a busy machine some real time between two crashes, too.
      const cancel = this.options.clock.every(restartDelay, end);
      signal.addEventListener("abort", end);
    });
  }

  /** Resolves once all the process's output is in the journal; some may arrive after it ends. */
  private async read({ stdout, stderr }: GuardedProcess): Promise<void> {
    const readers = [stdout, stderr].map(stream => {
      const lines = createInterface(stream).on("line", line => {
        this.journal?.write(line);
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
    this.listeningOn.add(listening.data.socket);
    this.events.emit("change");
  }
}

function terminate(child: GuardedProcess): void {
  child.kill("SIGTERM");
  const forceTimer = setTimeout(() => child.kill("SIGKILL"), stopTimeout);
  void child.ended.then(() => clearTimeout(forceTimer));
}
