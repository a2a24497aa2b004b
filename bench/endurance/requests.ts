/** Every server under made-up requests. */
import { inspect } from "node:util";
import { attack, attackedServers, attackUpdates } from "../../testing/attacked-servers";
import type { Suite } from "./suite";

export const requestsSuite: Suite = {
  numbers: "[connections]",
  help: `  Made-up bytes over connections to each service and to AWS's API, by default 20,000 each: right and odd requests,
  pipelined, cut and damaged. What breaks a promise is made smaller. It proves that
  - answers are HTTP/1.1, without a stack or HTML, and 5xx only where a server behind doesn't answer;
  - every connection ends, the server lives, and data-access holds what it was told;
  - of all JSON, exactly an integer as num is an update.
`,
  run: async (seed, [connections = 20_000], fail) => {
    const attacks: Record<string, () => Promise<void>> = {
      "updates by JSON": () => attackUpdates(seed, connections),
    };
    for (const [name, start] of Object.entries(attackedServers))
      attacks[name] = async () => attack(await start(), seed, connections);
    for (const [name, run] of Object.entries(attacks)) {
      const begin = performance.now();
      await run().catch((error: unknown) => fail(`${name}: ${inspect(error)}`));
      console.log(
        `${name}: ${connections} connections in ${((performance.now() - begin) / 1000).toFixed(0)} s`,
      );
    }
    return `${connections} connections to each of ${Object.keys(attacks).length}`;
  },
};
