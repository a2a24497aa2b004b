import { FakeClock } from "../testing/fake-clock";
import { eachMinute, minute, realClock } from "./clock";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test("runs as much faster as it is told", () => {
  const clock = realClock(60);
  const start = clock.now();
  jest.advanceTimersByTime(1500);
  expect(clock.now() - start).toBeCloseTo(90_000, 6);
});

test("begins at zero", () => {
  jest.advanceTimersByTime(5000);
  expect(realClock(600).now()).toBe(0);
});

test("calls back once, when a delay on its own clock has passed", () => {
  const callback = jest.fn();
  realClock(60).after(30_000, callback);
  jest.advanceTimersByTime(499);
  expect(callback).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(10_000);
  expect(callback).toHaveBeenCalledTimes(1);
});

test("calls back at every interval", () => {
  const callback = jest.fn();
  realClock(10).every(10_000, callback);
  jest.advanceTimersByTime(3500);
  expect(callback).toHaveBeenCalledTimes(3);
});

test("no interval is shorter than 200 real milliseconds, whatever the speed", () => {
  const callback = jest.fn();
  realClock(600).every(10_000, callback);
  jest.advanceTimersByTime(1000);
  expect(callback).toHaveBeenCalledTimes(5);
});

test("what is cancelled leaves no timer", () => {
  const clock = realClock(60);
  const callback = jest.fn();
  const cancels = [clock.after(1000, callback), clock.every(1000, callback)];
  expect(jest.getTimerCount()).toBe(2);
  for (const cancel of cancels) cancel();
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(10_000);
  expect(callback).not.toHaveBeenCalled();
});

describe("each minute", () => {
  function begin(at: number) {
    const clock = new FakeClock();
    clock.advance(at);
    const begun: [number, number][] = [];
    const end = eachMinute(clock, minuteBegin => begun.push([minuteBegin / minute, clock.now() / minute]));
    return { clock, begun, end };
  }

  test("is told at its end, by its beginning", () => {
    const { clock, begun } = begin(0);
    clock.advance(3 * minute);
    expect(begun).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test("also from amid one on, aligned to the clock", () => {
    const { clock, begun } = begin(90_000);
    clock.advance(2 * minute);
    expect(begun).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test("for as long as it is not ended, also from within", () => {
    const { clock, begun, end } = begin(0);
    clock.advance(minute);
    end();
    clock.advance(5 * minute);
    expect(begun).toHaveLength(1);
    expect(clock.pending).toBe(0);

    const ended = jest.fn();
    const endFromWithin = eachMinute(clock, () => {
      ended();
      endFromWithin();
    });
    clock.advance(5 * minute);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(clock.pending).toBe(0);
  });

  /** A clock whose timers fire when the test says so. */
  function unpunctual() {
    let now = 0;
    let fire: () => void = () => undefined;
    const begun: number[] = [];
    eachMinute(
      {
        speed: 1,
        now: () => now,
        after: (_delay, callback) => {
          fire = callback;
          return () => undefined;
        },
        every: () => () => undefined,
      },
      minuteBegin => begun.push(minuteBegin / minute),
    );
    const fireAt = (minutes: number) => {
      now = minutes * minute;
      fire();
    };
    return { fireAt, begun };
  }

  test("is told once though its timer fires early", () => {
    const { fireAt, begun } = unpunctual();
    for (const at of [0.999, 1.999, 2.999]) fireAt(at);
    expect(begun).toEqual([0, 1, 2]);
  });

  test("is not made up for after a sleep", () => {
    const { fireAt, begun } = unpunctual();
    for (const at of [1, 7.5, 8]) fireAt(at);
    expect(begun).toEqual([0, 1, 7]);
  });
});
