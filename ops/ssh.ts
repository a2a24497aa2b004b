/** OpenSSH's client on the hosts of a deployment. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { remoteUser } from "../apps/shipping/ship";
import type { Deployment } from "./deployment";

export interface Reachable {
  instanceId: string;
  publicIp?: string;
}

/** Arguments of ssh to run a command on a host, which may be empty. */
export type SshArguments = (host: Reachable, command?: string) => string[];

/** What a user types to reach a host. */
export function sshCommand({ ssh }: Deployment, { instanceId, publicIp }: Reachable): string {
  if (ssh.configFile === undefined) return `ssh -i KEY ${remoteUser}@${publicIp ?? ""}`;
  return `ssh -F ${ssh.configFile}${ssh.privateKey ? " -i KEY" : ""} ${instanceId}`;
}

/**
 * Lends the arguments for ssh. A private key is in a file that only this user can read, and that is removed once the
 * work is over.
 */
export async function withSsh<Result>(
  { ssh }: Deployment,
  work: (argumentsFor: SshArguments) => Promise<Result>,
): Promise<Result> {
  const key = await ssh.privateKey?.();
  const folder = key === undefined ? undefined : await mkdtemp(join(tmpdir(), "elastic-fleet-key-"));
  try {
    const common = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10"];
    if (ssh.configFile !== undefined) common.push("-F", ssh.configFile);
    // A host's key is made by its first boot, and nobody has told it.
    else common.push("-o", "StrictHostKeyChecking=accept-new");
    if (key !== undefined && folder !== undefined) {
      const file = join(folder, "key");
      await writeFile(file, key, { mode: 0o600 });
      common.push("-o", "IdentitiesOnly=yes", "-i", file);
    }
    const throughBastion = ssh.bastion === undefined ? [] : ["-o", proxyCommand(common, ssh.bastion)];
    return await work(({ instanceId, publicIp = instanceId }, command) => [
      ...common,
      ...throughBastion,
      ssh.configFile === undefined ? `${remoteUser}@${publicIp}` : instanceId,
      ...(command === undefined ? [] : [command]),
    ]);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Like ProxyJump, which wouldn't pass the options on to the bastion. */
function proxyCommand(options: string[], bastion: string): string {
  return `ProxyCommand=ssh ${options.map(quoted).join(" ")} -W %h:%p ${quoted(`ssh://${bastion}`)}`;
}

/** A word for the shell that runs a ProxyCommand, in which ssh expands percent signs. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`).replaceAll("%", "%%")}'`;
}

/**
 * What a command prints on a host.
 * @throws with what ssh, or the command, says
 */
export async function outputOn(
  argumentsFor: SshArguments,
  host: Reachable,
  command: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { env } = process;
    return (await promisify(execFile)("ssh", argumentsFor(host, command), { env, signal })).stdout;
  } catch (error) {
    const { code, stderr = "", message } = error as Error & { code?: unknown; stderr?: string };
    if (code === "ENOENT") throw new Error("ssh is not in PATH", { cause: error });
    // The first line has the cause; what ssh has learned of a host is none.
    const said = stderr.split(/[\r\n]+/).find(line => line !== "" && !line.startsWith("Warning: "));
    throw new Error(said ?? message, { cause: error });
  }
}
