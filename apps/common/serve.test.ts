/** The contract between a service and what starts it, tested on data-access because that has two sockets. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { bundle, startService, supervise } from "../../testing/services";
import { temporaryFolder } from "../../testing/folders";
import { exchange, head, listen, loopback } from "../../testing/servers";

let file: string;
beforeAll(async () => {
  file = await bundle("data-access");
});

const start = (environment: NodeJS.ProcessEnv = {}) =>
  startService("data-access", file, { STATE_DIRECTORY: temporaryFolder(), ...environment });

const methods = async (url = "") => (await fetch(url, { method: "PUT" })).headers.get("Allow");

test("each socket has its own port, reported in a line that LOG_LEVEL does not silence", async () => {
  const service = start({ LOG_LEVEL: "silent" });
  const { read, update } = await service.urls;
  expect(await methods(read)).toBe("GET, HEAD");
  expect(await methods(update)).toBe("POST");
  const port = (url = "") => Number(new URL(url).port);
  expect(service.lines).toMatchObject([
    { msg: "listening", socket: "read", address: "127.0.0.1", port: port(read) },
    { msg: "listening", socket: "update", address: "127.0.0.1", port: port(update) },
  ]);
});

test("sockets that systemd passes are used, by name and not by order", async () => {
  const open = async () => {
    const { server, url } = await listen(net.createServer());
    const { _handle: handle } = server as unknown as { _handle: { fd: number } };
    return { server, fd: handle.fd, url };
  };
  const first = await open();
  const second = await open();
  const service = supervise(
    "data-access",
    // Like systemd, the shell knows its process id before it becomes the service.
    spawn("/bin/sh", ["-c", 'LISTEN_PID=$$ exec "$@"', "sh", process.execPath, file], {
      env: { STATE_DIRECTORY: temporaryFolder(), LISTEN_FDS: "2", LISTEN_FDNAMES: "update:read" },
      stdio: ["ignore", "pipe", "inherit", first.fd, second.fd],
    }),
  );
  // The service has its own copies; ours would take its connections.
  first.server.close();
  second.server.close();

  expect(await service.urls).toEqual({ update: first.url, read: second.url });
  expect(await methods(first.url)).toBe("POST");
  expect(await methods(second.url)).toBe("GET, HEAD");
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0);
});

test.each(["SIGTERM", "SIGINT"] as const)("%s stops it with exit code 0", async signal => {
  const service = start();
  await service.urls;
  service.kill(signal);
  service.kill("SIGINT");
  expect(await service.exited).toBe(0);
});

test("a bad environment ends it with one line that names every bad variable", async () => {
  const service = start({ STATE_DIRECTORY: "", PORT_READ: "http" });
  expect(await service.exited).toBe(1);
  const msg = "bad environment: PORT_READ must be a port from 0 to 65535; STATE_DIRECTORY must be a folder";
  expect(service.lines).toMatchObject([{ level: 60, msg }]);
});

test("a port that is taken ends it with one line that says so", async () => {
  const { read } = await start().urls;
  const service = start({ PORT_READ: new URL(read ?? "").port });
  expect(await service.exited).toBe(1);
  expect(service.lines).toMatchObject([{ level: 60, err: { code: "EADDRINUSE" } }]);
});

test("what Node has to say of a request, or of anything else, is a line of JSON as well", async () => {
  const child = spawn(
    process.execPath,
    ["--require", preload("process.emitWarning('careful', 'TestWarning')"), file],
    {
      env: { LISTEN_ADDRESS: loopback, PORT_READ: "0", PORT_UPDATE: "0", STATE_DIRECTORY: temporaryFolder() },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const service = supervise("data-access", child);
  const errors = text(child.stderr);
  const { read } = await service.urls;
  const port = Number(new URL(read ?? "").port);
  for (const target of ["http://[::1/", "/#x", "//x", "*", "http://a:b:c/"])
    await exchange(port, head(`GET ${target} HTTP/1.1`, "Host: a.test", "Connection: close"));
  service.kill("SIGTERM");
  await service.exited;
  expect(await errors).toBe("");
  expect(service.lines.map(({ msg }) => msg).toSorted()).toEqual([
    ...["listening", "listening", "stopping", "warning"],
  ]);
  expect(service.lines.find(({ msg }) => msg === "warning")).toMatchObject({
    level: 40,
    err: { type: "TestWarning", message: "careful" },
  });
});

/** A module for Node's --require that runs this once the service has begun. */
function preload(code: string): string {
  const path = join(temporaryFolder(), "preload.cjs");
  writeFileSync(path, `setImmediate(() => { ${code} })`);
  return path;
}
