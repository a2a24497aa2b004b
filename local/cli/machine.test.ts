import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import * as fs from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../testing/folders";
import { machineProblems } from "./machine";

let project: string;
let folder: string;
let cache: string;
beforeEach(() => {
  project = temporaryFolder();
  folder = join(project, ".local");
  cache = join(temporaryFolder(), "a", "b");
});

const problems = (bytes = 1) =>
  machineProblems(folder, [
    { folder, bytes },
    { folder: cache, bytes },
  ]);

test("folders that don't exist yet are no problem", () => {
  expect(problems()).toEqual([]);
  mkdirSync(folder);
  expect(problems()).toEqual([]);
});

test.each([
  ["a file", "no folder", () => writeFileSync(folder, "")],
  ["a link to a folder", "a symbolic link", () => symlinkSync(temporaryFolder(), folder)],
  ["a link to nothing", "a symbolic link", () => symlinkSync("nothing", folder)],
])("%s in place of the region's folder is left alone", (_, what, make) => {
  make();
  expect(problems()).toEqual([
    `${folder} is ${what}; a start empties it, so it must be a folder of the region's own: move it away`,
  ]);
});

test("a file where a folder has to be made is named", () => {
  const parent = join(cache, "..");
  writeFileSync(parent, "");
  expect(problems()).toEqual([`${cache} can't be written: ${parent} is no folder`]);
});

/** Whether this process is refused what a folder's mode forbids; root is not. */
const obeysModes = process.getuid?.() !== 0;

(obeysModes ? describe : describe.skip)("a folder that this user can't write to", () => {
  test("is named, each of them", () => {
    mkdirSync(folder);
    mkdirSync(cache, { recursive: true });
    for (const each of [folder, cache]) chmodSync(each, 0o555);
    expect(problems()).toEqual(
      [folder, cache].map(each => expect.stringContaining(`${each} can't be written: EACCES`) as string),
    );
  });
});

test("a file system's free space is shared by the folders on it", () => {
  const { bavail, bsize } = fs.statfsSync(project);
  const free = Math.round((bavail * bsize) / 1e6);
  const [problem, ...others] = problems(bavail * bsize * 0.6);
  expect(others).toEqual([]);
  // Others write to it at the same time.
  const [, at, freeThen, needed] =
    /^the disk of (.*) has (\d+) MB free; a start needs (\d+) MB there$/.exec(problem ?? "") ?? [];
  expect(at).toBe(project);
  expect(Math.abs(Number(freeThen) - free)).toBeLessThan(free / 10);
  expect(Number(needed)).toBe(Math.round((bavail * bsize * 1.2) / 1e6));
});
