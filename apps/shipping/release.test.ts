import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { extract, list } from "tar";
import { temporaryFolder } from "../../testing/folders";
import { ports, type ServiceName } from "../ports";
import type { Release } from "./release";

const checkout = join(__dirname, "..", "..");

interface Build {
  cache: string;
  /** The sources' folder. */
  sources?: string;
  cwd?: string;
  umask?: number;
  /** Fails if tar is loaded. */
  withoutTar?: boolean;
}

async function build(service: ServiceName, options: Build): Promise<Release> {
  const [release] = await buildAll(JSON.stringify([service]), options);
  if (!release) throw new Error("nothing was built");
  return release;
}

/** Every service's digest, by its name. */
async function digests(options: Build): Promise<Record<string, string>> {
  const ports = `require(${JSON.stringify(join(options.sources ?? checkout, "apps/ports"))}).ports`;
  const releases = await buildAll(`Object.keys(${ports})`, options);
  return Object.fromEntries(releases.map(({ service, sha256 }) => [service, sha256]));
}

/** Builds in another process, because the working folder, umask and cache are per process. */
async function buildAll(services: string, options: Build): Promise<Release[]> {
  const { cache, sources = checkout, cwd = sources, umask = 0o22, withoutTar = false } = options;
  const script = `
    process.umask(${umask});
    if (${withoutTar}) require.cache[require.resolve("tar")] = { get exports() { throw new Error("tar is loaded") } };
    const { buildRelease } = require(${JSON.stringify(join(sources, "apps/shipping/release"))});
    Promise.all(${services}.map(buildRelease)).then(built => process.stdout.write(JSON.stringify(built)));
  `;
  const command = ["--require", require.resolve("tsx/cjs"), "--eval", script];
  const env = { PATH: process.env["PATH"], XDG_CACHE_HOME: cache };
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd, env });
  return JSON.parse(stdout) as Release[];
}

/** A copy of the sources in another place, as on another machine. */
function copyOfSources(): string {
  const folder = join(temporaryFolder(), "another", "checkout");
  mkdirSync(folder, { recursive: true });
  cpSync(join(checkout, "apps"), join(folder, "apps"), { recursive: true });
  for (const file of ["package.json", "tsconfig.json"]) cpSync(join(checkout, file), join(folder, file));
  symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
  return folder;
}

const releasesIn = (cache: string) => join(cache, "elastic-fleet", "releases");
/** Without the records of what they were built from. */
const cachedReleases = (cache: string) =>
  readdirSync(releasesIn(cache))
    .filter(name => !name.endsWith(".built"))
    .sort();

describe.each<ServiceName>(["data-access", "receiver", "stress"])("the release of %s", service => {
  test("is the same bytes whatever the folder, the umask and the time", async () => {
    const caches = [temporaryFolder(), temporaryFolder(), temporaryFolder(), temporaryFolder()] as const;
    const built = await Promise.all([
      build(service, { cache: caches[0] }),
      build(service, { cache: caches[1], cwd: temporaryFolder() }),
      build(service, { cache: caches[2], umask: 0o77 }),
      build(service, { cache: caches[3], sources: copyOfSources(), cwd: "/", umask: 0 }),
    ]);
    const archives = built.map(({ archive }) => readFileSync(archive));
    const [first] = archives;
    if (!first) throw new Error("nothing was built");
    for (const archive of archives) expect(archive.equals(first)).toBe(true);

    const sha256 = createHash("sha256").update(first).digest("hex");
    const name = `${service}-${sha256}.tar`;
    const paths = caches.map(cache => join(cache, "elastic-fleet", "releases", name));
    expect(built).toEqual(paths.map(archive => ({ service, sha256, archive })));
    for (const cache of caches) expect(cachedReleases(cache)).toEqual([name]);
  });

  test("holds the installer and the service, and nothing of this machine", async () => {
    const { archive } = await build(service, { cache: temporaryFolder(), umask: 0o77 });
    const entries: unknown[] = [];
    await list({
      file: archive,
      onReadEntry: ({ path, type, mode, mtime, uid, gid, uname, gname }) =>
        entries.push({ path, type, mode, mtime, uid, gid, uname, gname }),
    });
    const nobody = { uid: undefined, gid: undefined, uname: "", gname: "" };
    const file = { type: "File", mode: 0o644, mtime: new Date(0), ...nobody };
    expect(entries).toEqual([
      { path: "installer.js", ...file },
      { path: "main.js", ...file },
    ]);
    expect(readFileSync(archive).includes(checkout)).toBe(false);
  });

  // Both stop at once at this input: neither listens, and neither installs anything.
  test("runs where nothing is installed", async () => {
    const { archive } = await build(service, { cache: temporaryFolder() });
    const folder = temporaryFolder();
    await extract({ file: archive, cwd: folder });
    const run = (script: string, env: NodeJS.ProcessEnv, input: string) =>
      spawnSync(process.execPath, [join(folder, script)], { cwd: folder, env, input, encoding: "utf8" });

    const main = run("main.js", { LOG_LEVEL: "loud" }, "");
    expect(main.status).toBe(1);
    expect(main.stdout).toContain("bad environment: LOG_LEVEL must be one of");

    const installer = run("installer.js", {}, "{}");
    expect(installer.status).toBe(1);
    expect(installer.stderr).toContain("install failed: the manifest is not valid");
  });
});

