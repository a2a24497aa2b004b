/** The installer's platform on a real host: a hardened systemd unit per service, and one per socket. */
import { execFile } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { sync, writeDurably } from "../common/durable";
import { untilHealthy } from "./health";
import type { Platform } from "./install";
import { endOf, hasEnded, parseStates, planStart, type ProcessExit, type UnitState } from "./start-plan";
import type { Unit } from "./unit";
import { isUnitOf, serviceUnit, unitFiles } from "./unit-files";

/** SD_MESSAGE_UNIT_PROCESS_EXIT of systemd's sd-messages.h. */
const processExit = "98e322203f7a4ed290d09fe03c09fe15";

const messagesOnly = ["--no-pager", "--quiet", "--output=cat"];

export class Systemd implements Platform {
  private readonly unitFolder: string;
  /** Where the journal ended before the last start, and the invocation that start led to. */
  private cursor = "";
  private invocation: string | undefined;

  /**
   * @param report called before every command that changes something
   * @param root where a test has its host
   */
  constructor(
    private readonly report: (command: string) => void,
    readonly root = "/",
  ) {
    this.unitFolder = join(root, "etc/systemd/system");
  }

  async start(unit: Unit, anew: boolean): Promise<void> {
    this.cursor = await journalEnd();
    this.invocation = undefined;
    const wanted = unitFiles(unit);
    const names = [...wanted.keys()];
    const states = await statesOf(names);
    const plan = planStart(
      wanted,
      await presentFiles(unit.service, this.unitFolder),
      new Map(states.map((state, index) => [names[index] ?? "", state])),
      anew,
    );
    for (const file of plan.write) {
      this.report(`write ${file}`);
      await writeDurably(join(this.unitFolder, file), wanted.get(file) ?? "");
    }
    for (const command of plan.systemctl) {
      this.report(`systemctl ${command.join(" ")}`);
      await run("systemctl", command);
    }
    const service = serviceUnit(unit.service);
    this.invocation = (
      await run("systemctl", ["show", "--property=InvocationID", "--value", service])
    ).trim();
    for (const file of plan.remove) await rm(join(this.unitFolder, file));
    // Where `enable` leaves its link.
    await sync(join(this.unitFolder, "multi-user.target.wants"));
    await sync(this.unitFolder);
  }

  async healthy(unit: Unit, signal: AbortSignal): Promise<void> {
    const before = await stateOf(unit);
    await untilHealthy(Object.values(unit.ports), signal, async () => {
      if (hasEnded(await stateOf(unit), before))
        throw new Error(`its process ${endOf(await this.lastExit())}`);
    });
  }

  /**
   * How the process ended that the last start led to, by the journal: a unit's state tells only of its latest process.
   * Undefined if the journal doesn't tell.
   */
  private async lastExit(): Promise<ProcessExit | undefined> {
    if (this.invocation === undefined) return undefined;
    const which = [`MESSAGE_ID=${processExit}`, `INVOCATION_ID=${this.invocation}`];
    try {
      await run("journalctl", ["--sync"]);
      return JSON.parse(
        await run("journalctl", [...which, "--lines=1", "--no-pager", "--quiet", "--output=json"]),
      ) as ProcessExit;
    } catch {
      return undefined;
    }
  }

  async journal(unit: Unit): Promise<string> {
    await run("journalctl", ["--sync"]);
    const which =
      this.invocation === undefined
        ? // It did not get that far; a socket's journal may say why.
          [`--after-cursor=${this.cursor}`, ...[...unitFiles(unit).keys()].map(name => `--unit=${name}`)]
        : // What its processes logged, and what systemd logged about them.
          [`_SYSTEMD_INVOCATION_ID=${this.invocation}`, "+", `INVOCATION_ID=${this.invocation}`];
    return run("journalctl", [...which, "--lines=30", ...messagesOnly]);
  }
}

async function presentFiles(service: Unit["service"], unitFolder: string): Promise<Map<string, string>> {
  const names = (await readdir(unitFolder)).filter(name => isUnitOf(service, name));
  const texts = await Promise.all(names.map(name => readFile(join(unitFolder, name), "utf8")));
  return new Map(names.map((name, index) => [name, texts[index] ?? ""]));
}

async function statesOf(units: string[]): Promise<UnitState[]> {
  const properties = "ActiveState,SubState,NRestarts";
  return parseStates(await run("systemctl", ["show", `--property=${properties}`, ...units]));
}

async function stateOf(unit: Unit): Promise<UnitState> {
  const [state] = await statesOf([serviceUnit(unit.service)]);
  if (!state) throw new Error(`systemctl shows nothing of ${unit.service}`);
  return state;
}

async function journalEnd(): Promise<string> {
  const shown = await run("journalctl", ["--lines=1", "--show-cursor", ...messagesOnly]);
  const [, cursor] = /^-- cursor: (.+)$/m.exec(shown) ?? [];
  if (cursor === undefined) throw new Error("the journal is empty");
  return cursor;
}

/** @throws with the command's first line on standard error */
async function run(command: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args);
    return stdout;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const [said] = (stderr ?? "").trim().split("\n");
    throw new Error(`${command} ${args.join(" ")}: ${said === undefined || said === "" ? message : said}`, {
      cause: error,
    });
  }
}
