/**
 * The installer under power cuts: the very command that a host gets, on a host that is a folder, with a systemd that only
 * records. What a cut may leave is booted, and installed on again.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { create } from "tar";
import { unitFiles } from "../../apps/installer/unit-files";
import { installationRoot, releaseFolder, serviceFolder, unitOf } from "../../apps/installer/unit";
import type { Manifest } from "../../apps/manifest";
import { runtime } from "../../apps/shipping/runtime";
import { installCommand, remoteRuntime, remoteUser } from "../../apps/shipping/ship";
import { temporaryFolder } from "../folders";
import { bundleFile } from "../services";
import type { Random } from "../random";
import { FakeSystemd } from "./fake-systemd";
import { momentsOf } from "./moments";
import { folderInMemory, record, type Recording } from "./recording";
import { digestOf, materialize, textOf, type Snapshot } from "./snapshot";

const service = "data-access";
const home = `/home/${remoteUser}`;

/** Several sectors, each different from the others. */
const filled = (name: string) =>
  Array.from({ length: 80 }, (_line, index) => `// ${name}, line ${index}, of some length\n`).join("");

const sha256Of = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

export interface Outcome {
  code: number | null;
  output: string;
}

export class InstallerHost {
  readonly root = folderInMemory();
  readonly systemd = new FakeSystemd(this.root, path => this.#isIntact(path));
  /** What is served is one of these. */
  readonly #programs = new Set<string>();
  #installer = "";
  #runtime: Buffer = Buffer.alloc(0);
  #ports: Manifest["ports"] = {};

  static async create(): Promise<InstallerHost> {
    const host = new InstallerHost();
    host.#installer = await bundleFile(join(__dirname, "installer-main.ts"));
    host.#ports = { read: await host.systemd.listen(), update: await host.systemd.listen() };
    // In its place, the Node that runs this, so that the archive is small.
    host.#runtime = await archiveOf(
      { [runtime.binary]: `#!/bin/sh\nexec "$REAL_NODE" "$@"\n${filled("runtime").replaceAll("//", "#")}` },
      { gzip: true },
    );
    host.reset();
    return host;
  }

  /** Nothing is installed. */
  reset(): void {
    const folders = ["etc", "etc/systemd", "etc/systemd/system", "opt", "home", home.slice(1)];
    materialize(new Map(folders.map(path => [path, { kind: "folder", mode: 0o755 }])), this.root);
    this.systemd.boot();
  }

  /** @param isBroken whether it never gets healthy */
  async release(name: string, { isBroken = false, swapsPorts = false } = {}): Promise<Release> {
    const program = filled(name);
    if (!isBroken) this.#programs.add(program);
    const archive = await archiveOf({
      "installer.js": `require(process.env.INSTALLER);\n${filled("installer")}`,
      "main.js": program,
    });
    const sha256 = sha256Of(archive);
    const { read = 0, update = 0 } = this.#ports;
    return {
      archive,
      manifest: {
        service,
        release: { sha256, archive: `${home}/${service}-${sha256}.tar` },
        runtime: { binary: `${installationRoot}/runtimes/${sha256Of(this.#runtime)}/node` },
        ports: swapsPorts ? { read: update, update: read } : { read, update },
        environment: { NAME: name },
      },
    };
  }

  /** @param copiesFirst whether release and runtime are copied again, as by SFTP: nothing is synced */
  install(release: Release, copiesFirst = true): Promise<Outcome> {
    const { command, copies, env } = this.#commandFor(release);
    const script = copiesFirst ? copies + command : command;
    return outcomeOf(spawn("sh", ["-c", script], { env, stdio: "pipe" }), release);
  }

