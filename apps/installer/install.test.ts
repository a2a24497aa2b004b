import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type * as FsPromises from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type * as Tar from "tar";
import { create } from "tar";
import { temporaryFolder } from "../../testing/folders";
import type { Manifest } from "../manifest";
import type * as Installer from "./install";
import type { Platform } from "./install";
import { ports } from "../ports";
import { unitOf, type Unit } from "./unit";

/** Those that an interrupted installer left open. */
const openHandles = new Set<FsPromises.FileHandle>();

/** Awaited before every step of the installer, with its name: the place to interrupt it. */
const hook: { before: (step: string) => Promise<void> } = { before: () => Promise.resolve() };

jest.doMock("node:fs/promises", () => {
  const real = jest.requireActual<typeof FsPromises>("node:fs/promises");
  const short = (path: unknown) =>
    String(path)
      .replace(/^.*\/(?=data-access|runtimes|home|opt(\/elastic-fleet)?$)/, "")
      .replace(/[0-9a-f]{64}/, "SHA");
  const mocked: Record<string, unknown> = { ...real };
  for (const name of ["mkdir", "readdir", "readFile", "rename", "rm"] as const) {
    const act = real[name] as (...args: unknown[]) => Promise<unknown>;
    mocked[name] = async (...args: unknown[]) => {
      await hook.before(`${name} ${short(args[0])}`);
      return act(...args);
    };
  }
  mocked["open"] = async (path: string, flags: string) => {
    if (flags === "w") await hook.before(`write ${short(path)}`);
    const handle = await real.open(path, flags);
    openHandles.add(handle);
    const close = handle.close.bind(handle);
    handle.close = async () => {
      openHandles.delete(handle);
      await close();
    };
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      await hook.before(`sync ${short(path)}`);
      await sync();
    };
    return handle;
  };
  return mocked;
});
jest.doMock("tar", () => {
  const real = jest.requireActual<typeof Tar>("tar");
  const extract = async (options: Tar.TarOptionsWithAliasesAsyncNoFile) => {
    await hook.before("extract");
    return real.extract(options) as unknown;
  };
  return { ...real, extract };
});
const { install, InstallError } = jest.requireActual<typeof Installer>("./install");

/** A host that is a folder, with a service manager that only records. */
class FakeHost implements Platform {
  readonly root = temporaryFolder();
  /** The modification time of the last copy; a file system's own clock is too coarse to tell two files apart. */
  clock = 0;
  /** What happened to the service, in order. */
  events: string[] = [];
  running: Unit | undefined;
  /** Releases that start, but never answer. */
  unhealthy = new Set<string>();
  /** Releases that don't even start. */
  broken = new Set<string>();
  journalError: Error | undefined;

  async start(unit: Unit, anew: boolean): Promise<void> {
    await hook.before("start");
    this.events.push(`start ${contentOf(this, unit)}${anew ? " anew" : ""}`);
    this.running = undefined;
    if (this.broken.has(contentOf(this, unit))) throw new Error("exit code 1");
    this.running = unit;
  }

  /** Like a real one, it asks whatever listens on the unit's ports. */
  async healthy(_unit: Unit, signal: AbortSignal): Promise<void> {
    await hook.before("healthy");
    if (this.running && !this.unhealthy.has(contentOf(this, this.running))) return;
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  }

  async journal(): Promise<string> {
    await hook.before("journal");
    if (this.journalError) throw this.journalError;
    return `the journal after ${this.events.at(-1) ?? "nothing"}\n`;
  }
}

/** The unit's program; fails if the release is incomplete. */
function contentOf(host: FakeHost, unit: Unit): string {
  const program = join(host.root, unit.command[1]);
  expect(readdirSync(dirname(program)).sort()).toEqual(["installer.js", "main.js"]);
  return readFileSync(program, "utf8");
}

/** Copies a release to the host. @returns its manifest */
async function ship(
  host: FakeHost,
  content: string,
  environment: Record<string, string> = {},
): Promise<Manifest> {
  const made = temporaryFolder();
  writeFileSync(join(made, "main.js"), content);
  writeFileSync(join(made, "installer.js"), "");
  const built = join(made, "release.tar");
  await create({ cwd: made, file: built, mtime: new Date(0) }, ["installer.js", "main.js"]);
  const sha256 = createHash("sha256").update(readFileSync(built)).digest("hex");
  const archive = `/home/ec2-user/data-access-${sha256}.tar`;
  mkdirSync(join(host.root, dirname(archive)), { recursive: true });
  renameSync(built, join(host.root, archive));
  utimesSync(join(host.root, archive), 0, (host.clock += 1));
  return {
    service: "data-access",
    release: { sha256, archive },
    runtime: { binary: "/opt/elastic-fleet/runtimes/1/node" },
    ports: ports["data-access"],
    environment,
  };
}

