/** Tests that mostly wait, side by side. */
import { inOwnScope } from "./clean-up";

/** Declares a test of a lane, as Jest's `test` does. */
export type LaneTest<Shared> = (title: string, work: (shared: Shared) => Promise<void>) => void;

interface Part<Shared> {
  work: (shared: Shared) => Promise<void>;
  outcome?: Promise<void>;
}

/**
 * A lane of the surrounding `describe`: its tests run one after the other, on what they share. All lanes begin together,
 * before the first test; each test says how its part of the lane ended.
 * @param start what it registers for clean-up ends with the lane
 * @param patience in ms, for a test and all that comes before it in its lane
 */
export function lane<Shared>(start: () => Promise<Shared>, patience: number): LaneTest<Shared> {
  const parts: Part<Shared>[] = [];
  let ended: Promise<void>;
  beforeAll(() => {
    ended = inOwnScope(() => run(start, parts));
    ended.catch(() => undefined); // afterAll tells
  });
  afterAll(() => ended, patience);
  return (title, work) => {
    const part: Part<Shared> = { work };
    parts.push(part);
    test(title, async () => part.outcome, patience);
  };
}

/** Resolves when the lane has come to its end, whatever failed on the way. */
async function run<Shared>(start: () => Promise<Shared>, parts: Part<Shared>[]): Promise<void> {
  const starting = start();
  let before: Promise<unknown> = Promise.resolve();
  for (const part of parts) {
    part.outcome = before.then(async () => {
      const shared = await starting;
      await inOwnScope(() => part.work(shared));
    });
    before = part.outcome.catch(() => undefined); // its test tells
  }
  await before;
}
