import { EventEmitter } from "node:events";
import { memoryLog } from "../../testing/services";
import { CpuLoad } from "./cpu-load";

/** In place of a thread: holds the end that it was given, and exits when the test says so. */
class FakeWorker extends EventEmitter {
  constructor(readonly end: BigInt64Array) {
    super();
  }
}

function create(workers: number, seconds = 300) {
  const started: FakeWorker[] = [];
  const { log, lines } = memoryLog();
  const startWorker = (end: BigInt64Array) => {
    const worker = new FakeWorker(end);
    started.push(worker);
    return worker;
  };
  return { load: new CpuLoad({ seconds, workers, startWorker }, log), started, lines };
}

// Stops process.hrtime.
beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const secondsLeft = (worker: FakeWorker | undefined) =>
  Number((worker?.end[0] ?? 0n) - process.hrtime.bigint()) / 1e9;

test("nothing runs before a request", () => {
  expect(create(2).started).toEqual([]);
});

test("a request starts every worker, with the end that was configured", () => {
  const { load, started } = create(2, 300);
  load.request();
  expect(started).toHaveLength(2);
  for (const worker of started) expect(secondsLeft(worker)).toBe(300);
});

test("further requests move the end, three lengths away at most, and start no worker", () => {
  const { load, started } = create(2);
  load.request();
  const [worker] = started;
  for (let i = 0; i < 100; i++) load.request();
  expect(started).toHaveLength(2);
  expect(secondsLeft(worker)).toBe(900);
});

test("a second request adds its own length", () => {
  const { load, started } = create(1);
  load.request();
  load.request();
  expect(secondsLeft(started[0])).toBe(600);
});

test("after its end a request starts it again", () => {
  const { load, started } = create(1, 300);
  load.request();
  jest.advanceTimersByTime(300_000);
  started[0]?.emit("exit", 0);
  expect(started).toHaveLength(1);
  load.request();
  expect(started).toHaveLength(2);
});

test("a worker that ended just as the end was moved is replaced", () => {
  const { load, started } = create(1);
  load.request();
  started[0]?.emit("exit", 0);
  expect(started).toHaveLength(2);
});

test("a failed worker is logged, and replaced only on request, so that a failure can't repeat by itself", () => {
  const { load, started, lines } = create(1);
  load.request();
  started[0]?.emit("error", new Error("out of memory"));
  started[0]?.emit("exit", 1);
  expect(started).toHaveLength(1);
  expect(lines).toEqual([
    expect.objectContaining({
      msg: "a worker failed",
      err: expect.objectContaining({ message: "out of memory" }) as unknown,
    }),
  ]);
  load.request();
  expect(started).toHaveLength(2);
});
