/** What becomes of connections, judged twice. */
import { inspect } from "node:util";
import { judgeConnections } from "../../testing/judged-connections";
import type { Suite } from "./suite";

export const verdictsSuite: Suite = {
  numbers: "[connections]",
  help: `  Generated connections through generated rules, by default 100,000. It proves that the region and an
  oracle that shares no code with it agree
  - on what decides at each component of the way there and back, and on every blocker and its code;
  - on what the data path stops at, and on how near the nearest rule of a default deny is.
`,
  run: (seed, [connections = 100_000], fail) => {
    const { differences, reachable, blockedTwice } = judgeConnections(seed, connections);
    for (const difference of differences) fail(inspect(difference, { depth: null }));
    return Promise.resolve(
      `${connections} connections: ${reachable} reachable, ${blockedTwice} with several blockers`,
    );
  },
};
