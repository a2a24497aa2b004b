import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Unit } from "../../apps/installer/unit";
import { onCleanUp } from "../../testing/clean-up";
import { eventually } from "../../testing/eventually";
import { temporaryFolder } from "../../testing/folders";
import { FakeClock } from "../../testing/fake-clock";
import { realClock } from "../clock";
import { HeldSockets } from "./held-sockets";
import { Supervisor, type SupervisorOptions } from "./supervisor";

/** Code that logs a "listening" line; nothing needs to listen on the port. */
const logListening = (socket: string, port: number) =>
  `console.log(JSON.stringify({ level: "info", msg: "listening", socket: "${socket}", address: "127.0.0.1", port: ${port} }));`;
const forever = "setInterval(() => undefined, 1e6);";
const bothSockets = logListening("read", 5001) + logListening("update", 8081);

function supervise(script: string, options: Partial<SupervisorOptions> = {}) {
  const folder = temporaryFolder();
  const events: string[] = [];
  let notify: () => void = () => undefined;
  const record = (event: string) => {
    events.push(event);
    notify();
  };
  const ports = { read: 5000, update: 8080 };
  const unit: Unit = { service: "data-access", command: ["/node", "/main.js"], environment: {}, ports };
  const held = new HeldSockets({ registerEndpoint: () => undefined, unregisterEndpoint: () => undefined });
  onCleanUp(() => held.closeAll());
  const supervisor = new Supervisor({
    unit,
    command: [process.execPath, "--eval", script] as unknown as [string, ...string[]],
    cwd: folder,
    environment: {},
    journal: join(folder, "var/log/data-access.log"),
    sockets: held.of(unit),
    clock: realClock(60),
    onExit: record,
    ...options,
  });
  onCleanUp(() => supervisor.stop());
  /** Resolves once this event was recorded. */
  const happened = async (event: string) => {
    while (!events.includes(event)) await new Promise<void>(resolve => (notify = resolve));
  };
  return { supervisor, folder, events, happened };
}

function started(script: string, options?: Partial<SupervisorOptions>) {
  const supervised = supervise(script, options);
  supervised.supervisor.start();
  return supervised;
}

/** A supervisor of a service that is listening on both sockets, and runs until it is stopped. */
async function listening(script = "") {
  const supervised = started(`${script} ${bothSockets} ${forever}`);
  await supervised.supervisor.listening(timeout());
  return supervised;
}

const timeout = () => AbortSignal.timeout(20_000);

