/** The short forms of `npm run endurance`, in one thread and without limits of time. */
import { join } from "node:path";
import { realClock } from "../local/clock";
import { startEmptyRegion } from "../local/start";
import { onCleanUp } from "../testing/clean-up";
import { crashesUnderLoad } from "../testing/crashes";
import { emptyAccount } from "../testing/empty-account";
import { skippingClock } from "../testing/skipping-clock";
import { temporaryFolder } from "../testing/folders";
import { generatedTraffic } from "../testing/generated-traffic";
import { answersOf } from "../testing/remains";
import { Random } from "../testing/random";
import { operatorAddress, startTestRegion } from "../testing/region";

const calls = 400;

const hour = 3_600_000;

async function start() {
  const events: string[] = [];
  const clock = skippingClock(realClock(60));
  const running = await startEmptyRegion({
    name: "us-east-1",
    folder: join(temporaryFolder(), ".local"),
    clock,
    operatorAddress,
    port: 0,
    sshPort: 0,
    report: event => events.push(event),
  });
  onCleanUp(() => running.close());
  return { ...running, clock, events };
}

async function answersOfFreshRegion() {
  const { region } = await start();
  await emptyAccount(region.calls);
  return answersOf(region);
}

test("generated calls get the promised answers, and leave nothing that can't be deleted", async () => {
  const { region, internetUrl, clock, events } = await start();
  const successes: string[] = [];
  const failures: string[] = [];
  const { services } = region;
  for await (const batch of generatedTraffic({ services, endpoint: internetUrl, seed: 1, calls })) {
    successes.push(...batch.successes);
    failures.push(...batch.failures);
  }
  expect(failures).toEqual([]);
  expect(events.filter(event => event.includes("failed unexpectedly"))).toEqual([]);
  await emptyAccount(region.calls);
  clock.skip(2 * hour); // terminated instances stay visible for one
  expect(await answersOf(region)).toEqual(await answersOfFreshRegion());

  // Refusals alone would prove little.
  expect(successes.length).toBeGreaterThan(calls / 5);
  expect(successes.filter(name => /:(Create|Run)/.test(name)).length).toBeGreaterThan(calls / 40);
});

test("kills of services' processes cost the requests in flight, and nothing else", async () => {
  const { running } = await startTestRegion();
  const { sent, crashes, unexplained, replaced } = await crashesUnderLoad(running, {
    random: new Random(1),
    kills: 6,
    every: 1_500,
    requestsPerSecond: 20,
  });
  expect(unexplained).toEqual([]);
  expect(replaced).toEqual([]);

  // Few requests or one victim alone would prove little.
  expect(sent.length).toBeGreaterThan(150);
  expect(new Set(crashes.map(({ host }) => host)).size).toBeGreaterThan(2);
});
