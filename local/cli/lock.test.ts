import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onCleanUp } from "../../testing/clean-up";
import { acquireLock, isLocked } from "./lock";
import { temporaryFolder } from "../../testing/folders";

async function locked(folder: string): Promise<() => Promise<void>> {
  const release = await acquireLock(folder);
  let released = false;
  const releaseOnce = async () => {
    if (released) return;
    released = true;
    await release();
  };
  onCleanUp(releaseOnce);
  return releaseOnce;
}

test("one region locks a folder; another folder is free", async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  await locked(folder);
  await expect(acquireLock(folder)).rejects.toThrow(
    `another local region is running in this project; stop it first (its files are in ${folder})`,
  );
  await expect(locked(other)).resolves.toBeDefined();
});

test("releasing the lock lets another region take it", async () => {
  const folder = temporaryFolder();
  expect(await isLocked(folder)).toBe(false);
  const release = await locked(folder);
  expect(await isLocked(folder)).toBe(true);
  await release();
  expect(await isLocked(folder)).toBe(false);
  await expect(locked(folder)).resolves.toBeDefined();
});

test("of several concurrent attempts, exactly one succeeds", async () => {
  const folder = temporaryFolder();
  const results = await Promise.allSettled([locked(folder), locked(folder), locked(folder)]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
});

test("another process's lock counts, and is gone once that process is killed", async () => {
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
  await expect(locked(folder)).resolves.toBeDefined();
});
