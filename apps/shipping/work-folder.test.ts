import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { temporaryFolder } from "../../testing/folders";
import { removeAbandoned, workFolder } from "./work-folder";

test("only folders of this kind whose process has ended are removed", () => {
  const parent = temporaryFolder();
  const mine = basename(workFolder(parent, "made"));
  const { pid: ended } = spawnSync("true");
  const others = [`other-${ended}-a`, "made-by-hand", `made-${process.ppid}-a`];
  for (const name of [...others, `made-${ended}-a`])
    mkdirSync(join(parent, name, "folder"), { recursive: true });
  removeAbandoned(parent, "made");
  expect(readdirSync(parent).sort()).toEqual([...others, mine].sort());
});
