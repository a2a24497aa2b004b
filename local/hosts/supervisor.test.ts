import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Unit } from "../../apps/installer/unit";
import { cleanUp, onCleanUp } from "../../testing/clean-up";
import { temporaryFolder } from "../../testing/folders";
import { Supervisor, type SupervisorOptions } from "./supervisor";

// Processes take their time on a busy machine.
jest.setTimeout(30_000);
afterEach(cleanUp);

/** What a service says, with a port that nothing needs to listen on. */
const say = (socket: string, port: number) =>
  `console.log(JSON.stringify({ level: "info", msg: "listening", socket: "${socket}", address: "127.0.0.1", port: ${port} }));`;
const forever = "setInterval(() => undefined, 1e6);";
const both = say("read", 5001) + say("update", 8081);

function supervise(script: string, options: Partial<SupervisorOptions> = {}) {
  const folder = temporaryFolder();
  const events: string[] = [];
  let told: () => void = () => undefined;
  const tell = (event: string) => {
    events.push(event);
    told();
  };
  const unit: Unit = {
    service: "data-access",
    command: ["/node", "/main.js"],
    environment: {},
    ports: { read: 5000, update: 8080 },
  };
  const supervisor = new Supervisor({
    unit,
    command: [process.execPath, "--eval", script] as unknown as [string, ...string[]],
    cwd: folder,
    environment: {},
    journal: join(folder, "var/log/data-access.log"),
    onSocket: (socket, port) => {
      tell(`${socket} ${port ?? "closed"}`);
    },
    onExit: tell,
    ...options,
  });
  onCleanUp(() => supervisor.stop());
  return {
    supervisor,
    folder,
    events,
    /** Resolves when this has happened. */
    happened: async (event: string) => {
      while (!events.includes(event)) await new Promise<void>(resolve => (told = resolve));
    },
  };
}

const patience = () => AbortSignal.timeout(20_000);

