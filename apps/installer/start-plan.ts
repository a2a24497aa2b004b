/** Decides how a service gets from what systemd has of it to what is wanted; systemd.ts carries it out. */
import { constants } from "node:os";

/** A unit's state as `systemctl show` prints it; for the properties see org.freedesktop.systemd1(5). */
export interface UnitState {
  ActiveState: string;
  SubState: string;
  /** How often systemd has restarted the service since somebody started it. */
  NRestarts: string;
}

/** What systemd logs when a service's process ends, in terms of waitid(2); see systemd.journal-fields(7). */
export interface ProcessExit {
  EXIT_CODE: "exited" | "killed" | "dumped";
  /** The exit code or the number of the signal. */
  EXIT_STATUS: string;
}

/** Unit name to the text of its file. */
export type UnitFiles = ReadonlyMap<string, string>;

export interface StartPlan {
  /** Files to write, then commands to run in this order, then files to remove. */
  write: string[];
  systemctl: string[][];
  remove: string[];
}

/**
 * @param present the unit files of the service and its sockets that are on the host
 * @param states of the wanted units
 * @param anew reopen the sockets whatever seems to be in place, as after an interrupted attempt
 */
export function planStart(
  wanted: UnitFiles,
  present: UnitFiles,
  states: ReadonlyMap<string, Pick<UnitState, "ActiveState">>,
  anew: boolean,
): StartPlan {
  const isSocket = (name: string) => name.endsWith(".socket");
  const stateOf = (name: string) => states.get(name)?.ActiveState;
  const isChanged = (name: string) => wanted.get(name) !== present.get(name);
  const names = [...wanted.keys()];
  const services = names.filter(name => !isSocket(name));
  // A socket that listens is left alone: while it is reopened, its port would refuse connections.
  const toOpen = names.filter(
    name => isSocket(name) && (anew || isChanged(name) || stateOf(name) !== "active"),
  );
  const failed = names.filter(name => stateOf(name) === "failed");
  const obsolete = [...present.keys()].filter(name => isSocket(name) && !wanted.has(name));

  const systemctl = [
    ["daemon-reload"],
    ["enable", "--quiet", "--no-reload", ...services],
    // Otherwise a unit that ran into a limit refuses to start.
    ["reset-failed", ...failed],
    ["stop", ...obsolete],
    // systemd refuses to open a socket while its service runs. As the service requires it, one job, which continues
    // without us, stops the service, opens the socket and starts the service.
    ["restart", ...toOpen],
    ["restart", ...services],
  ];
  const needsUnits = new Set(["reset-failed", "stop", "restart"]);
  return {
    write: names.filter(isChanged),
    systemctl: systemctl.filter(([verb = "", ...units]) => !needsUnits.has(verb) || units.length > 0),
    remove: obsolete,
  };
}

/** Whether the service's process has ended since `before`. */
export function hasEnded(now: UnitState, before: UnitState): boolean {
  const isDown = now.SubState === "auto-restart" || now.ActiveState === "failed";
  return isDown || Number(now.NRestarts) > Number(before.NRestarts);
}

/** How a process has ended, in words. systemd logs no clean exit. */
export function endOf(exit: ProcessExit | undefined): string {
  if (!exit) return "ended, and the journal tells of no error";
  const status = Number(exit.EXIT_STATUS);
  if (exit.EXIT_CODE === "exited") return `exited with code ${status}`;
  const signal = Object.entries(constants.signals).find(([, number]) => number === status);
  return `was killed by ${signal?.[0] ?? `signal ${status}`}`;
}

/** Parses the output of `systemctl show`: a block of `Property=value` lines per unit. */
export function parseStates(output: string): UnitState[] {
  const blocks = output.trim().split("\n\n");
  return blocks.map(block => {
    const properties = [...block.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    return Object.fromEntries(properties) as UnitState;
  });
}
