/**
 * However a region ends, none of its processes is left behind. The tests read /proc, so they run on Linux only, and do
 * not prove that the region itself needs nothing of Linux.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { copyOfProject, run, start, startedIn, type Command } from "../testing/cli";
import { onCleanUp } from "../testing/clean-up";
import { familyOf, kill, stillRunning, type Process } from "../testing/processes";
import { eventually } from "../testing/eventually";
import { closedPort, connect as openSocket, head, listen } from "../testing/servers";
import { bastionClient } from "../testing/ssh";

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
    ({ command }) =>
      /^\S+\/node (?:--\S+ )*\S+\/opt\/elastic-fleet\/([a-z-]+)\/releases\//.exec(command)?.[1] ?? [],
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

/** Leaves connections open: a tunnel, and one that is dropped. */
async function openTunnels(): Promise<void> {
  const { internet, outputs } = startedIn(project);
  const port = Number(new URL(internet).port);
  const connect = (authority: string) => {
    const client = openSocket(port);
    client.write(head(`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`));
    return client;
  };
  connect("192.0.2.1:80");
  const [answer] = (await once(connect(`${outputs.receiverLoadBalancerDns}:80`), "data")) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
}

test.each(["SIGINT", "SIGTERM"] as const)("%s ends it gracefully, open tunnels or not", async signal => {
  const command = start(project);
  const family = await familyOnceReady(command);
  await openTunnels();
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
  const { internet: proxy, outputs } = startedIn(project);
  const update = `http://${outputs.hosts["data"]?.publicIp}:8080/`;
  const drop = async () => {
    const curl = run(project, ["curl", "-sS", "--max-time", "1", "-x", proxy, update]);
    expect([await curl.ended, curl.stdout()]).toEqual([28, ""]); // timed out
  };
  const byAcl = "network ACL data \\(ingress rule \\*, deny all\\) of subnet data";
  const nearest = "rule 200, allow TCP 8080 from 10\\.0\\.2\\.0/24 \\(source \\S+ doesn't fit\\)";
  const dropped = `request dropped by ${byAcl}; nearest: ${nearest}`;
  const line = new RegExp(`→ data \\S+:8080: ${dropped}(?: \\((\\d+) more .*\\))?$`, "gm");
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
  expect(command.stderr()).toBe("");
});

test("it ends when nobody reads its output any more, and says why", async () => {
  const itsFirstLine = `"${process.execPath}" --require ./infra/typescript.cjs local/main.ts start | head -n 1`;
  const command = run(project, ["sh", "-c", itsFirstLine]);
  expect(await command.ended).toBe(0);
  expect(command.stdout()).toMatch(/^starting .*\n$/);
  expect(command.stderr()).toMatch(/^\nlocal region: standard output: write EPIPE\n$/m);
});

test("--help lists the options, and starts nothing", async () => {
  const command = start(project, ["--help"]);
  expect(await command.ended).toBe(0);
  const options = [
    "stack",
    "config",
    "port",
    "ssh-port",
    "speed",
    "operator-address",
    "without",
    "certificate",
    "private-key",
    "watch",
    "help",
  ];
  expect(command.stdout().match(/(?<=^ {2}--)[a-z-]+/gm)).toEqual(options);
  expect(command.stdout()).not.toMatch(/starting/);
  expect(command.stderr()).toBe("");
});

describe("an empty region", () => {
  const startEmpty = (port: number, sshPort: number) =>
    run(project, [
      ...[process.execPath, "--require", "./infra/typescript.cjs", "local/main.ts"],
      ...["region", "--port", String(port), "--ssh-port", String(sshPort)],
    ]);

  test("serves AWS's API and SSH at its ports, and is the only region of its project", async () => {
    const [port, sshPort] = [await closedPort(), await closedPort()];
    const command = startEmpty(port, sshPort);
    await command.says(/^ready after \d+\.\d s; Ctrl-C stops it$/m);
    const profile = "AWS_CONFIG_FILE=.local/aws_config aws --profile local";
    expect(command.stdout()).toContain(`  ${profile} ec2 describe-vpcs\n`);
    const environment = readFileSync(join(project, ".local", "env"), "utf8");
    expect(environment).toContain(`AWS_ENDPOINT_URL=http://127.0.0.1:${port} `);
    expect(command.stdout()).toContain(`SSH goes through the bastion operator@127.0.0.1:${sshPort}: ssh -F `);
    await bastionClient(sshPort); // open until the region stops
    const other = startEmpty(port, sshPort);
    await expect(other.ended).resolves.toBe(1);
    expect(other.stderr()).toContain("another local region is running in this project");
    command.kill("SIGINT");
    await expect(command.ended).resolves.toBe(0);
  });

  test.each([
    ["--port", (taken: number, free: number) => startEmpty(taken, free)],
    ["--ssh-port", (taken: number, free: number) => startEmpty(free, taken)],
  ])("doesn't move to another port where %s is taken", async (option, startAt) => {
    const { port } = await listen(http.createServer());
    const command = startAt(port, await closedPort());
    await expect(command.ended).resolves.toBe(1);
    expect(command.stderr()).toContain(
      `port ${port} is in use or not allowed; choose another with ${option}\n`,
    );
  });
});
