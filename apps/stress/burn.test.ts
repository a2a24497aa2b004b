import { runRounds } from "./burn";

/** Plays so many rounds on a thread that is late as told, in milliseconds, and tells what part of its time it rested. */
function partAtRest(rounds: number, late: { busy?: number; rest?: number } = {}): number {
  let time = 0;
  let asked = 0;
  let over = 0;
  runRounds({
    now: () => time++,
    ended: () => {
      time += late.busy ?? 0; // others had the CPU
      return over++ === rounds;
    },
    rest: length => {
      asked += length;
      time += length + (late.rest ?? 0);
    },
  });
  return asked / time;
}

test("a worker rests for a tenth of its time", () => {
  expect(partAtRest(1_000)).toBeCloseTo(0.1, 2);
});

test.each([
  ["waits for its CPU when it wants it", { busy: 1_000 }],
  ["waits for its CPU after a rest", { rest: 300 }],
  ["waits for both", { busy: 50, rest: 50 }],
])("and no more of it where it %s: waiting is wanting", (_, late) => {
  expect(partAtRest(1_000, late)).toBeCloseTo(0.1, 2);
});

test("a worker whose end has come begins no round", () => {
  expect(partAtRest(0)).toBe(0);
});