describe("a service that starts", () => {
  test("is listening once all its sockets are", async () => {
    const { supervisor } = await listening();
    expect([...supervisor.listeningOn]).toEqual(["read", "update"]);
    expect(supervisor.pid).toBeGreaterThan(0);
    await expect(supervisor.listening(timeout())).resolves.toBeUndefined();
  });

  test("isn't listening with one of two sockets, or because of similar log lines", async () => {
    const { supervisor } = started(
      `console.log('{"msg":"listening"');
       console.log('{"msg":"listening","socket":"update"}');
       console.log('{"msg":"listening","socket":"update","address":"127.0.0.1","port":0}');
       console.log('no JSON: "listening"');
       console.error('{"msg":"listening","socket":"update","address":"127.0.0.1","port":1}');
       ${logListening("read", 5001)} ${forever}`,
    );
    await eventually("it listens", () => supervisor.listeningOn.size > 0);
    const waiting = new AbortController();
    const listening = supervisor.listening(waiting.signal);
    waiting.abort();
    await expect(listening).rejects.toMatchObject({ name: "AbortError" });
    expect([...supervisor.listeningOn]).toEqual(["read"]);
  });

  test("rejects if the signal has already fired", async () => {
    const { supervisor } = started(forever);
    await expect(supervisor.listening(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });

  test("writes both its pipes to a new journal", async () => {
    const { supervisor, folder } = started(
      `console.log("out"); console.error("err"); ${bothSockets} ${forever}`,
    );
    mkdirSync(join(folder, "var/log"), { recursive: true });
    writeFileSync(join(folder, "var/log/data-access.log"), "from before\n");
    await supervisor.listening(timeout());
    const journal = await supervisor.readJournal();
    expect(journal).toContain("out\n");
    expect(journal).not.toContain("from before");
    await supervisor.stop();
    expect(readFileSync(join(folder, "var/log/data-access.log"), "utf8")).toContain("err\n");
  });

  test("returns the last thirty lines of its journal", async () => {
    const { supervisor } = await listening("for (let i = 0; i < 100; i++) console.log(i);");
    const lines = (await supervisor.readJournal()).split("\n");
    expect(lines).toHaveLength(30);
    expect(lines.slice(0, 28)).toEqual(Array.from({ length: 28 }, (_, i) => String(i + 72)));
  });
});

describe("a service that exits", () => {
  test("rejects each wait, with its last output in the journal", async () => {
    const { supervisor, events } = started(
      `for (let i = 0; i < 500; i++) console.error("x".repeat(200));
       console.error("Error: the reason"); process.exitCode = 3;`,
    );
    await expect(supervisor.listening(timeout())).rejects.toThrow("its process exited with code 3");
    const journal = (await supervisor.readJournal()).split("\n");
    expect(journal.slice(-2)).toEqual(["Error: the reason", "the process exited with code 3; restarting"]);
    // The second exit has the same message.
    await expect(supervisor.listening(timeout())).rejects.toThrow("its process exited with code 3");
    expect(events).toEqual(["exited with code 3"]);
  });

  test("is restarted", async () => {
    const { supervisor, events, happened, folder } = started(
      `const fs = require("node:fs");
       if (fs.existsSync("once")) { ${bothSockets + forever} }
       else { fs.writeFileSync("once", ""); process.on("SIGUSR2", () => process.exit(0)); ${bothSockets} ${forever} }`,
    );
    await supervisor.listening(timeout());
    const { pid } = supervisor;
    process.kill(pid ?? 0, "SIGUSR2");
    await happened("exited with code 0");
    expect(supervisor.listeningOn.size).toBe(0);
    expect(supervisor.pid).toBeUndefined();
    await supervisor.listening(timeout());
    expect(supervisor.pid).not.toBe(pid);
    expect(events).toEqual(["exited with code 0"]);
    expect(existsSync(join(folder, "once"))).toBe(true);
  });

  test("is restarted after a second of the region's clock", async () => {
    const clock = new FakeClock();
    const { supervisor, happened } = started("process.exit(1)", { clock });
    await happened("exited with code 1");
    clock.advance(999);
    expect(supervisor.pid).toBeUndefined();
    clock.advance(1);
    await eventually("it is restarted", () => supervisor.pid);
    expect(clock.pending).toBe(0);
  });

  test("again and again is restarted each time, but reported once in ten seconds", async () => {
    let now = 0;
    jest.spyOn(performance, "now").mockImplementation(() => now);
    const restart: (() => void)[] = [];
    const every = (_interval: number, callback: () => void) => {
      restart.push(callback);
      return () => undefined;
    };
    const { supervisor, events } = started("process.exit(1)", { clock: { every } });
    for (const at of [0, 1, 9_999, 10_000, 20_000]) {
      now = at;
      const before = restart.length;
      restart.at(-1)?.();
      while (restart.length === before) await new Promise(setImmediate);
    }
    expect(events).toEqual([
      "exited with code 1",
      "exited with code 1, as 2 times before",
      "exited with code 1",
    ]);
    expect((await supervisor.readJournal()).split("\n")).toHaveLength(5);
  });

  test("or can't be started is reported as such", async () => {
    const { supervisor } = started(forever, { cwd: "/no/such/folder" });
    const failure = /its process could not be started: .*ENOENT/;
    await expect(supervisor.listening(timeout())).rejects.toThrow(failure);
  });
});

describe("stop", () => {
  test("lets the process finish without restarting it", async () => {
    const { supervisor, events } = await listening(
      `process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });`,
    );
    await supervisor.stop();
    expect(events).toEqual([]);
    expect(supervisor.listeningOn.size).toBe(0);
    expect(supervisor.pid).toBeUndefined();
    expect((await supervisor.readJournal()).split("\n").at(-1)).toBe("bye");
  });

  test("kills a process that doesn't end in time", async () => {
    const { supervisor } = await listening(`process.on("SIGTERM", () => { ${logListening("asked", 1)} });`);
    const pid = supervisor.pid ?? 0;
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance", "Date"] });
    onCleanUp(() => jest.useRealTimers());
    const stopped = supervisor.stop();
    while (!supervisor.listeningOn.has("asked")) await new Promise(setImmediate);
    jest.advanceTimersByTime(14_999);
    expect(() => process.kill(pid, 0)).not.toThrow();
    jest.advanceTimersByTime(1);
    await stopped;
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(jest.getTimerCount()).toBe(0);
  });

  test("keeps a service that is just starting from going on", async () => {
    const { supervisor, events } = started(bothSockets + forever);
    await supervisor.stop();
    expect(supervisor.pid).toBeUndefined();
    expect(events).toEqual([]);
    expect(supervisor.listeningOn.size).toBe(0);
  });

  test("doesn't wait for a pending restart, and can be called twice", async () => {
    const { supervisor, happened, events } = started("process.exit(1)");
    await happened("exited with code 1");
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    await supervisor.stop();
    expect(events).toEqual(["exited with code 1"]);
  });

  test("accepts a service that was never started", async () => {
    await expect(supervise(forever).supervisor.stop()).resolves.toBeUndefined();
  });
});
