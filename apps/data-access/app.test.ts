import { createReadApp, createUpdateApp } from "./app";
import { SeedStore } from "./store";
import { memoryLog } from "../../testing/services";
import { listenHttp } from "../../testing/servers";

/** Both apps, over a storage with this `replace`. */
async function start(replace: (num: number) => Promise<void>) {
  const { log, lines } = memoryLog();
  const store = new SeedStore({ initial: 7, replace });
  const { url: readUrl } = await listenHttp(createReadApp(store, log));
  const { url: updateUrl } = await listenHttp(createUpdateApp(store, log));
  return {
    lines,
    read: async () => (await fetch(readUrl)).json(),
    update: async (body: string) => {
      const headers = { "Content-Type": "application/json" };
      const response = await fetch(updateUrl, { method: "POST", headers, body });
      return { status: response.status, body: await response.json() };
    },
    updateUrl,
    readUrl,
  };
}

test("an update is answered with its number and read from then on", async () => {
  const { read, update } = await start(() => Promise.resolve());
  expect(await read()).toBe(7);
  expect(await update('{"num":42}')).toEqual({ status: 200, body: { num: 42, status: "ok" } });
  expect(await read()).toBe(42);
});

test("a read does not wait for a write", async () => {
  let end: () => void = () => undefined;
  const writing = new Promise<void>(resolve => (end = resolve));
  let begun: () => void = () => undefined;
  const began = new Promise<void>(resolve => (begun = resolve));
  const { read, update } = await start(() => {
    begun();
    return writing;
  });
  const updated = update('{"num":42}');
  await began;
  expect(await read()).toBe(7);
  end();
  expect(await updated).toMatchObject({ status: 200 });
});

test("a storage fault is 500 with the number, the old value stays readable, and the log has the cause", async () => {
  const fault = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const { read, update, lines } = await start(() => Promise.reject(fault));
  expect(await update('{"num":42}')).toEqual({ status: 500, body: { num: 42, status: "error" } });
  expect(await read()).toBe(7);
  expect(lines).toEqual([
    expect.objectContaining({ level: 50, err: expect.objectContaining({ code: "ENOSPC" }) as unknown }),
  ]);
});

test("bad input reaches no storage", async () => {
  const replace = jest.fn();
  const { update, read } = await start(replace);
  expect(await update('{"num":1.5}')).toMatchObject({ status: 422 });
  expect(await update('{"num":')).toMatchObject({ status: 400 });
  expect(await read()).toBe(7);
  expect(replace).not.toHaveBeenCalled();
});

test("each socket answers health, and only its own method", async () => {
  const { readUrl, updateUrl } = await start(() => Promise.resolve());
  for (const url of [readUrl, updateUrl]) expect((await fetch(`${url}/health`)).status).toBe(200);
  expect((await fetch(readUrl, { method: "POST" })).status).toBe(405);
  expect((await fetch(updateUrl)).status).toBe(405);
});
