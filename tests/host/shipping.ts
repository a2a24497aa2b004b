/** Ships to a Debian host what infra/ ships to AWS: the same copies, the same command. */
import { buildRelease, type Release } from "../../apps/shipping/release";
import { manifestFor, shipmentOf } from "../../apps/shipping/ship";
import { ports, type ServiceName } from "../../apps/ports";
import type { DebianHost } from "./debian-host";
import type { Outcome } from "./running";

const { HOSTS_RUNTIME: runtimeArchive = "" } = process.env;

export type Environment = Record<string, string>;

/** What each service needs; here there is no data host and no AWS behind a receiver. */
export const environments: Record<ServiceName, Environment> = {
  "data-access": {},
  receiver: {
    DATA_READ_URL: `http://198.51.100.2:${ports["data-access"].read}/`,
    DATA_UPDATE_URL: `http://198.51.100.2:${ports["data-access"].update}/`,
    NETWORK_ACL_ID: "acl-0123456789abcdef0",
    AWS_REGION: "us-east-1",
  },
  stress: { STRESS_SECONDS: "2" },
};

/** What each host already has: like the command provider, we copy only what differs. */
const copied = new WeakMap<DebianHost, Map<string, string>>();

/** Copies what the host does not have yet. */
export async function copy(host: DebianHost, release: Release): Promise<string[]> {
  const there = copied.get(host) ?? new Map<string, string>();
  copied.set(host, there);
  const done: string[] = [];
  for (const [what, { source, remotePath }] of Object.entries(shipmentOf(release, runtimeArchive).copies)) {
    if (there.get(what) === remotePath) continue;
    await host.copy(source, remotePath);
    there.set(what, remotePath);
    done.push(what);
  }
  return done;
}

/** What the install command reads from its standard input, but with other ports. */
export function manifestWithPorts(release: Release, ports: Record<string, number>): string {
  return JSON.stringify({ ...manifestFor(release, {}), ports });
}

export async function install(
  host: DebianHost,
  release: Release,
  environment: Environment = environments[release.service],
): Promise<Outcome> {
  const { command, stdin } = shipmentOf(release, runtimeArchive);
  return host.try(command, stdin(environment));
}

/** Ships and installs; @throws when the installation fails. */
export async function ship(host: DebianHost, shipped?: Release, environment?: Environment): Promise<string> {
  const release = shipped ?? (await buildRelease("data-access"));
  await copy(host, release);
  const { code, stdout, stderr } = await install(host, release, environment);
  if (code !== 0) throw new Error(`the installation ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
