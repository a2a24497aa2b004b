/** The program in a local region, under load while processes of its services are killed. */
import { crashesUnderLoad, lossesOf } from "../../testing/crashes";
import { lost } from "../../testing/kills";
import { Random } from "../../testing/random";
import { startProgramRegion } from "./program-region";
import type { Suite } from "./suite";

const secondsBetween = 20;
const requestsPerSecond = 100;
/** That are printed one by one. */
const mostFailures = 20;

export const crashesSuite: Suite = {
  numbers: "[minutes]",
  help: `  The program in a local region under ${requestsPerSecond} requests a second, to both load balancers and to data-access, by
  default for 15 minutes. Every ${secondsBetween} s, the process of a service is killed: data-access, a receiver or an
  instance of the fleet. It proves that
  - only requests in flight at a kill fail: what comes later waits for the restart;
  - no instance is replaced.
`,
  run,
};

async function run(seed: number, [minutes = 15]: number[], fail: (failure: string) => void): Promise<string> {
  const running = await startProgramRegion();

  let requests = 0;
  let losses = 0;
  let number = 0;
  const kills = Math.max(1, Math.floor((minutes * 60) / secondsBetween) - 1);
  const survived = await crashesUnderLoad(running, {
    random: new Random(seed),
    kills,
    every: secondsBetween * 1000,
    requestsPerSecond,
    onSent: ({ outcome }) => {
      requests++;
      if (outcome !== "200") losses++;
    },
    onCrash: ({ host, begin, back }) =>
      console.log(
        `kill ${++number} of ${kills}, ${host}: back after ${(back - begin).toFixed(0)} ms; ` +
          `${requests} requests, ${losses} lost`,
      ),
  });

  const [first] = survived.crashes;
  for (const { request, begin, end, outcome } of survived.unexplained.slice(0, mostFailures)) {
    const at = ((begin - (first?.begin ?? 0)) / 1000).toFixed(3);
    fail(`${request}, ${at} s after the first kill: ${outcome} after ${(end - begin).toFixed(0)} ms`);
  }
  const others = survived.unexplained.length - mostFailures;
  if (others > 0) fail(`${others} more requests`);
  for (const id of survived.replaced) fail(`instance ${id} was replaced`);

  const perKill = lossesOf(survived);
  const longest = Math.max(...survived.sent.map(({ begin, end }) => end - begin));
  return (
    `${survived.sent.length} requests, ${kills} kills; ${lost(survived.sent).length} lost, ` +
    `${Math.min(...perKill)} to ${Math.max(...perKill)} in flight at a kill; ` +
    `longest answer ${longest.toFixed(0)} ms`
  );
}
