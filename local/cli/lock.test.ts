import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { cleanUp, onCleanUp } from "../../testing/clean-up";
import { acquireLock } from "./lock";
import { temporaryFolder } from "../../testing/folders";

// Processes take their time on a busy machine.
jest.setTimeout(30_000);
afterEach(cleanUp);

async function occupied(folder: string): Promise<() => Promise<void>> {
  const leave = await acquireLock(folder);
  let left = false;
  const once = async () => {
    if (left) return;
    left = true;
    await leave();
  };
  onCleanUp(once);
  return once;
}

test("a folder is held by one, another folder by another", async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  await occupied(folder);
  await expect(acquireLock(folder)).rejects.toThrow(
    `another local region is running in this project; end it first (its files are in ${folder})`,
  );
  await expect(occupied(other)).resolves.toBeDefined();
});

test("who leaves makes place", async () => {
  const folder = temporaryFolder();
  const leave = await occupied(folder);
  await leave();
  await expect(occupied(folder)).resolves.toBeDefined();
});

test("of several that come at once one gets it", async () => {
  const folder = temporaryFolder();
  const results = await Promise.allSettled([occupied(folder), occupied(folder), occupied(folder)]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
});

test("a process holds it however it was started, and not beyond its end by force", async () => {
  const folder = temporaryFolder();
  const program = `
    const { acquireLock } = require(${JSON.stringify(join(__dirname, "lock.ts"))});
    acquireLock(${JSON.stringify(folder)}).then(() => {
      process.stdout.write("acquired");
      setInterval(() => undefined, 1000);
    });`;
  const child = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
    cwd: join(__dirname, "..", ".."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  onCleanUp(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  await once(child.stdout, "data");
  await expect(acquireLock(folder)).rejects.toThrow("another local region is running");

  child.kill("SIGKILL");
  await ended;
  await expect(occupied(folder)).resolves.toBeDefined();
});
