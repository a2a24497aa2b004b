/** Logs each dropped connection and the reason, as one line of JSON. */
import type { FlowLogOptions } from "./flow-log";
import { blockersOf, type ConnectionAttempt, type Verdict } from "./reachability/verdict";
import { explain } from "./reachability/words";

/** Called for each dropped connection. */
export type DecisionLog = (connection: ConnectionAttempt, verdict: Verdict) => void;

/** Logs the first blocker, which drops the packet, and those that would be next. */
export function decisionLog({ write, now }: Omit<FlowLogOptions, "accountId">): DecisionLog {
  return ({ from, sourcePort, to }, verdict) => {
    const [drop, ...further] = blockersOf(verdict);
    if (!drop) return;
    const time = new Date(now()).toISOString();
    const ends = { from: { ...from, port: sourcePort }, to };
    write(JSON.stringify({ time, explanation: explain(drop), ...ends, ...drop, further }));
  };
}
