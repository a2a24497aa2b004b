/**
 * The host suite: ships services by real scp and ssh to real Debian hosts, each booted with its own systemd and sshd in
 * a container, with the functions that infra/ uses.
 *
 * It does not prove what is specific to Amazon: Amazon Linux and its SELinux, its cloud-init, and the image bake.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchRuntime } from "../../apps/shipping/runtime";
import { baseImage } from "./base-image";
import { removeControlGroups } from "./control-groups";
import config from "./jest.config";
import { enterNetwork } from "./network";
import { missing } from "./prerequisites";
import { run } from "./running";

const report = (line: string) => console.log(`host suite: ${line}`);

async function main(): Promise<number> {
  const needs = missing();
  if (needs.length > 0) {
    report(`skipped: it needs ${needs.join("; ")}`);
    // In CI a suite that does not run must not look like one that passed.
    return process.env["CI"] === undefined ? 0 : 1;
  }
  const image = await baseImage(report);
  const runtime = await fetchRuntime(report);
  const folder = await mkdtemp(join(tmpdir(), "elastic-fleet-hosts-"));
  try {
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
    return await runTests({ HOSTS_IMAGE: image, HOSTS_RUNTIME: runtime, HOSTS_FOLDER: folder });
  } finally {
    removeControlGroups(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs Jest, and every host that it boots, where nothing leads outside and nothing outlives it. */
async function runTests(environment: Record<string, string>): Promise<number> {
  const jest = [
    process.execPath,
    ...["--require", "tsx/cjs"],
    require.resolve("jest/bin/jest"),
    ...["--config", JSON.stringify(config)],
  ];
  const [command, ...args] = enterNetwork([...jest, "--maxWorkers=2", ...process.argv.slice(2)]);
  const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: "inherit" });
  const ignore = () => undefined; // Ctrl-C reaches the tests, too, and ends them
  process.on("SIGINT", ignore);
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}

main().then(
  code => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
