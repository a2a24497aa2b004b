import * as fc from "fast-check";
import { SeedStore } from "./store";

/** A storage whose writes end when the test says so. */
function heldStorage(initial = 0) {
  const writes: { num: number; end: (error?: Error) => void }[] = [];
  const replace = (num: number) =>
    new Promise<void>((resolve, reject) => {
      writes.push({ num, end: error => (error ? reject(error) : resolve()) });
    });
  return { initial, replace, writes };
}

/** Long enough for every promise that can settle by itself. */
const settle = () => new Promise(resolve => setImmediate(resolve));

test("begins with what the storage held", () => {
  expect(new SeedStore(heldStorage(42)).value).toBe(42);
});

test("readers see the old value until the new one is durable", async () => {
  const storage = heldStorage(1);
  const store = new SeedStore(storage);
  const updated = store.update(2);
  await settle();
  expect(store.value).toBe(1);
  storage.writes[0]?.end();
  await updated;
  expect(store.value).toBe(2);
});

test("updates that arrive while one is written share the next write, and the last of them wins", async () => {
  const storage = heldStorage();
  const store = new SeedStore(storage);
  const first = store.update(1);
  await settle();
  const rest = Array.from({ length: 999 }, (_, index) => store.update(index + 2));
  storage.writes[0]?.end();
  await first;
  expect(store.value).toBe(1);
  await settle();
  storage.writes[1]?.end();
  await Promise.all(rest);
  expect(store.value).toBe(1000);
  expect(storage.writes.map(({ num }) => num)).toEqual([1, 1000]);
});

test("an update that arrives during a write is not acknowledged by that write", async () => {
  const storage = heldStorage();
  const store = new SeedStore(storage);
  void store.update(1);
  await settle();
  const acknowledged = jest.fn();
  void store.update(2).then(acknowledged);
  storage.writes[0]?.end();
  await settle();
  expect(acknowledged).not.toHaveBeenCalled();
  storage.writes[1]?.end();
  await settle();
  expect(acknowledged).toHaveBeenCalledTimes(1);
});

test("all that shared a failed write are told, the old value stays, and the next update is written", async () => {
  const storage = heldStorage(1);
  const store = new SeedStore(storage);
  const failed = Promise.allSettled([store.update(2), store.update(3)]);
  await settle();
  const next = store.update(4);
  const fault = new Error("no space");
  storage.writes[0]?.end(fault);
  expect(await failed).toEqual(Array(2).fill({ status: "rejected", reason: fault }));
  expect(store.value).toBe(1);
  await settle();
  storage.writes[1]?.end();
  await next;
  expect(store.value).toBe(4);
});

test("in any order of events writes don't overlap, and an update is acknowledged once it, or a later one, is durable", async () => {
  const plans = fc.array(fc.record({ fails: fc.boolean() }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plans) => {
      const arrived = [0];
      let durable = 0;
      let writing = false;
      const store = new SeedStore({
        initial: 0,
        replace: async num => {
          expect(writing).toBe(false);
          writing = true;
          await scheduler.schedule(Promise.resolve(), `write ${num}`);
          writing = false;
          if (plans[num - 1]?.fails) throw new Error("fault");
          durable = num;
        },
      });
      const updates = plans.map(async (_plan, index) => {
        const num = index + 1;
        await scheduler.schedule(Promise.resolve(), `update ${num}`);
        arrived.push(num);
        const outcome = await store.update(num).catch((error: unknown) => error);
        expect(store.value).toBe(durable);
        if (outcome === undefined)
          expect(arrived.indexOf(durable)).toBeGreaterThanOrEqual(arrived.indexOf(num));
        else expect(outcome).toEqual(new Error("fault"));
      });
      await scheduler.waitFor(Promise.all(updates));
      const last = arrived.at(-1) ?? 0;
      if (!plans[last - 1]?.fails) expect(store.value).toBe(last);
    }),
    { numRuns: 500 },
  );
});
