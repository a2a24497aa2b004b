/** Logs each dropped connection and the reason, as one line of JSON. */
import type { ConnectionAttempt, Decision } from "./reachability/decision";

export interface DecisionLogOptions {
  /** Takes one line, without a line feed. */
  write: (line: string) => void;
  /** Unix milliseconds. */
  now: () => number;
}

export type DecisionLog = (connection: ConnectionAttempt, decision: Decision) => void;

/** Logs drops only; allowed connections are in the flow log. */
export function decisionLog({ write, now }: DecisionLogOptions): DecisionLog {
  return ({ from, sourcePort, to }, { drop }) => {
    if (!drop) return;
    const { code, explanation, ...rest } = drop;
    const time = new Date(now()).toISOString();
    write(JSON.stringify({ time, code, explanation, from: { ...from, port: sourcePort }, to, ...rest }));
  };
}