  /** @param options of `install`, faults for strace to inject, and a module for the installer to load first */
  async recordInstall(
    release: Release,
    {
      inject = [],
      preload,
      copiesFirst = true,
    }: { inject?: string[]; preload?: string; copiesFirst?: boolean } = {},
  ): Promise<{ recording: Recording; outcome: Outcome }> {
    const { command, copies, env } = this.#commandFor(release);
    const { child, end } = record(this.root, "sh", ["-c", copiesFirst ? copies + command : command], {
      env: { ...env, ...(preload !== undefined && { NODE_OPTIONS: `--require=${preload}` }) },
      stdio: "pipe",
      inject,
    });
    const outcome = await outcomeOf(child, release);
    return { outcome, recording: end() };
  }

  /** The release that answers on every port. */
  running(releases: Release[]): Release | undefined {
    const programs = Object.values(this.#ports).map(port => this.systemd.serving(port));
    return releases.find(({ manifest }) =>
      programs.every(program => program === `${releaseFolder(manifest)}/main.js`),
    );
  }

  /** What is wrong with a host on which this release was installed last; empty if nothing is. */
  problems(release: Release): string[] {
    const { manifest } = release;
    const problems: string[] = [];
    const check = (what: string, isRight: boolean) => {
      if (!isRight) problems.push(what);
    };
    const read = (path: string) => {
      const file = join(this.root, path);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    };
    for (const [file, wanted] of unitFiles(unitOf(manifest)))
      check(`unit ${file} differs`, read(`etc/systemd/system/${file}`) === wanted);
    const record = read(`${serviceFolder(service)}/manifest.json`);
    check(`its record is ${String(record)}`, record === JSON.stringify(manifest));
    check("its attempt is not over", read(`${serviceFolder(service)}/installing`) === undefined);
    check("it doesn't run", this.running([release]) !== undefined);
    this.systemd.boot();
    check("it doesn't run after a boot", this.running([release]) !== undefined);
    return problems;
  }

  #commandFor({ manifest, archive }: Release) {
    const sources = temporaryFolder();
    writeFileSync(join(sources, "release"), archive);
    writeFileSync(join(sources, "runtime"), this.#runtime);
    const copies = [
      `cat ${sources}/release >${this.root}${manifest.release.archive}`,
      `test -e ${this.root}${manifest.runtime.binary} || cat ${sources}/runtime >${this.root}${remoteRuntime}\n`,
    ].join("\n");
    const command = installCommand({ service, sha256: manifest.release.sha256 })
      .replaceAll(installationRoot, `${this.root}${installationRoot}`)
      .replaceAll(home, `${this.root}${home}`)
      .replaceAll(runtime.sha256, sha256Of(this.#runtime));
    const { PATH = "" } = process.env;
    const env = {
      PATH: `${this.systemd.bin}:${PATH}`,
      HOST_ROOT: this.root,
      HOST_STATE: this.systemd.state,
      INSTALLER: this.#installer,
      REAL_NODE: process.execPath,
    };
    return { command, copies, env };
  }

  #isIntact(path: string): boolean {
    if (!existsSync(path)) return false;
    if (path.endsWith("main.js")) return this.#programs.has(readFileSync(path, "utf8"));
    return (statSync(path).mode & 0o100) !== 0 && readFileSync(path, "utf8").endsWith("of some length\n");
  }
}

export interface Release {
  manifest: Manifest;
  archive: Buffer;
}

async function archiveOf(files: Record<string, string>, options: { gzip?: boolean } = {}): Promise<Buffer> {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o755 });
  }
  const file = join(temporaryFolder(), "archive");
  await create({ cwd: folder, file, portable: true, mtime: new Date(0), ...options }, Object.keys(files));
  return readFileSync(file);
}

async function outcomeOf(child: ChildProcess, { manifest }: Release): Promise<Outcome> {
  child.stdin?.on("error", () => undefined); // a command that refuses its archive reads nothing
  child.stdin?.end(JSON.stringify(manifest));
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error("the output must be pipes");
  const closed = new Promise<number | null>(resolve => child.once("close", resolve));
  const [code, ...output] = await Promise.all([closed, text(stdout), text(stderr)]);
  return { code, output: output.join("") };
}