describe("a service that starts", () => {
  test("listens when all of its sockets do", async () => {
    const { supervisor, events } = supervise(both + forever);
    supervisor.start();
    await supervisor.listening(patience());
    expect(events).toEqual(["read 5001", "update 8081"]);
    expect([...supervisor.sockets]).toEqual([
      ["read", 5001],
      ["update", 8081],
    ]);
    expect(supervisor.pid).toBeGreaterThan(0);
    await expect(supervisor.listening(patience())).resolves.toBeUndefined();
  });

  test("does not listen with one of two sockets, nor by what only resembles the line", async () => {
    const { supervisor, happened } = supervise(
      `console.log('{"msg":"listening"');
       console.log('{"msg":"listening","socket":"update"}');
       console.log('{"msg":"listening","socket":"update","address":"127.0.0.1","port":0}');
       console.log('no JSON: "listening"');
       console.error(${JSON.stringify(JSON.stringify({ msg: "listening", socket: "update", address: "127.0.0.1", port: 1 }))});
       ${say("read", 5001)} ${forever}`,
    );
    supervisor.start();
    await happened("read 5001");
    const waiting = new AbortController();
    const listening = supervisor.listening(waiting.signal);
    waiting.abort();
    await expect(listening).rejects.toMatchObject({ name: "AbortError" });
    expect([...supervisor.sockets.keys()]).toEqual(["read"]);
  });

  test("a signal that has fired already is heard", async () => {
    const { supervisor } = supervise(forever);
    supervisor.start();
    await expect(supervisor.listening(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });

  test("writes both of its pipes to a journal that begins anew", async () => {
    const { supervisor, folder } = supervise(`console.log("out"); console.error("err"); ${both} ${forever}`);
    mkdirSync(join(folder, "var/log"), { recursive: true });
    writeFileSync(join(folder, "var/log/data-access.log"), "from before\n");
    supervisor.start();
    await supervisor.listening(patience());
    const journal = await supervisor.readJournal();
    expect(journal).toContain("out\n");
    expect(journal).not.toContain("from before");
    await supervisor.stop();
    expect(readFileSync(join(folder, "var/log/data-access.log"), "utf8")).toContain("err\n");
  });

  test("shows the last thirty lines of its journal", async () => {
    const { supervisor } = supervise(`for (let i = 0; i < 100; i++) console.log(i); ${both} ${forever}`);
    supervisor.start();
    await supervisor.listening(patience());
    const lines = (await supervisor.readJournal()).split("\n");
    expect(lines).toHaveLength(30);
    expect(lines.slice(0, 28)).toEqual(Array.from({ length: 28 }, (_, i) => String(i + 72)));
  });
});

describe("a service that ends by itself", () => {
  test("does not listen, each time anew, and its last words are in the journal", async () => {
    const { supervisor, events } = supervise(
      `for (let i = 0; i < 500; i++) console.error("x".repeat(200));
       console.error("Error: the reason"); process.exitCode = 3;`,
    );
    supervisor.start();
    await expect(supervisor.listening(patience())).rejects.toThrow("its process exited with code 3");
    const journal = await supervisor.readJournal();
    expect(journal.split("\n").slice(-2)).toEqual([
      "Error: the reason",
      "the process exited with code 3; it is started again",
    ]);
    // The second end has the same words.
    await expect(supervisor.listening(patience())).rejects.toThrow("its process exited with code 3");
    expect(events).toEqual(["exited with code 3", "exited with code 3"]);
  });

  test("is started again, on other ports", async () => {
    const { supervisor, events, happened, folder } = supervise(
      `const fs = require("node:fs");
       if (fs.existsSync("once")) { ${say("read", 5002) + say("update", 8082) + forever} }
       else { fs.writeFileSync("once", ""); process.on("SIGUSR2", () => process.exit(0)); ${both} ${forever} }`,
    );
    supervisor.start();
    await supervisor.listening(patience());
    const { pid } = supervisor;
    process.kill(pid ?? 0, "SIGUSR2");
    await happened("exited with code 0");
    expect(supervisor.sockets.size).toBe(0);
    expect(supervisor.pid).toBeUndefined();
    await supervisor.listening(patience());
    expect(supervisor.pid).not.toBe(pid);
    expect(events).toEqual([
      ...["read 5001", "update 8081"],
      ...["read closed", "update closed", "exited with code 0"],
      ...["read 5002", "update 8082"],
    ]);
    expect(existsSync(join(folder, "once"))).toBe(true);
  });

  test("that can't even be started is told as such", async () => {
    const { supervisor } = supervise(forever, { cwd: "/no/such/folder" });
    supervisor.start();
    await expect(supervisor.listening(patience())).rejects.toThrow(
      /its process could not be started: .*ENOENT/,
    );
  });
});

describe("stop", () => {
  test("lets the process finish, and starts it no more", async () => {
    const { supervisor, events } = supervise(
      `process.on("SIGTERM", () => { console.log("bye"); process.exit(0); }); ${both} ${forever}`,
    );
    supervisor.start();
    await supervisor.listening(patience());
    await supervisor.stop();
    expect(events.slice(2)).toEqual(["read closed", "update closed"]);
    expect(supervisor.pid).toBeUndefined();
    expect((await supervisor.readJournal()).split("\n").at(-1)).toBe("bye");
  });

  test("ends by force what does not end in time", async () => {
    const { supervisor, happened } = supervise(
      `process.on("SIGTERM", () => { ${say("asked", 1)} }); ${both} ${forever}`,
    );
    supervisor.start();
    await supervisor.listening(patience());
    const pid = supervisor.pid ?? 0;
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance", "Date"] });
    onCleanUp(() => {
      jest.useRealTimers();
    });
    const stopped = supervisor.stop();
    await happened("asked 1");
    jest.advanceTimersByTime(14_999);
    expect(() => process.kill(pid, 0)).not.toThrow();
    jest.advanceTimersByTime(1);
    await stopped;
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(jest.getTimerCount()).toBe(0);
  });

  test("a service that is just starting does not go on", async () => {
    const { supervisor, events } = supervise(both + forever);
    supervisor.start();
    await supervisor.stop();
    expect(supervisor.pid).toBeUndefined();
    expect(events.filter(event => !/^(read|update) /.test(event))).toEqual([]);
    expect(supervisor.sockets.size).toBe(0);
  });

  test("does not wait for the next start of one that has ended, and may come twice", async () => {
    const { supervisor, happened, events } = supervise("process.exit(1)");
    supervisor.start();
    await happened("exited with code 1");
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    await supervisor.stop();
    expect(events).toEqual(["exited with code 1"]);
  });

  test("is no matter for one that never started", async () => {
    await expect(supervise(forever).supervisor.stop()).resolves.toBeUndefined();
  });
});
