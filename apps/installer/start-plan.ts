/** How a service gets from what systemd has of it to what it shall be: decided here, done in systemd.ts. */
import { constants } from "node:os";

/** Of a unit, as `systemctl show` has it; properties are org.freedesktop.systemd1(5)'s. */
export interface UnitState {
  ActiveState: string;
  SubState: string;
  /** How often the service was started again by itself since somebody started it. */
  NRestarts: string;
  /** How its process ended, as waitid(2) has it: a code of SIGCHLD, and the exit code or the signal. */
  ExecMainCode: string;
  ExecMainStatus: string;
}

/** Unit name to the text of its file. */
export type UnitFiles = ReadonlyMap<string, string>;

export interface StartPlan {
  /** Files to write, then commands to give in this order, then files to remove. */
  write: string[];
  systemctl: string[][];
  remove: string[];
}

/**
 * @param present what is on the host already, of the service and its sockets
 * @param states of the wanted units
 * @param anew reopen the sockets whatever seems to be in place, as after an attempt that was interrupted
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
  // A socket that already listens is left alone: meanwhile its port would refuse connections.
  const toOpen = names.filter(
    name => isSocket(name) && (anew || isChanged(name) || stateOf(name) !== "active"),
  );
  const failed = names.filter(name => stateOf(name) === "failed");
  const obsolete = [...present.keys()].filter(name => isSocket(name) && !wanted.has(name));

  const systemctl = [
    ["daemon-reload"],
    ["enable", "--quiet", "--no-reload", ...services],
    // Else one that ran into a limit refuses to start.
    ["reset-failed", ...failed],
    ["stop", ...obsolete],
    // systemd refuses to open a socket while its service runs. The service requires it: in one job, which goes on
    // without us, systemd stops the service, opens the socket and starts the service.
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

/** How the service's process ended since `before`, in words; undefined while it did not. */
export function endOf(now: UnitState, before: UnitState): string | undefined {
  const isDown = now.SubState === "auto-restart" || now.ActiveState === "failed";
  if (!isDown && Number(now.NRestarts) <= Number(before.NRestarts)) return undefined;
  const status = Number(now.ExecMainStatus);
  if (now.ExecMainCode === "1") return `exited with code ${status}`;
  const signal = Object.entries(constants.signals).find(([, number]) => number === status);
  return signal ? `was killed by ${signal[0]}` : "ended, and was started again";
}

/** What `systemctl show` prints: a block of `Property=value` lines for each unit. */
export function parseStates(output: string): UnitState[] {
  return output
    .trim()
    .split("\n\n")
    .map(block => {
      const entries = block.split("\n").map(line => {
        const equals = line.indexOf("=");
        return [line.slice(0, equals), line.slice(equals + 1)] as const;
      });
      return Object.fromEntries(entries) as unknown as UnitState;
    });
}
