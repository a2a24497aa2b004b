/** Why each dropped connection was dropped, one line of JSON for each. */
import type { ConnectionAttempt, Decision } from "./reachability/decision";

export interface DecisionLogOptions {
  /** Takes one line, without a line feed. */
  write: (line: string) => void;
  /** Unix milliseconds. */
  now: () => number;
}

export type DecisionLog = (connection: ConnectionAttempt, decision: Decision) => void;

/** What passed is the flow log's matter and is not written here. */
export function decisionLog({ write, now }: DecisionLogOptions): DecisionLog {
  return ({ from, sourcePort, to }, { drop }) => {
    if (!drop) return;
    const { code, explanation, ...rest } = drop;
    const time = new Date(now()).toISOString();
    write(JSON.stringify({ time, code, explanation, from: { ...from, port: sourcePort }, to, ...rest }));
  };
}