export interface InstallJudgement {
  /** Different ones, that were booted and installed on. */
  states: number;
  /** Different ones that the cuts may leave. */
  found: number;
  /** Those that serve nothing after the boot, until the next install. */
  down: number;
  /** Whether the install said that it was done. */
  isAcknowledged: boolean;
  violations: string[];
}

export interface InstallPlan {
  /** The release before, which runs; undefined on a bare host. */
  before: Release | undefined;
  /** The one that is installed in the recordings, which follow each other without a power cut. */
  after: Release;
  recordings: Recording[];
  limit: number;
  random: Random;
  /** How many different states are tried at most; beyond it they are a sample. */
  mostStates: number;
}

interface Cut {
  number: number;
  state: Snapshot;
  isAcknowledged: boolean;
}

/**
 * Cuts the power at every moment of recorded installs, boots what each cut may leave, and installs on it: the same release
 * again, or the one before. Once the install was acknowledged, it must run after the boot.
 */
export async function judgeInstall(host: InstallerHost, plan: InstallPlan): Promise<InstallJudgement> {
  const { before, after, recordings, random, mostStates } = plan;
  const judgement: InstallJudgement = {
    ...{ states: 0, found: 0, down: 0 },
    isAcknowledged: false,
    violations: [],
  };
  const all = cutsOf(plan, judgement);
  const tried = all.length <= mostStates ? all : sampleOf(all, mostStates, random);
  judgement.states = tried.length;
  judgement.found = all.length;
  const untouched = digestOf(withoutHome(recordings[0]?.initial ?? new Map<string, never>()));
  for (const { number, state, isAcknowledged } of tried) {
    const violate = (what: string) =>
      judgement.violations.push(`cut ${number}: ${what}, from\n${textOf(state)}`);
    materialize(state, host.root);
    host.systemd.boot();
    const running = host.running(before ? [after, before] : [after]);
    if (isAcknowledged && running !== after) violate("an acknowledged release doesn't run after a boot");
    if (running === undefined) judgement.down++;

    const next = before && random.chance(0.3) ? before : after;
    // Pulumi has made its copies, and makes them no more once its command has begun.
    const copiesAgain = next === before || digestOf(withoutHome(state)) === untouched;
    const { code, output } = await host.install(next, copiesAgain);
    const problems = code === 0 ? host.problems(next) : [`exit code ${String(code)}: ${output}`];
    const which = next === after ? "the same release" : "the one before";
    if (problems.length > 0) violate(`the next install of ${which} leads to ${problems.join("; ")}`);
  }
  return judgement;
}

/** Half of them acknowledged, where there are so many: those promise the most, and are few among all. */
function sampleOf(cuts: Cut[], size: number, random: Random): Cut[] {
  const acknowledged = random.some(
    cuts.filter(cut => cut.isAcknowledged),
    Math.ceil(size / 2),
  );
  const others = random.some(
    cuts.filter(cut => !cut.isAcknowledged),
    size - acknowledged.length,
  );
  return [...others, ...acknowledged];
}

/** Each state once, without the acknowledgement and with it. */
function cutsOf({ recordings, limit, random }: InstallPlan, judgement: InstallJudgement): Cut[] {
  const cuts = new Map<string, Cut>();
  let number = 0;
  for (const moment of momentsOf(recordings, limit, random)) {
    if (moment.kind === "sent" && moment.text.includes(" is installed and healthy"))
      judgement.isAcknowledged = true;
    if (moment.kind !== "power cut") continue;
    number++;
    const { isAcknowledged } = judgement;
    for (const state of moment.states)
      cuts.set(`${digestOf(state)}${String(isAcknowledged)}`, { number, state, isAcknowledged });
  }
  return [...cuts.values()];
}

const withoutHome = (state: Snapshot): Snapshot =>
  new Map([...state].filter(([path]) => !path.startsWith(home.slice(1))));
