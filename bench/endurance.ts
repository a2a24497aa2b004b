/** Suites that run for minutes: `npm run endurance -- --help`. */
import { callsSuite } from "./endurance/calls";
import { capacitySuite } from "./endurance/capacity";
import { connectionsSuite } from "./endurance/connections";
import { crashesSuite } from "./endurance/crashes";
import { memorySuite } from "./endurance/memory";
import { pageSuite } from "./endurance/page";
import { powerSuite } from "./endurance/power";
import { requestsSuite } from "./endurance/requests";
import { verdictsSuite } from "./endurance/verdicts";
import type { Suite } from "./endurance/suite";
import { runTool } from "./tool";

const suites: Record<string, Suite> = {
  calls: callsSuite,
  capacity: capacitySuite,
  connections: connectionsSuite,
  crashes: crashesSuite,
  memory: memorySuite,
  page: pageSuite,
  power: powerSuite,
  requests: requestsSuite,
  verdicts: verdictsSuite,
};

const help = `Tests the services and a local region for minutes. A seed repeats a run, as far as time and random ids allow.

${Object.entries(suites)
  .map(([name, { numbers, help }]) => `npm run endurance -- ${name} [seed] ${numbers}\n${help}`)
  .join("\n")}
Exit code: 0 if it passed, 1 if it failed, 2 for wrong arguments.
`;

async function main([name = "", ...args]: string[]): Promise<number> {
  if (name === "--help" || args.includes("--help")) {
    process.stdout.write(help);
    return 0;
  }
  const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
  const [seed = Math.floor(Math.random() * 1e9), ...numbers] = args.map(Number);
  const isCount = (number: number) => Number.isSafeInteger(number) && number >= 1;
  const known = suite?.numbers.split(" ").length ?? 0;
  if (!suite || !isCount(seed + 1) || !numbers.every(isCount) || numbers.length > known) {
    process.stderr.write(help);
    return 2;
  }
  let failures = 0;
  const fail = (failure: string) => {
    failures++;
    console.log(`FAILED, seed ${seed}: ${failure}`);
  };
  console.log(`${name}, seed ${seed}`);
  const done = await suite
    .run(seed, numbers, fail)
    .catch((error: unknown) => fail(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  console.log(
    `${failures === 0 ? "passed" : `FAILED ${failures} times`}: seed ${seed}, ${done ?? "incomplete"}`,
  );
  return failures === 0 ? 0 : 1;
}

runTool(main);