test("the last three of each service stay, and all of the last hour", async () => {
  const cache = temporaryFolder();
  const folder = join(cache, "elastic-fleet", "releases");
  mkdirSync(folder, { recursive: true });
  const hoursAgo = (hours: number) => Date.now() / 1000 - hours * 60 * 60;
  const named = (service: string, digit: string) => `${service}-${digit.repeat(64)}.tar`;
  const built = Object.fromEntries([
    ...[0.5, 0.6, 0.7, 0.8, 3].map((hours, digit) => [named("stress", String(digit)), hours] as const),
    ...[2, 3, 4, 5].map((hours, digit) => [named("receiver", String(digit)), hours] as const),
  ]);
  for (const [name, hours] of Object.entries(built)) {
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), 0, hoursAgo(hours));
  }
  const { sha256 } = await build("receiver", { cache });
  const kept = [`receiver-${sha256}.tar`, named("receiver", "0"), named("receiver", "1")];
  for (const digit of ["0", "1", "2", "3"]) kept.push(named("stress", digit));
  expect(cachedReleases(cache)).toEqual(kept.sort());
});

test("a changed source is another release, and one that does not compile makes none", async () => {
  const sources = copyOfSources();
  const cache = temporaryFolder();
  const main = join(sources, "apps", "receiver", "main.ts");
  const text = readFileSync(main, "utf8");

  const before = await build("receiver", { cache, sources });
  writeFileSync(main, `${text}\nprocess.title = "changed";\n`);
  const after = await build("receiver", { cache, sources });
  expect(after.sha256).not.toBe(before.sha256);

  writeFileSync(main, `${text}\nimport "./missing";\n`);
  const failure = /receiver\/main\.ts:\d+:\d+: ERROR: Could not resolve "\.\/missing"/;
  await expect(build("receiver", { cache, sources })).rejects.toThrow(failure);
  expect(cachedReleases(cache)).toEqual([before, after].map(({ sha256 }) => `receiver-${sha256}.tar`).sort());
});

describe("a release that these sources gave before", () => {
  /** Seconds of the epoch, to tell a file that was written again. */
  const past = 1e9;

  test("is used as it is, and nothing is loaded to pack it", async () => {
    const cache = temporaryFolder();
    const before = await build("stress", { cache });
    const { ino } = statSync(before.archive);
    utimesSync(before.archive, past, past);
    expect(await build("stress", { cache, withoutTar: true })).toEqual(before);
    expect(statSync(before.archive)).toMatchObject({ ino });
    expect(statSync(before.archive).mtimeMs).toBeGreaterThan(past * 1000); // used, so not pruned
  });

  test.each([
    ["its archive is cut", ".tar", (path: string) => truncateSync(path, 1000)],
    ["its archive is damaged", ".tar", (path: string) => flipByte(path)],
    ["its archive is gone", ".tar", (path: string) => rmSync(path)],
    ["its record is cut", ".built", (path: string) => truncateSync(path, 10)],
    ["its record is empty", ".built", (path: string) => truncateSync(path, 0)],
    ["its record is damaged", ".built", (path: string) => writeFileSync(path, "../".repeat(20))],
  ])("is built again if %s", async (_, extension, damage) => {
    const cache = temporaryFolder();
    const before = await build("stress", { cache });
    const intact = readFileSync(before.archive);
    for (const name of readdirSync(releasesIn(cache)))
      if (name.endsWith(extension)) damage(join(releasesIn(cache), name));
    expect(await build("stress", { cache })).toEqual(before);
    expect(readFileSync(before.archive).equals(intact)).toBe(true);
  });

  test("does not count after another package is installed, nor another setting of the compiler", async () => {
    const cache = temporaryFolder();
    const sources = copyOfSources();
    await build("stress", { cache, sources });
    const records = () => readdirSync(releasesIn(cache)).filter(name => name.endsWith(".built")).length;
    expect(records()).toBe(1);
    const compiler = join(sources, "tsconfig.json");
    writeFileSync(compiler, `${readFileSync(compiler, "utf8")}\n`);
    await build("stress", { cache, sources });
    expect(records()).toBe(2);
  });

  test("is built side by side without disturbing each other", async () => {
    const cache = temporaryFolder();
    const built = await Promise.all([1, 2, 3].map(() => build("receiver", { cache })));
    expect(new Set(built.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(readdirSync(releasesIn(cache)).filter(name => name.startsWith("work"))).toEqual([]);
    expect(await build("receiver", { cache })).toEqual(built[0]);
  });
});

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[5000] = 255 - (bytes[5000] ?? 0);
  writeFileSync(path, bytes);
}

test("one more service, and another port of one, leave the releases of the others as they are", async () => {
  const sources = copyOfSources();
  const cache = temporaryFolder();
  const before = await digests({ cache, sources });

  const edit = (file: string, change: (text: string) => string) => {
    const path = join(sources, "apps", file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  };
  cpSync(join(sources, "apps", "stress"), join(sources, "apps", "quiz-jukebox"), { recursive: true });
  edit("quiz-jukebox/ports.ts", text => text.replace("http", "wwwqzjxk"));
  edit("quiz-jukebox/main.ts", text => text.replace("http:", "wwwqzjxk:"));
  edit("ports.ts", text =>
    text
      .replace("import", 'import { ports as quizJukebox } from "./quiz-jukebox/ports";\nimport')
      .replace("receiver,", 'receiver, "quiz-jukebox": quizJukebox,'),
  );
  const { read } = ports["data-access"];
  edit("data-access/ports.ts", text => text.replace(String(read), String(read + 1)));

  const { "quiz-jukebox": added, "data-access": changed, ...others } = await digests({ cache, sources });
  expect(added).toBeDefined();
  expect(changed).not.toBe(before["data-access"]);
  expect({ ...others, "data-access": before["data-access"] }).toEqual(before);
});
