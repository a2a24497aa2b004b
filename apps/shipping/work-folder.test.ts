import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { temporaryFolder } from "../../testing/folders";
import { removeAbandoned, workFolder } from "./work-folder";

const hoursAgo = (hours: number) => Date.now() / 1000 - hours * 60 * 60;

test("only old folders of this kind whose process has ended are removed", () => {
  const parent = temporaryFolder();
  const mine = basename(workFolder(parent, "made"));
  const { pid: ended } = spawnSync("true");
  const others = [`other-${ended}-a`, "made-by-hand", `made-${process.ppid}-a`];
  for (const name of [...others, `made-${ended}-a`]) {
    mkdirSync(join(parent, name, "folder"), { recursive: true });
    utimesSync(join(parent, name), 0, hoursAgo(1.1));
  }
  // Another container's process may be at work there.
  const recent = `made-${ended}-b`;
  mkdirSync(join(parent, recent));
  utimesSync(join(parent, recent), 0, hoursAgo(0.9));
  removeAbandoned(parent, "made");
  expect(readdirSync(parent).sort()).toEqual([...others, mine, recent].sort());
});
