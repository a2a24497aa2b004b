/**
 * However a region ends, no process of it stays. It finds processes in /proc, so on Linux only; that the local
 * region itself needs nothing of Linux, it does not prove.
 */
import { copyOfProject, run, start, type Command } from "../testing/cli";
import { cleanUp, openScope } from "../testing/clean-up";
import { familyOf, kill, stillRunning, type Process } from "../testing/processes";
import { eventually } from "../testing/eventually";

jest.setTimeout(60_000);

let project: string;
beforeAll(() => {
  project = copyOfProject();
});
beforeEach(openScope);
afterEach(async () => {
  // A test that fails leaves just what it is about.
  kill(await stillRunning(seen.splice(0)));
  await cleanUp();
});
afterAll(cleanUp);

const seen: Process[] = [];

/** A region's processes: itself, what started it, and what it has started. */
async function familyNow(command: Command): Promise<Process[]> {
  const family = await familyOf(command.pid);
  seen.push(...family);
  return family;
}

/** Those of one that is ready. */
async function familyOnceReady(command: Command): Promise<Process[]> {
  await command.says(/^ready after \d+\.\d s; Ctrl-C ends it$/m);
  const family = await familyNow(command);
  const services = family.flatMap(
    ({ command }) => /^\S+\/node \S+\/opt\/elastic-fleet\/([a-z-]+)\/releases\//.exec(command)?.[1] ?? [],
  );
  // Or else it would be no wonder that nothing stays.
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

test.each(["SIGINT", "SIGTERM"] as const)("%s ends it in order", async signal => {
  // Narrowed to who starts it, so that there is nothing to warn of.
  const command = start(project, ["--config", "sshCidr=198.51.100.10/32"]);
  const family = await familyOnceReady(command);
  command.kill(signal);
  expect(await command.ended).toBe(0);
  await expectNoneLeft(family);
  expect(command.stdout()).toMatch(
    new RegExp(`\\n${signal}: ending every process of the region\nended; logs are in \\.local\n$`),
  );
  expect(command.stderr()).toBe("");
});

test("killed by force, it takes its processes along", async () => {
  const command = start(project);
  const family = await familyOnceReady(command);
  command.kill("SIGKILL");
  expect(await command.ended).toBe("SIGKILL");
  await expectNoneLeft(family);
});

test("it ends with the npm that started it, even where that is killed by force", async () => {
  const command = run(project, ["npm", "start"]);
  const family = await familyOnceReady(command);
  process.kill(command.pid, "SIGKILL");
  await expectNoneLeft(family);
});

test("SIGTERM amid the start ends that too", async () => {
  const command = start(project);
  // The first receiver is in service, the second on its way.
  await command.says(/receiver-1 \(i-\w+\) is healthy/);
  const family = await familyNow(command);
  expect(family.length).toBeGreaterThan(2);
  command.kill("SIGTERM");
  // As shells have it: 128 and the signal's number.
  expect(await command.ended).toBe(143);
  await expectNoneLeft(family);
  expect(command.stdout()).not.toMatch(/^ready after/m);
  expect(command.stderr()).toMatch(/^warning: .* port 22 .*\n$/);
});

test("it ends when nobody reads any more what it says, and says why", async () => {
  const itsFirstLine = `"${process.execPath}" --require tsx/cjs local/main.ts | head -n 1`;
  const command = run(project, ["sh", "-c", itsFirstLine]);
  expect(await command.ended).toBe(0);
  expect(command.stdout()).toMatch(/^starting .*\n$/);
  expect(command.stderr()).toMatch(/^\nlocal region: standard output: write EPIPE\n$/m);
});

test("--help says what can be chosen, and starts nothing", async () => {
  const command = start(project, ["--help"]);
  expect(await command.ended).toBe(0);
  const options = ["stack", "config", "port", "speed", "operator-address", "without", "help"];
  expect(command.stdout().match(/(?<=^ {2}--)[a-z-]+/gm)).toEqual(options);
  expect(command.stdout()).not.toMatch(/starting/);
  expect(command.stderr()).toBe("");
});
