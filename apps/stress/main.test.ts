/**
 * The bundle as its own process, under real load. Threads and their priorities are read from /proc, so those tests run
 * on Linux only. They prove that the load starts, is bounded and ends; how fast GET stays meanwhile is for
 * bench/stress.ts to show, as a test on a shared machine can't.
 */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { eventually } from "../../testing/eventually";
import { bundle, startService } from "../../testing/services";

let file: string;
beforeAll(async () => {
  file = await bundle("stress");
});

async function start(environment: Record<string, string> = {}) {
  const service = startService("stress", file, environment);
  const { http: url = "" } = await service.urls;
  return { service, url, pid: service.pid };
}

const post = async (url: string) => (await fetch(url, { method: "POST" })).json();

/** The nice values of a process's threads: field 19 of stat in proc(5). */
function prioritiesOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap(thread => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
      // The name, field 2 in parentheses, may contain spaces.
      return [Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16])];
    } catch {
      return []; // it has just ended
    }
  });
}

const workersOf = (pid: number) => prioritiesOf(pid).filter(priority => priority === 19);

/** The kernel announces no thread to another process, so it has to be polled for. */
const untilWorkers = (pid: number, count: number) =>
  eventually(`${count} workers run`, () => workersOf(pid).length === count, 25_000);

const secondsSince = (begin: number) => (performance.now() - begin) / 1000;

describe("GET /", () => {
  test("answers this machine's name", async () => {
    const { url } = await start();
    expect(await (await fetch(url)).json()).toBe(hostname());
  });

  test("answers the name that it was given, where hosts are processes of one machine", async () => {
    const { url } = await start({ HOST_NAME: "ip-10-0-11-20.ec2.internal" });
    expect(await (await fetch(url)).json()).toBe("ip-10-0-11-20.ec2.internal");
  });
});

test("while the load runs, it answers GET and passes its health check", async () => {
  const { url } = await start({ STRESS_SECONDS: "60" });
  expect(await post(url)).toEqual({ status: "success" });
  for (let i = 0; i < 50; i++) {
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  }
});

test("SIGTERM during the load ends it at once, with exit code 0", async () => {
  const { url, service } = await start({ STRESS_SECONDS: "600" });
  await post(url);
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0); // the load outlasts Jest's patience
});

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("the load", () => {
  test("is one worker per vCPU at the lowest priority, however many requests come, and all else keeps its own", async () => {
    const { url, pid } = await start({ STRESS_SECONDS: "60" });
    await post(url);
    await untilWorkers(pid, availableParallelism());
    const threads = prioritiesOf(pid).length;
    await Promise.all(Array.from({ length: 100 }, () => post(url)));
    expect(workersOf(pid)).toHaveLength(availableParallelism());
    expect(prioritiesOf(pid)).toHaveLength(threads);
    expect(new Set(prioritiesOf(pid))).toEqual(new Set([0, 19]));
  });

  test("is fewer workers when told so, and never more than there are vCPUs", async () => {
    const one = await start({ STRESS_SECONDS: "60", STRESS_WORKERS: "1" });
    const many = await start({ STRESS_SECONDS: "60", STRESS_WORKERS: "100" });
    for (const [{ url, pid }, workers] of [[one, 1] as const, [many, availableParallelism()] as const]) {
      const threads = prioritiesOf(pid).length;
      await post(url);
      // Every thread exists when the answer comes, and gets its priority when it first runs.
      expect(prioritiesOf(pid)).toHaveLength(threads + workers);
      await untilWorkers(pid, workers);
    }
  });

  test("ends by itself, and can be started again", async () => {
    const { url, pid } = await start({ STRESS_SECONDS: "2" });
    for (let round = 0; round < 2; round++) {
      const begin = performance.now();
      await post(url);
      await untilWorkers(pid, availableParallelism());
      await untilWorkers(pid, 0);
      expect(secondsSince(begin)).toBeGreaterThan(1.95);
    }
  });

  test("lasts longer when it is requested again", async () => {
    const { url, pid } = await start({ STRESS_SECONDS: "2", STRESS_WORKERS: "1" });
    const begin = performance.now();
    await post(url);
    await post(url);
    await untilWorkers(pid, 1);
    await untilWorkers(pid, 0);
    expect(secondsSince(begin)).toBeGreaterThan(3.95);
  });
});
