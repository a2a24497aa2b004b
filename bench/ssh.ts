/**
 * What SSH costs the region: while four hosts each get 53 MB by scp at once, the 99th percentile of how late the event
 * loop is, which shall be under 50 ms, as a ratio to the same without copies; and the copies' time as a ratio to plain
 * copies of the same file. `npx tsx bench/ssh.ts [rounds]`
 */
import { randomBytes } from "node:crypto";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { cleanUp } from "../testing/clean-up";
import { temporaryFolder } from "../testing/folders";
import { startHosts } from "../testing/open-ssh";

const [rounds = 5] = process.argv.slice(2).map(Number);
const names = ["one", "two", "three", "four"];

async function timed(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

/** How late the event loop is meanwhile: the 99th percentile, in ms. */
async function delayDuring(act: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await act();
  delay.disable();
  return delay.percentile(99) / 1e6;
}

async function main(): Promise<void> {
  const hosts = await startHosts(names);
  const folder = temporaryFolder();
  const source = join(folder, "source");
  await writeFile(source, randomBytes(53_000_000));
  const copy = async (target: string) => {
    const { code, stderr } = await hosts.run("scp", ["-q", source, target]);
    if (code !== 0) throw new Error(stderr);
  };
  for (let round = 1; round <= rounds; round++) {
    const idle = await delayDuring(() => setTimeout(1_000));
    const before = process.cpuUsage();
    let copied = 0;
    const late = await delayDuring(async () => {
      copied = await timed(() => Promise.all(names.map(name => copy(`${name}:copy-${round}`))));
    });
    const { user, system } = process.cpuUsage(before);
    const plain = await timed(() =>
      Promise.all(names.map(name => copyFile(source, join(folder, `${name}-${round}`)))),
    );
    console.log(
      `round ${round}: event loop's p99 delay ${late.toFixed(1)} ms, ${(late / idle).toFixed(1)} times that without copies; ` +
        `four copies ${copied.toFixed(0)} ms, ${(copied / plain).toFixed(1)} times plain ones, ` +
        `${((user + system) / 1e3).toFixed(0)} ms of CPU; ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`,
    );
  }
}

main()
  .finally(cleanUp)
  .then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
