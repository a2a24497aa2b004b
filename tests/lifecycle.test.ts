/**
 * However a region ends, none of its processes is left behind. The tests read /proc, so they run on Linux only, and do
 * not prove that the region itself needs nothing of Linux.
 */
import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { copyOfProject, run, start, type Command } from "../testing/cli";
import { onCleanUp } from "../testing/clean-up";
import { familyOf, kill, stillRunning, type Process } from "../testing/processes";
import { eventually } from "../testing/eventually";
import { listen } from "../testing/servers";

let project: string;
beforeAll(() => {
  project = copyOfProject();
});

/** A command and its descendants, which include the region's processes. */
async function familyNow(command: Command): Promise<Process[]> {
  const family = await familyOf(command.pid);
  // A failing test leaves the very processes that it is about.
  onCleanUp(async () => kill(await stillRunning(family)));
  return family;
}

/** The same, once the region is ready. */
async function familyOnceReady(command: Command): Promise<Process[]> {
  await command.says(/^ready after \d+\.\d s; Ctrl-C stops it$/m);
  const family = await familyNow(command);
  const services = family.flatMap(
    ({ command }) => /^\S+\/node \S+\/opt\/elastic-fleet\/([a-z-]+)\/releases\//.exec(command)?.[1] ?? [],
  );
  // Otherwise it would be no surprise that nothing is left.
  if (services.sort().join() !== "data-access,receiver,receiver,stress,stress")
    throw new Error(`ready, it runs ${services.join()}:\n${command.stdout()}`);
  return family;
}

async function expectNoneLeft(family: Process[]): Promise<void> {
  let left = family;
  const isOver = async () => {
    left = await stillRunning(family);
    return left.length === 0;
  };
  await eventually(() => `these end: ${left.map(({ command }) => command).join("; ")}`, isOver, 5_000);
}

test.each(["SIGINT", "SIGTERM"] as const)("%s ends it gracefully", async signal => {
  // Narrowed to the operator, so that there is nothing to warn about.
  const command = start(project, ["--config", "sshCidr=198.51.100.10/32"]);
  const family = await familyOnceReady(command);
  command.kill(signal);
  expect(await command.ended).toBe(0);
  await expectNoneLeft(family);
  expect(command.stdout()).toMatch(
    new RegExp(`\\n${signal}: stopping the region\nstopped; logs are in \\.local\n$`),
  );
  expect(command.stderr()).toBe("");
});

test("a dropped request is silence for its client, and a line with the deciding rule on the console", async () => {
  const command = start(project);
  await command.says(/^ready after /m);
  const [, proxy = ""] = await command.says(/curl -x (http:\/\/127\.0\.0\.1:\d+) http/);
  const { hosts } = JSON.parse(readFileSync(join(project, ".local", "outputs.json"), "utf8")) as {
    hosts: Record<string, { publicIp: string }>;
  };
  const update = `http://${hosts["data"]?.publicIp}:8080/`;
  const drop = async () => {
    const curl = run(project, ["curl", "-sS", "--max-time", "1", "-x", proxy, update]);
    expect([await curl.ended, curl.stdout()]).toEqual([28, ""]); // timed out
  };
  const byAcl = "network ACL data \\(ingress rule \\*, deny all\\) of subnet data";
  const line = new RegExp(`→ data \\S+:8080: request dropped by ${byAcl}(?: \\((\\d+) more .*\\))?$`, "gm");
  const lines = () => [...command.stdout().matchAll(line)];
  /** Drops with a line of their own, and those that a line counts. */
  const told = () => lines().reduce((sum, [, more = 0]) => sum + 1 + Number(more), 0);

  let drops = 5;
  await Promise.all(Array.from({ length: drops }, drop));
  expect(lines().length).toBeLessThan(drops);
  while (told() < drops && drops < 20) {
    await drop();
    drops++;
  }
  expect(told()).toBe(drops);
  command.kill("SIGTERM");
  expect(await command.ended).toBe(0);
});

test("killed by SIGKILL, it takes its processes with it", async () => {
  const command = start(project);
  const family = await familyOnceReady(command);
  command.kill("SIGKILL");
  expect(await command.ended).toBe("SIGKILL");
  await expectNoneLeft(family);
});

test("it ends with the npm that started it, even if that is killed by SIGKILL", async () => {
  const command = run(project, ["npm", "start"]);
  const family = await familyOnceReady(command);
  process.kill(command.pid, "SIGKILL");
  await expectNoneLeft(family);
});

test("SIGTERM during the start ends that, too", async () => {
  const command = start(project);
  // The first receiver is in service, the second on its way.
  await command.says(/receiver-1 \(i-\w+\) is healthy/);
  const family = await familyNow(command);
  expect(family.length).toBeGreaterThan(2);
  command.kill("SIGTERM");
  // The shells' convention: 128 plus the signal's number.
  expect(await command.ended).toBe(143);
  await expectNoneLeft(family);
  expect(command.stdout()).not.toMatch(/^ready after/m);
  expect(command.stderr()).toMatch(/^warning: .* port 22 .*\n$/);
});

test("it ends when nobody reads its output any more, and says why", async () => {
  const itsFirstLine = `"${process.execPath}" --require tsx/cjs local/main.ts start | head -n 1`;
  const command = run(project, ["sh", "-c", itsFirstLine]);
  expect(await command.ended).toBe(0);
  expect(command.stdout()).toMatch(/^starting .*\n$/);
  expect(command.stderr()).toMatch(/^\nlocal region: standard output: write EPIPE\n$/m);
});

test("--help lists the options, and starts nothing", async () => {
  const command = start(project, ["--help"]);
  expect(await command.ended).toBe(0);
  const options = ["stack", "config", "port", "speed", "operator-address", "without", "help"];
  expect(command.stdout().match(/(?<=^ {2}--)[a-z-]+/gm)).toEqual(options);
  expect(command.stdout()).not.toMatch(/starting/);
  expect(command.stderr()).toBe("");
});

describe("an empty region", () => {
  const startEmpty = (port: number) =>
    run(project, [
      ...[process.execPath, "--require", "tsx/cjs", "local/main.ts"],
      ...["region", "--port", String(port)],
    ]);

  test("serves AWS's API at its port, and is the only region of its project", async () => {
    const { server, port } = await listen(http.createServer());
    server.close();
    const command = startEmpty(port);
    await command.says(/^ready after \d+\.\d s; Ctrl-C stops it$/m);
    expect(command.stdout()).toContain(`AWS_ENDPOINT_URL=http://127.0.0.1:${port}`);
    const other = startEmpty(port);
    await expect(other.ended).resolves.toBe(1);
    expect(other.stderr()).toContain("another local region is running in this project");
    command.kill("SIGINT");
    await expect(command.ended).resolves.toBe(0);
  });

  test("doesn't move to another port", async () => {
    const { port } = await listen(http.createServer());
    const command = startEmpty(port);
    await expect(command.ended).resolves.toBe(1);
    expect(command.stderr()).toContain(`port ${port} is in use or not allowed; choose another with --port\n`);
  });
});
