/** Logs each dropped connection and the reason, as one line of JSON. */
import type { FlowLogOptions } from "./flow-log";
import type { ConnectionAttempt, Decision } from "./reachability/decision";

export type DecisionLog = (connection: ConnectionAttempt, decision: Decision) => void;

/** Logs drops only; allowed connections are in the flow log. */
export function decisionLog({ write, now }: Omit<FlowLogOptions, "accountId">): DecisionLog {
  return ({ from, sourcePort, to }, { drop }) => {
    if (!drop) return;
    const { code, explanation, ...rest } = drop;
    const time = new Date(now()).toISOString();
    write(JSON.stringify({ time, code, explanation, from: { ...from, port: sourcePort }, to, ...rest }));
  };
}