const folderOf = (host: FakeHost) => join(host.root, "opt/elastic-fleet/data-access");
const recorded = (host: FakeHost) =>
  JSON.parse(readFileSync(join(folderOf(host), "manifest.json"), "utf8")) as Manifest;
const short = ({ release }: Manifest) => release.sha256.slice(0, 12);
const releasesOn = (host: FakeHost) => readdirSync(join(folderOf(host), "releases")).sort();
const digests = (...manifests: Manifest[]) => manifests.map(({ release }) => release.sha256).sort();
const done = (manifest: Manifest) => `data-access release ${short(manifest)} is installed and healthy`;
const unchanged = (manifest: Manifest) =>
  `data-access unchanged: release ${short(manifest)} is installed and healthy`;

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
  hook.before = () => Promise.resolve();
});
afterEach(async () => {
  for (const handle of openHandles) await handle.close();
});

/** An install's InstallError; any other outcome fails the test. */
async function failureOf(installing: Promise<string>): Promise<string> {
  const error = await installing.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InstallError);
  return (error as Error).message;
}

/** This release runs and is recorded, and nothing unfinished is left. */
function expectInstalled(manifest: Manifest): void {
  expect(host.running).toEqual(unitOf(manifest));
  expect(recorded(host)).toEqual(manifest);
  expect(readdirSync(folderOf(host)).sort()).toEqual(["manifest.json", "releases"]);
  expect(releasesOn(host)).toContain(manifest.release.sha256);
  expect(releasesOn(host).filter(name => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
}

test("a bare host gets the release and runs it", async () => {
  const manifest = await ship(host, "one", { LOG_LEVEL: "info" });
  expect(await install(manifest, host)).toBe(done(manifest));
  expect(host.running).toEqual({
    service: "data-access",
    command: [
      "/opt/elastic-fleet/runtimes/1/node",
      `/opt/elastic-fleet/data-access/releases/${manifest.release.sha256}/main.js`,
    ],
    environment: { LOG_LEVEL: "info" },
    ports: ports["data-access"],
  });
  expectInstalled(manifest);
});

/** What an update does to the disk and to the service; it may be interrupted before each. */
const update = [
  "readFile data-access/manifest.json",
  "readFile data-access-SHA.tar",
  "rm data-access/releases/SHA.new",
  "mkdir data-access/releases/SHA.new",
  "extract",
  "readdir data-access/releases/SHA.new",
  "sync data-access/releases/SHA.new/installer.js",
  "sync data-access/releases/SHA.new/main.js",
  "sync data-access/releases/SHA.new",
  "rename data-access/releases/SHA.new",
  "sync data-access/releases",
  "sync data-access",
  "sync opt/elastic-fleet",
  "sync opt",
  "write data-access/installing.new",
  "sync data-access/installing.new",
  "rename data-access/installing.new",
  "sync data-access",
  "start",
  "healthy",
  "write data-access/manifest.json.new",
  "sync data-access/manifest.json.new",
  "rename data-access/manifest.json.new",
  "sync data-access",
  "rm data-access/installing",
  "readdir data-access/releases",
  "readdir opt/elastic-fleet",
  "readFile data-access/manifest.json",
  "readdir home/ec2-user",
];

test("the steps of an update, in their order", async () => {
  await install(await ship(host, "one"), host);
  const steps: string[] = [];
  hook.before = step => Promise.resolve(void steps.push(step.replace(/ .*\/elastic-fleet\//, " ")));
  await install(await ship(host, "two"), host);
  expect(steps).toEqual([...update, "rm data-access-SHA.tar"]);
});

test("each step is reported before it is taken", async () => {
  const one = await ship(host, "one");
  await install(one, host);
  const two = await ship(host, "two");
  const report = jest.fn();
  await install(two, host, { report });
  host.broken.add("three");
  const three = await ship(host, "three");
  await expect(install(three, host, { report })).rejects.toThrow(InstallError);
  await install(two, host, { report });
  expect(report.mock.calls.flat()).toEqual([
    `unpack release ${short(two)}`,
    "start it",
    "wait until it is healthy",
    "record that it is installed",
    "remove what is not needed any more",
    `unpack release ${short(three)}`,
    "start it",
    `go back to release ${short(two)}`,
  ]);
});

test("an unchanged manifest changes nothing", async () => {
  const manifest = await ship(host, "one");
  await install(manifest, host);
  rmSync(join(host.root, manifest.release.archive));
  expect(await install(manifest, host)).toBe(unchanged(manifest));
  expect(host.events).toEqual(["start one"]);
});

test("an unchanged manifest restarts a service that is no longer healthy", async () => {
  const manifest = await ship(host, "one");
  await install(manifest, host);
  host.running = undefined;
  expect(await install(manifest, host)).toBe(done(manifest));
  expectInstalled(manifest);
});

test("a changed environment restarts the service, and unpacks nothing", async () => {
  const manifest = await ship(host, "one", { LOG_LEVEL: "info" });
  await install(manifest, host);
  rmSync(join(host.root, manifest.release.archive));
  const changed = { ...manifest, environment: { LOG_LEVEL: "debug" } };
  expect(await install(changed, host)).toBe(done(changed));
  expect(host.events).toEqual(["start one", "start one"]);
  expectInstalled(changed);
});

test("a corrupt archive is refused before anything is touched", async () => {
  const before = await ship(host, "one");
  await install(before, host);
  const manifest = await ship(host, "two");
  writeFileSync(join(host.root, manifest.release.archive), "half");
  const digest = createHash("sha256").update("half").digest("hex");
  expect(await failureOf(install(manifest, host))).toBe(
    `${manifest.release.archive} is corrupt: its SHA-256 digest is ${digest}, ` +
      `the manifest says ${manifest.release.sha256}`,
  );
  expect(host.events).toEqual(["start one"]);
  expect(releasesOn(host)).toEqual(digests(before));
  expectInstalled(before);
});

test("an archive that can't be unpacked completely is not a release", async () => {
  const made = temporaryFolder();
  mkdirSync(join(made, "folder"));
  writeFileSync(join(made, "folder", "part"), "");
  writeFileSync(join(made, "main.js"), "");
  const manifest = await ship(host, "one");
  const archive = join(host.root, manifest.release.archive);
  // It continues with a folder in place of a file.
  const onWriteEntry = (entry: Tar.WriteEntry) => (entry.path = entry.path.replace(/^folder/, "main.js"));
  await create({ cwd: made, file: archive, onWriteEntry }, ["main.js", "folder/part"]);
  const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
  await expect(install({ ...manifest, release: { ...manifest.release, sha256 } }, host)).rejects.toThrow();
  expect(readdirSync(join(folderOf(host), "releases"))).toEqual([`${sha256}.new`]);
});

test("a missing archive is named", async () => {
  const manifest = await ship(host, "one");
  rmSync(join(host.root, manifest.release.archive));
  await expect(install(manifest, host)).rejects.toThrow(manifest.release.archive);
});

test("a release that does not start gives way to the one before, and its journal says why", async () => {
  const before = await ship(host, "one");
  await install(before, host);
  const manifest = await ship(host, "two");
  host.broken.add("two");
  expect(await failureOf(install(manifest, host))).toBe(
    `data-access release ${short(manifest)} failed: exit code 1; release ${short(before)} runs again\n` +
      "its journal:\nthe journal after start two",
  );
  expect(host.events).toEqual(["start one", "start two", "start one"]);
  expectInstalled(before);
  expect(await install(before, host)).toBe(unchanged(before));
});

test("a release that starts and is never healthy gives way as well", async () => {
  const before = await ship(host, "one", { LOG_LEVEL: "info" });
  await install(before, host);
  const manifest = await ship(host, "two");
  host.unhealthy.add("two");
  expect(await failureOf(install(manifest, host, { healthTimeout: 50 }))).toBe(
    `data-access release ${short(manifest)} failed: it is not healthy after 0.05 s; ` +
      `release ${short(before)} runs again\nits journal:\nthe journal after start two`,
  );
  expectInstalled(before);
});

test("a failed release can be repaired by another one, and by itself", async () => {
  const before = await ship(host, "one");
  await install(before, host);
  const manifest = await ship(host, "two");
  host.broken.add("two");
  await expect(install(manifest, host)).rejects.toThrow(InstallError);
  host.broken.clear();
  expect(await install(manifest, host)).toBe(done(manifest));
  expectInstalled(manifest);
});

test("a first release that fails has nothing to go back to", async () => {
  const manifest = await ship(host, "one");
  host.unhealthy.add("one");
  expect(await failureOf(install(manifest, host, { healthTimeout: 50 }))).toBe(
    `data-access release ${short(manifest)} failed: it is not healthy after 0.05 s; ` +
      "there is no earlier release to go back to\nits journal:\nthe journal after start one",
  );
  expect(existsSync(join(folderOf(host), "manifest.json"))).toBe(false);
});

test("a release that ran and gets healthy no more is not started twice, as there is no other", async () => {
  const manifest = await ship(host, "one");
  await install(manifest, host);
  host.running = undefined;
  host.broken.add("one");
  expect(await failureOf(install(manifest, host))).toBe(
    `data-access release ${short(manifest)} failed: exit code 1; there is no earlier release to go back to\n` +
      "its journal:\nthe journal after start one",
  );
  expect(host.events).toEqual(["start one", "start one"]);
});

test("where the one before does not come back either, both are told, and it is started again next time", async () => {
  const before = await ship(host, "one");
  await install(before, host);
  const manifest = await ship(host, "two");
  host.unhealthy.add("two");
  host.broken.add("one");
  expect(await failureOf(install(manifest, host, { healthTimeout: 50 }))).toBe(
    `data-access release ${short(manifest)} failed: it is not healthy after 0.05 s; ` +
      `release ${short(before)} does not come back either: exit code 1\n` +
      "its journal:\nthe journal after start two",
  );
  // Release two, which nobody wants, gets healthy after all.
  host.running = unitOf(manifest);
  host.unhealthy.clear();
  host.broken.clear();
  expect(await install(before, host)).toBe(done(before));
  expectInstalled(before);
});

test("a journal that can't be read keeps nobody from going back", async () => {
  const before = await ship(host, "one");
  await install(before, host);
  const manifest = await ship(host, "two");
  host.broken.add("two");
  host.journalError = new Error("no journal here");
  expect(await failureOf(install(manifest, host))).toBe(
    `data-access release ${short(manifest)} failed: exit code 1; release ${short(before)} runs again\n` +
      "its journal:\n(can't be read: no journal here)",
  );
  expectInstalled(before);
});

test("a record that is not understood counts as none", async () => {
  const manifest = await ship(host, "one");
  await install(manifest, host);
  writeFileSync(join(folderOf(host), "manifest.json"), '{"service":"data-acc');
  expect(await install(manifest, host)).toBe(done(manifest));
  expectInstalled(manifest);
});

test("the release that runs and the one before it are kept, and no other", async () => {
  const [one, two, three] = [await ship(host, "one"), await ship(host, "two"), await ship(host, "three")];
  await install(one, host);
  expect(releasesOn(host)).toEqual(digests(one));
  await install(two, host);
  expect(releasesOn(host)).toEqual(digests(one, two));
  mkdirSync(join(folderOf(host), "releases", `${"0".repeat(64)}.new`));
  await install(three, host);
  expect(releasesOn(host)).toEqual(digests(two, three));
});

test("of what was copied to the host, nothing is kept that is older than what is installed", async () => {
  const [one, two] = [await ship(host, "one"), await ship(host, "two")];
  const home = join(host.root, "home/ec2-user");
  const others = ["notes.tar", `stress-${"0".repeat(64)}.tar`];
  for (const other of others) {
    writeFileSync(join(home, other), "");
    utimesSync(join(home, other), 0, 0);
  }
  const names = (...manifests: Manifest[]) => manifests.map(({ release }) => basename(release.archive));
  await install(one, host);
  // The next one, copied already.
  expect(readdirSync(home).sort()).toEqual([...names(one, two), ...others].sort());
  await install(two, host);
  expect(readdirSync(home).sort()).toEqual([...names(two), ...others].sort());
});

test("a link beside what was copied that leads nowhere is nobody's concern", async () => {
  const manifest = await ship(host, "one");
  symlinkSync("nowhere", join(host.root, "home/ec2-user/link"));
  expect(await install(manifest, host)).toBe(done(manifest));
});

test("the runtimes of what is installed and of the release before are kept, and no other", async () => {
  const on = async (name: string, digit: string) => {
    const manifest = await ship(host, name);
    const binary = `/opt/elastic-fleet/runtimes/${digit.repeat(64)}/node`;
    mkdirSync(dirname(join(host.root, binary)), { recursive: true });
    utimesSync(dirname(join(host.root, binary)), 0, host.clock);
    return { ...manifest, runtime: { binary } };
  };
  const runtimes = () =>
    readdirSync(join(host.root, "opt/elastic-fleet/runtimes")).map(name => name.slice(0, 1));
  const other: Manifest = { ...(await on("other", "a")), service: "receiver", ports: ports.receiver };
  await install(other, host);
  const [b, c, d] = [await on("b", "b"), await on("c", "c"), await on("d", "d")];
  const next = await on("e", "e");
  for (const manifest of [b, c, d]) await install(manifest, host);
  expect(runtimes().sort()).toEqual(["a", "c", "d", "e"]);
  await install(next, host);
  expect(runtimes().sort()).toEqual(["a", "d", "e"]);
});

test("two services on one host leave each other alone", async () => {
  const manifest = await ship(host, "one");
  await install(manifest, host);
  const other: Manifest = { ...(await ship(host, "other")), service: "receiver", ports: ports.receiver };
  await install(other, host);
  expect(recorded(host)).toEqual(manifest);
  expect(releasesOn(host)).toEqual(digests(manifest));
  expect(readdirSync(join(host.root, "opt/elastic-fleet/receiver/releases"))).toEqual(digests(other));
});

/** Starts an install that stops for good after this many steps, as in a power cut. */
async function cutOff(after: number, manifest: Manifest): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let taken = 0;
    hook.before = () => {
      taken += 1;
      if (taken <= after) return Promise.resolve();
      resolve();
      return new Promise<never>(() => undefined);
    };
    install(manifest, host).then(() => reject(new Error("the install ended before it was cut off")), reject);
  });
  hook.before = () => Promise.resolve();
}

const steps = update.map((step, index) => [index, step] as const);

describe.each(steps)("cut off before step %d of an update, %s,", cut => {
  let before: Manifest;
  let manifest: Manifest;
  beforeEach(async () => {
    before = await ship(host, "one", { LOG_LEVEL: "info" });
    manifest = await ship(host, "two");
    await install(before, host);

    await cutOff(cut, manifest);
  });

  test("a service runs, the old one or the new one", () => {
    expect([unitOf(before), unitOf(manifest)]).toContainEqual(host.running);
  });

  test("the next run completes the update", async () => {
    expect([done(manifest), unchanged(manifest)]).toContain(await install(manifest, host));
    expectInstalled(manifest);
  });

  test("the next run can go back to what was before", async () => {
    expect([done(before), unchanged(before)]).toContain(await install(before, host));
    expect(host.running).toEqual(unitOf(before));
    expect(recorded(host)).toEqual(before);
  });
});

/** The steps after a failed start: journal, start, healthy, and removing the record of the attempt. */
test.each([1, 2, 3, 4])("cut off %d steps after a failed start, the next run goes back", async after => {
  const before = await ship(host, "one");
  const manifest = await ship(host, "two");
  await install(before, host);
  host.broken.add("two");
  await cutOff(update.indexOf("start") + after, manifest);
  expect(await install(before, host)).toBe(done(before));
  expect(host.events.at(-1)).toBe("start one anew");
  expectInstalled(before);
});

describe.each(steps)("with an error in step %d of an update, %s,", failing => {
  test("the run fails with it, a service runs, and the next run completes the update", async () => {
    const before = await ship(host, "one");
    const manifest = await ship(host, "two");
    await install(before, host);

    let taken = -1;
    hook.before = () => {
      taken += 1;
      return taken === failing ? Promise.reject(new Error("no space left")) : Promise.resolve();
    };
    // An unreadable record counts as none.
    if (!update[failing]?.startsWith("readFile") || failing === 1)
      await expect(install(manifest, host)).rejects.toThrow("no space left");
    else await install(manifest, host);
    expect([unitOf(before), unitOf(manifest)]).toContainEqual(host.running);

    hook.before = () => Promise.resolve();
    expect([done(manifest), unchanged(manifest)]).toContain(await install(manifest, host));
    expectInstalled(manifest);
  });
});
