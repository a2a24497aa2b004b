/** Everything the local region knows about the program it runs. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { install } from "../apps/installer/install";
import { installationRoot, serviceFolder, type Unit } from "../apps/installer/unit";
import { manifestSchema } from "../apps/manifest";
import { ports, sshPort } from "../apps/ports";
import { installCommand, remoteRuntime, remoteUser } from "../apps/shipping/ship";
import { awaitRefreshCommand } from "../infra/local-commands";
import type { Host } from "./hosts/host";
import { assertRuntime, placeRuntime } from "./hosts/runtime";
import type { HostCommand } from "./hosts/ssh/commands";
import { cat, hostname, journalctl, systemctlStatus } from "./hosts/ssh/operator-commands";
import type { Arrangement } from "./page/region-view";

export const ssh = { port: sshPort, user: remoteUser };

/** What the program runs on the deploying machine once something is made; at a start there is nothing to wait for. */
export const localCommands: ReadonlySet<string> = new Set([awaitRefreshCommand]);

/** The public SSM parameter that holds the id of the hosts' image. */
export const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

/** The key of the stack's configuration that has the ARN of its load balancers' certificate. */
export const certificateKey = "certificateArn";

export interface RunOptions {
  /** Receives each step. */
  report?: (step: string) => void;
  /** The runtime's archive may have been cut on its way here, and is hashed. */
  cameByNetwork?: boolean;
}

/**
 * Runs the command that installs a service as a host would: checks what was copied, unpacks the runtime, and runs the
 * installer, in-process. Only one installs at a time.
 * @throws for any other command, and if the installation fails
 */
export async function run(
  host: Host,
  command: string,
  stdin: string,
  { report, cameByNetwork = false }: RunOptions = {},
): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(stdin));
  const { service, release } = manifest;
  if (command !== installCommand({ service, sha256: release.sha256 }))
    throw new Error("a host in the local region runs only the command that installs a service");
  return host.exclusively(async () => {
    const archive = join(host.root, remoteRuntime);
    const binary = join(host.root, manifest.runtime.binary);
    if (!existsSync(binary)) {
      if (cameByNetwork) await assertRuntime(archive);
      await placeRuntime(archive, binary);
    }
    // As on a host: a host that lacks the runtime gets another copy.
    await rm(archive, { force: true });
    return install(manifest, host, { report: step => report?.(`${service}: ${step}`) });
  });
}

const installService: HostCommand = {
  match: line => {
    const [, service = "", sha256 = ""] = /\/([a-z-]+)-([0-9a-f]{64})\.tar/.exec(line) ?? [];
    if (line !== installCommand({ service, sha256 })) return undefined;
    return async ({ host, stdin, stdout, stderr }) => {
      try {
        const report = (step: string) => void stderr(`${step}\n`);
        const outcome = await run(host, line, await stdin(), { report, cameByNetwork: true });
        await stdout(`${outcome}\n`);
        return 0;
      } catch (error) {
        await stderr(`install failed: ${(error as Error).message}\n`);
        return 1;
      }
    };
  },
};

const manifestPath = /^(.+)\/[a-z-]+\/manifest\.json$/;

/** What a host understands by SSH. */
export const commands: readonly HostCommand[] = [
  installService,
  hostname,
  systemctlStatus,
  journalctl,
  cat(
    `cat ${serviceFolder("SERVICE")}/manifest.json`,
    path => manifestPath.exec(path)?.[1] === installationRoot,
  ),
];

/**
 * Environment values that override a service's manifest: a host here has one vCPU, load lasts as long on the region's
 * clock as it would on AWS, and the host's name is not this machine's.
 */
export function localEnvironment(
  { environment }: Unit,
  { hostName, speed }: { hostName: string; speed: number },
): Record<string, string> {
  const seconds = environment["STRESS_SECONDS"];
  return {
    HOST_NAME: hostName,
    ...(seconds !== undefined && { STRESS_SECONDS: String(Number(seconds) / speed), STRESS_WORKERS: "1" }),
  };
}

const { read, update } = ports["data-access"];
const get = { method: "GET", path: "/" } as const;

/** How the live page shows the program: from outside to inside, the fleet below, and what to try first. */
export const arrangement: Arrangement = {
  places: {
    subnets: {
      "edge-a": { column: 1, row: 1 },
      "edge-b": { column: 1, row: 1 },
      receiver: { column: 2, row: 0 },
      data: { column: 3, row: 0 },
    },
    nodes: {
      "receiver-lb": { column: 1, row: 0 },
      "fleet-lb": { column: 1, row: 1 },
      data: { column: 3, row: 0 },
      stress: { column: 3, row: 1 },
    },
    autoScalingGroups: { fleet: { column: 2, row: 1 } },
  },
  storedNumber: { host: "data", readPort: read, updatePort: update },
  suggestions: [
    {
      title: "Read the number",
      explanation: `From the Internet straight to the data host, port ${read}: an entry of its ACL lets it in.`,
      command: { send: { from: "internet", to: "data", port: read, ...get } },
    },
    {
      title: "Write a number",
      explanation: `By the load balancer and a receiver to port ${update}, then one call to the EC2 API.`,
      command: {
        send: {
          from: "internet",
          to: "receiver-lb",
          port: 80,
          method: "POST",
          path: "/",
          body: '{"num":42}',
        },
      },
    },
    {
      title: "Knock where no rule lets you in",
      explanation: `Port ${update} from the Internet. Silence; see where it ends.`,
      command: { send: { from: "internet", to: "data", port: update, ...get } },
    },
    {
      title: "Let the data host ask",
      explanation: "Its request gets out. Its reply does not get in: the ACL is stateless.",
      command: { send: { from: "data", to: "internet", port: 80, ...get } },
    },
    {
      title: "Load the fleet",
      explanation: "Ten POSTs. Three minutes above 50 % CPU, and an instance is added.",
      command: { load: { to: "fleet-lb", count: 10 } },
    },
  ],
};
