import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LogFile } from "./log-file";
import { temporaryFolder } from "../../testing/folders";

function openLog(limit: number) {
  const folder = temporaryFolder();
  const log = new LogFile(join(folder, "log.txt"), { limit });
  const files = () => {
    log.close();
    return Object.fromEntries(
      readdirSync(folder).map(name => [name, readFileSync(join(folder, name), "utf8")]),
    );
  };
  return { log, files };
}

test("keeps the latest lines in two files of at most the limit", () => {
  const { log, files } = openLog(8);
  for (let number = 1; number <= 9; number++) log.write(`n ${number}`);
  expect(files()).toEqual({ "log.txt": "n 9\n", "log.txt.1": "n 7\nn 8\n" });
});

test("keeps a line longer than the limit whole, and counts bytes, not characters", () => {
  const { log, files } = openLog(8);
  log.write("a line of its own");
  log.write("äö");
  log.write("äö");
  expect(files()).toEqual({ "log.txt": "äö\n", "log.txt.1": "äö\n" });
});

test("creates its file at once", () => {
  expect(openLog(100).files()).toEqual({ "log.txt": "" });
});

test("returns its last lines, from both files if need be", async () => {
  const { log } = openLog(8);
  expect(await log.lastLines(2)).toEqual([]);
  for (let number = 1; number <= 9; number++) {
    log.write(`n ${number}`);
    if (number === 1) expect(await log.lastLines(2)).toEqual(["n 1"]);
  }
  expect(await log.lastLines(1)).toEqual(["n 9"]);
  expect(await log.lastLines(2)).toEqual(["n 8", "n 9"]);
  log.close();
  expect(await log.lastLines(9)).toEqual(["n 7", "n 8", "n 9"]);
});

test("replaces an earlier log", async () => {
  const path = join(temporaryFolder(), "log.txt");
  for (const file of [path, `${path}.1`]) writeFileSync(file, "before\n");
  const log = new LogFile(path);
  log.write("now");
  expect(await log.lastLines(2)).toEqual(["now"]);
});

test("ignores lines once closed", () => {
  const { log, files } = openLog(100);
  log.write("a");
  log.close();
  log.write("b");
  expect(files()).toEqual({ "log.txt": "a\n" });
});
