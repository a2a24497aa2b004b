/** A running test region as commands for operators find it: as this project's own, and as a stack on AWS. */
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { acquireLock } from "../local/cli/lock";
import { runCommand, type Command } from "../ops/command";
import { onCleanUp } from "./clean-up";
import { fakePulumi } from "./fake-pulumi";
import { temporaryFolder } from "./folders";
import { programPath } from "./programs";
import type { TestRegion } from "./region";

/** Runs a command to its end, as `npm run` does. */
export type Operator = (
  command: Command,
  args?: string[],
  options?: { columns?: number; signal?: AbortSignal; onOutput?: (shown: string) => void },
) => Promise<{ code: number; stdout: string; stderr: string }>;

export type Place = "here" | "on AWS";
export const places: Place[] = ["here", "on AWS"];

export async function operatorAt(place: Place, region: TestRegion): Promise<Operator> {
  return place === "here" ? operatorOf(region) : operatorOnAws(region);
}

/** Of a project in which the region runs. */
export async function operatorOf({ folder }: TestRegion): Promise<Operator> {
  const root = temporaryFolder();
  symlinkSync(folder, join(root, ".local"));
  onCleanUp(await acquireLock(join(root, ".local")));
  return operatorIn(root);
}

export function operatorIn(root: string, always: string[] = []): Operator {
  return async (
    command,
    args = [],
    { columns, signal = new AbortController().signal, onOutput = () => undefined } = {},
  ) => {
    const written = { stdout: "", stderr: "" };
    const into = (name: keyof typeof written) => ({
      columns,
      write: (text: string) => onOutput((written[name] += text)),
    });
    const streams = { stdout: into("stdout"), stderr: into("stderr") };
    const code = await runCommand("ops", command, [...args, ...always], { root, signal, ...streams });
    return { code, ...written };
  };
}

/**
 * Of a machine whose Pulumi CLI knows the region as stack "dev", and whose AWS clients and Internet are the region's; until
 * `cleanUp`.
 */
export function operatorOnAws({ running, internet, region, folder }: TestRegion): Operator {
  const root = temporaryFolder();
  const outputs = Object.entries(running.outputs);
  const valuesOf = (secret: boolean) =>
    Object.fromEntries(
      outputs.flatMap(([name, each]) => (each.secret === secret ? [[name, each.value]] : [])),
    );
  const PATH = fakePulumi({
    name: "dev",
    outputs: { ...valuesOf(false), sshPrivateKey: "[secret]" },
    secrets: { sshPrivateKey: readFileSync(join(folder, "ssh_keys", "fleet.key"), "utf8") },
    config: {
      "aws:region": { value: region.options.name },
      "elastic-fleet:sshBastion": { value: `operator@127.0.0.1:${running.sshPort}` },
    },
  });
  const programs = temporaryFolder();
  // What it learns of hosts is no business of this machine's user.
  const ssh = `#!/bin/sh\nexec ${programPath("ssh") ?? "ssh"} -F none -o UserKnownHostsFile=/dev/null "$@"\n`;
  writeFileSync(join(programs, "ssh"), ssh, { mode: 0o755 });
  const before = { ...process.env };
  onCleanUp(() => {
    process.env = before;
  });
  const settings = { AWS_ENDPOINT_URL: internet, AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };
  process.env = {
    ...before,
    ...settings,
    PATH: `${programs}${delimiter}${PATH}`,
    http_proxy: internet,
    PULUMI_CONFIG_PASSPHRASE: "any",
  };
  return operatorIn(root, ["--stack", "dev"]);
}
