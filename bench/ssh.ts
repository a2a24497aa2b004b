/** What SSH costs the region: four hosts each get 53 MB by scp at once. It runs here, in this Node. */
import { randomBytes } from "node:crypto";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { temporaryFolder } from "../testing/folders";
import { startHosts } from "../testing/open-ssh";
import { figure, inTurns, type Bench, type Metric } from "./figures";

const rounds = 5;
const names = ["one", "two", "three", "four"];

interface Copies {
  milliseconds: number;
  /** How late the event loop is meanwhile: the 99th percentile, in ms. */
  late: number;
}

const time: Metric<Copies> = { unit: "ms", of: ({ milliseconds }) => milliseconds };
const delay: Metric<Copies> = { unit: "ms, p99 of the event loop's delay", of: ({ late }) => late };

export const ssh: Bench = {
  help: "four copies of 53 MB by scp at once: the region's event loop beside the same at rest, and the time beside plain copies",

  run: async () => {
    const hosts = await startHosts(names);
    const folder = temporaryFolder();
    const source = join(folder, "source");
    await writeFile(source, randomBytes(53_000_000));
    const copy = async (target: string) => {
      const { code, stderr } = await hosts.run("scp", ["-q", source, target]);
      if (code !== 0) throw new Error(stderr);
    };
    let copies = 0;
    const measured = await inTurns(rounds, {
      rest: () => timed(() => setTimeout(1_000)),
      copied: () => {
        const file = `copy-${++copies}`;
        return timed(() => Promise.all(names.map(name => copy(`${name}:${file}`))));
      },
      plain: () => timed(() => Promise.all(names.map(name => copyFile(source, join(folder, name))))),
    });
    return [
      figure("four copies by scp", delay, measured.copied, {
        name: "region at rest",
        measured: measured.rest,
      }),
      figure("four copies by scp", time, measured.copied, { name: "plain copies", measured: measured.plain }),
    ];
  },
};

async function timed(act: () => Promise<unknown>): Promise<Copies> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const started = performance.now();
  await act();
  const milliseconds = performance.now() - started;
  loop.disable();
  return { milliseconds, late: loop.percentile(99) / 1e6 };
}
