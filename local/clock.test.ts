import { realClock } from "./clock";

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
