import { FakeClock } from "../testing/fake-clock";
import { eachMinute, inStep, minute, realClock } from "./clock";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test("runs `speed` times faster than real time", () => {
  const clock = realClock(60);
  const start = clock.now();
  jest.advanceTimersByTime(1500);
  expect(clock.now() - start).toBeCloseTo(90_000, 6);
});

test("starts at zero", () => {
  jest.advanceTimersByTime(5000);
  expect(realClock(600).now()).toBe(0);
});

test("calls back once, after a delay in region time", () => {
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

test("cancelling leaves no timer", () => {
  const clock = realClock(60);
  const callback = jest.fn();
  const cancels = [clock.after(1000, callback), clock.every(1000, callback)];
  expect(jest.getTimerCount()).toBe(2);
  for (const cancel of cancels) cancel();
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(10_000);
  expect(callback).not.toHaveBeenCalled();
});

describe("in step", () => {
  function stepper(clock: FakeClock) {
    const stepping = inStep(clock);
    return (interval: number, callback: () => void) => stepping.every(interval, callback);
  }

  test("equal intervals end together, first after half of one to one and a half", () => {
    const clock = new FakeClock();
    const every = stepper(clock);
    const calls: string[] = [];
    const note = (name: string) => () => calls.push(`${name} ${clock.now()}`);
    every(1000, note("first"));
    clock.advance(400);
    every(1000, note("early"));
    every(300, note("another interval"));
    clock.advance(300);
    every(1000, note("late"));
    clock.advance(1300);
    expect(calls).toEqual([
      "another interval 700",
      "first 1000",
      "early 1000",
      "another interval 1000",
      "another interval 1300",
      "another interval 1600",
      "another interval 1900",
      "first 2000",
      "early 2000",
      "late 2000",
    ]);
  });

  test("one that is cancelled leaves the others, and the last no timer", () => {
    const clock = new FakeClock();
    const every = stepper(clock);
    const [cancelled, other] = [jest.fn(), jest.fn()];
    const cancels = [every(1000, cancelled), every(1000, other)];
    cancels[0]?.();
    clock.advance(1000);
    expect(cancelled).not.toHaveBeenCalled();
    expect(other).toHaveBeenCalledTimes(1);
    cancels[1]?.();
    expect(clock.pending).toBe(0);
    every(1000, other);
    expect(clock.pending).toBe(1);
  });
});

describe("each minute", () => {
  function startAt(at: number) {
    const clock = new FakeClock();
    clock.advance(at);
    const reported: [number, number][] = [];
    const stop = eachMinute(clock, minuteStart =>
      reported.push([minuteStart / minute, clock.now() / minute]),
    );
    return { clock, reported, stop };
  }

  test("is reported when it ends, by its start", () => {
    const { clock, reported } = startAt(0);
    clock.advance(3 * minute);
    expect(reported).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test("is aligned to the clock, even when started mid-minute", () => {
    const { clock, reported } = startAt(90_000);
    clock.advance(2 * minute);
    expect(reported).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test("is reported until stopped, even from within the callback", () => {
    const { clock, reported, stop } = startAt(0);
    clock.advance(minute);
    stop();
    clock.advance(5 * minute);
    expect(reported).toHaveLength(1);
    expect(clock.pending).toBe(0);

    const called = jest.fn();
    const stopFromWithin = eachMinute(clock, () => {
      called();
      stopFromWithin();
    });
    clock.advance(5 * minute);
    expect(called).toHaveBeenCalledTimes(1);
    expect(clock.pending).toBe(0);
  });

  /** A clock whose timers fire when the test says. */
  function fakeTimer() {
    let now = 0;
    let fire: () => void = () => undefined;
    const reported: number[] = [];
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
      minuteStart => reported.push(minuteStart / minute),
    );
    const fireAt = (minutes: number) => {
      now = minutes * minute;
      fire();
    };
    return { fireAt, reported };
  }

  test("is reported once even if its timer fires early", () => {
    const { fireAt, reported } = fakeTimer();
    for (const at of [0.999, 1.999, 2.999]) fireAt(at);
    expect(reported).toEqual([0, 1, 2]);
  });

  test("is skipped if the process slept through it", () => {
    const { fireAt, reported } = fakeTimer();
    for (const at of [1, 7.5, 8]) fireAt(at);
    expect(reported).toEqual([0, 1, 7]);
  });
});
