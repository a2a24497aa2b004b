/** Tests that mostly wait, side by side. */
import { inOwnScope } from "./clean-up";

/** Tests one after the other, on what they share. */
export interface Lane<Shared> {
  /** What it registers for clean-up ends with the lane. */
  start: () => Promise<Shared>;
  /** By their titles. */
  tests: Readonly<Record<string, (shared: Shared) => Promise<void>>>;
}

/**
 * Declares the tests of all lanes. The lanes start together, before the first of these tests; each test says how its own
 * part ended.
 * @param patience in ms, for a test and all that comes before it in its lane
 */
export function testInLanes<Shared>(lanes: readonly Lane<Shared>[], patience: number): void {
  const outcomes = new Map<string, Promise<void>>();
  let ended: Promise<unknown>;
  beforeAll(() => {
    ended = Promise.all(lanes.map(lane => inOwnScope(() => run(lane, outcomes))));
    ended.catch(() => undefined); // afterAll tells
  });
  for (const { tests } of lanes)
    for (const title of Object.keys(tests)) test(title, async () => outcomes.get(title), patience);
  afterAll(() => ended, patience);
}

/** Resolves when the lane has come to its end, whatever failed on the way. */
async function run<Shared>({ start, tests }: Lane<Shared>, outcomes: Map<string, Promise<void>>) {
  const shared = start();
  let before: Promise<unknown> = Promise.resolve();
  for (const [title, test] of Object.entries(tests)) {
    const outcome = before.then(async () => test(await shared));
    outcomes.set(title, outcome);
    before = outcome.catch(() => undefined); // its test tells
  }
  await before;
}
