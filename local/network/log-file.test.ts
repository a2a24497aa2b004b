import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LogFile } from "./log-file";
import { cleanUp } from "../../testing/clean-up";
import { temporaryFolder } from "../../testing/folders";

afterEach(cleanUp);

function openLog(limit: number) {
  const folder = temporaryFolder();
  const log = new LogFile(join(folder, "log.txt"), { limit });
  const files = async () => {
    await log.close();
    return Object.fromEntries(
      readdirSync(folder).map(name => [name, readFileSync(join(folder, name), "utf8")]),
    );
  };
  return { log, files };
}

test("the latest lines are kept, in two files of the limit at most", async () => {
  const { log, files } = openLog(8);
  for (let number = 1; number <= 9; number++) log.write(`n ${number}`);
  expect(await files()).toEqual({ "log.txt": "n 9\n", "log.txt.1": "n 7\nn 8\n" });
});

test("a line beyond the limit is kept whole, and bytes count, not characters", async () => {
  const { log, files } = openLog(8);
  log.write("a line of its own");
  log.write("äö");
  log.write("äö");
  expect(await files()).toEqual({ "log.txt": "äö\n", "log.txt.1": "äö\n" });
});

test("there is a file from the beginning", async () => {
  expect(await openLog(100).files()).toEqual({ "log.txt": "" });
});

test("a closed log takes nothing more", async () => {
  const { log, files } = openLog(100);
  log.write("a");
  await log.close();
  log.write("b");
  expect(await files()).toEqual({ "log.txt": "a\n" });
});
