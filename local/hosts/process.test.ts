import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { listen } from "../../testing/servers";
import { onCleanUp } from "../../testing/clean-up";
import { temporaryFolder } from "../../testing/folders";
import { start, type GuardedProcess } from "./process";

async function run(command: readonly [string, ...string[]], environment: Record<string, string> = {}) {
  const child = await start(command, { cwd: temporaryFolder(), environment });
  onCleanUp(async () => {
    child.kill("SIGKILL");
    await child.ended;
  });
  return child;
}

const node = (script: string, ...args: string[]): [string, ...string[]] => {
  return [process.execPath, "--eval", script, "--", ...args];
};

/** Everything it writes, and how it ends. */
async function result(child: GuardedProcess) {
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), child.ended]);
  return { stdout, stderr, ended };
}

test("a program gets its arguments unchanged, and writes to two pipes", async () => {
  const args = ["a b", "", "$HOME", "'\"", "*", "\n"];
  const script = "console.log(JSON.stringify(process.argv.slice(1))); console.error('to stderr')";
  const { stdout, stderr, ended } = await result(await run(node(script, ...args)));
  expect(JSON.parse(stdout)).toEqual(args);
  expect(stderr).toBe("to stderr\n");
  expect(ended).toBe("exited with code 0");
});

test("it has only the environment it is given", async () => {
  const script = "console.log(JSON.stringify(process.env))";
  const { stdout } = await result(await run(node(script), { A: "1", B_2: "x y" }));
  const shells = ["PWD", "OLDPWD", "SHLVL", "_"];
  const environment = Object.entries(JSON.parse(stdout) as object).filter(([name]) => !shells.includes(name));
  expect(Object.fromEntries(environment)).toEqual({ A: "1", B_2: "x y" });
});

test("it inherits neither standard input nor the guard's pipe", async () => {
  const script = "cat; for fd in 1 3 4 5 6; do if (: <&$fd) 2>/dev/null; then echo $fd; fi; done";
  const { stdout } = await result(await run(["/bin/sh", "-c", script], { PATH: "/usr/bin:/bin" }));
  expect(stdout).toBe("1\n");
});

test.each([
  ["exits", node("process.exit(7)"), "exited with code 7"],
  ["doesn't exist", ["/no/such/program"] as const, "exited with code 127"],
  ["kills itself", node("process.kill(process.pid, 'SIGKILL')"), "was killed by SIGKILL"],
])("a program that %s reports how it ended", async (_name, command, expected) => {
  const { ended } = await result(await run(command));
  expect(ended).toBe(expected);
});

test("a missing folder is an error", async () => {
  const starting = start(["/bin/true"], { cwd: "/no/such/folder", environment: {} });
  await expect(starting).rejects.toMatchObject({ code: "ENOENT" });
});

test("a signal reaches the program itself", async () => {
  const script =
    "process.on('SIGTERM', () => process.exit(3)); console.log('up'); setInterval(() => {}, 1e6)";
  const child = await run(node(script));
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  await expect(child.ended).resolves.toBe("exited with code 3");
  // Too late, but not an error.
  expect(() => child.kill("SIGTERM")).not.toThrow();
});

/** A server that processes connect to; each connection lasts as long as its process. */
async function lifelines() {
  const connections: Promise<unknown>[] = [];
  const server = net.createServer(socket => {
    connections.push(new Promise(resolve => socket.resume().once("close", resolve)));
  });
  const { port } = await listen(server);
  const connected = async (count: number) => {
    while (connections.length < count) await once(server, "connection");
  };
  return { port, connected, ended: () => Promise.all(connections) };
}

/** A process that ignores signals, with a child that does too. Both connect to the port. */
function stubborn(port: number): [string, ...string[]] {
  const self = `
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => undefined);
    require("node:net").connect(${port}, "127.0.0.1").on("error", () => undefined);
    setInterval(() => undefined, 1e6);`;
  const child = `require("node:child_process").spawn(process.execPath, ["--eval", ${JSON.stringify(self)}])`;
  return node(self + child);
}

test("a program's children end with it", async () => {
  const { port, connected, ended } = await lifelines();
  const child = await run(stubborn(port));
  await connected(2);
  child.kill("SIGKILL");
  await expect(child.ended).resolves.toBe("was killed by SIGKILL");
  await ended();
});

test("nothing outlives the region, even if it is killed", async () => {
  const { port, connected, ended } = await lifelines();
  const program = `
    const { start } = require(${JSON.stringify(join(__dirname, "process.ts"))});
    start(${JSON.stringify(stubborn(port))}, { cwd: "/", environment: {} });
    setInterval(() => undefined, 1e6);`;
  const command = ["--require", "tsx/cjs", "--eval", program];
  const cwd = join(__dirname, "..", "..");
  const region = spawn(process.execPath, command, { cwd, stdio: "ignore" });
  const regionEnded = once(region, "exit");
  onCleanUp(async () => {
    region.kill("SIGKILL");
    await regionEnded;
  });
  await connected(2);
  region.kill("SIGKILL");
  await regionEnded;
  await ended();
});
