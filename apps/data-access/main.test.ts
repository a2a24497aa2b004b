import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { bundle, startService, type Service } from "../../testing/services";
import { temporaryFolder } from "../../testing/folders";
import { onCleanUp } from "../../testing/clean-up";

let file: string;
let folder: string;
beforeAll(async () => {
  file = await bundle("data-access");
});
beforeEach(() => {
  folder = temporaryFolder();
});

const start = () => startService("data-access", file, { STATE_DIRECTORY: folder });

const read = async (service: Service) => (await fetch((await service.urls).read ?? "")).json();

async function update(service: Service, num: number): Promise<unknown> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ num });
  return (await fetch((await service.urls).update ?? "", { method: "POST", headers, body })).json();
}

test("a seed survives a stop and a kill", async () => {
  let service = start();
  expect(await read(service)).toBe(0);
  expect(await update(service, 42)).toEqual({ num: 42, status: "ok" });
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0);

  service = start();
  expect(await read(service)).toBe(42);
  expect(await update(service, -43)).toEqual({ num: -43, status: "ok" });
  service.kill("SIGKILL");
  expect(await service.exited).toBe("SIGKILL");

  service = start();
  expect(await read(service)).toBe(-43);
});

test("killed during updates, it comes back with the last one acknowledged, or the one in progress", async () => {
  let service = start();
  await service.urls;
  let acknowledged = 0;
  const updating = (async () => {
    for (;;) {
      await update(service, acknowledged + 1);
      acknowledged++;
      if (acknowledged === 50) service.kill("SIGKILL");
    }
  })();
  await expect(updating).rejects.toThrow();
  expect(await service.exited).toBe("SIGKILL");

  service = start();
  expect([acknowledged, acknowledged + 1]).toContain(await read(service));
});

test("an update in progress when it is stopped is still answered", async () => {
  const service = start();
  const { update = "" } = await service.urls;
  const headers = { "Content-Type": "application/json", "Content-Length": 10, Expect: "100-continue" };
  const request = http.request(update, { method: "POST", headers });
  request.flushHeaders();
  await once(request, "continue");

  const stopping = service.logged("stopping");
  service.kill("SIGTERM");
  await stopping;
  request.end('{"num":42}');
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  expect(response.statusCode).toBe(200);
  expect(response.headers.connection).toBe("close");
  response.resume();
  expect(await service.exited).toBe(0);

  expect(await read(start())).toBe(42);
});

test("a storage fault is answered, and nothing is lost by it", async () => {
  const service = start();
  expect(await update(service, 1)).toEqual({ num: 1, status: "ok" });
  rmSync(folder, { recursive: true });
  expect(await update(service, 2)).toEqual({ num: 2, status: "error" });
  expect(await read(service)).toBe(1);
});

test.each(["", '{"num":4', "not JSON"])("it does not start on a file that holds %j", async text => {
  const seed = join(folder, "seed.json");
  writeFileSync(seed, text);
  const service = start();
  expect(await service.exited).toBe(1);
  expect(service.lines).toEqual([
    expect.objectContaining({
      level: 60,
      msg: `${seed} holds no seed; restore it, or remove it to begin with 0`,
    }),
  ]);
  expect(readFileSync(seed, "utf8")).toBe(text);
});

const makeFifo = (path: string) => execFileSync("mkfifo", [path]);

async function makeSocket(path: string): Promise<void> {
  const server = net.createServer().listen(path);
  onCleanUp(() => server.close());
  await once(server, "listening");
}

test.each<[what: string, make: (path: string) => unknown]>([
  ["a FIFO", makeFifo],
  ["a folder", path => mkdirSync(path)],
  ["a socket", makeSocket],
  ["a link to a device", path => symlinkSync("/dev/zero", path)],
  [
    "a link to a FIFO",
    path => {
      makeFifo(`${path}.fifo`);
      symlinkSync(`${path}.fifo`, path);
    },
  ],
])("it does not start if the file is %s", async (_what, make) => {
  const seed = join(folder, "seed.json");
  await make(seed);
  const service = start();
  expect(await service.exited).toBe(1);
  const msg = `${seed} is not a file; restore it, or remove it to begin with 0`;
  expect(service.lines).toEqual([expect.objectContaining({ level: 60, msg })]);
});

test("it does not start if its folder is a FIFO", async () => {
  folder = join(folder, "state");
  makeFifo(folder);
  const service = start();
  expect(await service.exited).toBe(1);
  expect(service.lines).toMatchObject([{ level: 60, err: { code: "ENOTDIR" } }]);
});
