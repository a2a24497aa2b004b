/** The summary printed once the region is ready: what runs where, and how to reach it. */
import { join } from "node:path";
import { runtimeInUse } from "../hosts/runtime";
import { bastionUser } from "../hosts/ssh/client-files";
import type { StackOutput } from "../pulumi/evaluate";
import { awsConfigFile, profileName } from "./aws-profile";
import { alignColumns } from "./columns";
import { shellEnvironmentFile } from "./shell-environment";

interface Addresses {
  privateIpAddress: string;
  publicIpAddress?: string;
}

/** What runs where, at one moment. */
export interface Overview {
  hosts: (Addresses & {
    name: string;
    /** Of an Auto Scaling group's instance, which shares its name with others. */
    instanceId?: string;
    services: { name: string; ports: number[] }[];
    /** The loopback port of an HTTP proxy that sends requests as this host. */
    proxyPort: string;
  })[];
  loadBalancers: {
    name: string;
    addresses: Addresses[];
    listeners: {
      port: number;
      redirects: boolean;
      /** The state of each target that it may forward to. */
      targets: string[];
      /** Reaches it from this machine without a proxy. */
      localUrl: string;
    }[];
  }[];
  outputs: Record<string, StackOutput>;
  /** URL of the local Internet, an HTTP proxy. */
  internetUrl: string;
}

/** What an empty region prints: how clients reach it. */
export function emptyRegionSummary(
  { internetUrl, sshPort }: { internetUrl: string; sshPort: number },
  { name, folder, speed }: { name: string; folder: string; speed: number },
): string {
  const text = [
    "",
    `It serves AWS's API for ${name} at ${internetUrl}, to any credentials. In another terminal:`,
    `  AWS_CONFIG_FILE=${join(folder, awsConfigFile)} aws --profile ${profileName} ec2 describe-vpcs`,
    "  pulumi up -s local (docs/pulumi-up.md says what it needs)",
    "",
    `What you make is reached from outside AWS through the HTTP proxy: curl -x ${internetUrl} URL`,
    `SSH goes through the bastion ${bastionUser}@127.0.0.1:${sshPort}: ssh -F ${folder}/ssh_config -i KEY NAME-OR-INSTANCE-ID`,
    `An AWS minute takes ${minuteAt(speed)}. Instances boot Amazon Linux 2023 with nothing installed.`,
    "",
  ];
  return text.join("\n");
}

interface TableOptions {
  stack: { project: string; stack: string };
  /** The region's folder, as the user would type it. */
  folder: string;
  speed: number;
  /** Of the terminal. */
  width: number;
  /** What was left out, as KIND:NAME. */
  without?: string[];
}

export function table(
  { hosts, loadBalancers, outputs, internetUrl }: Overview,
  { stack, folder, speed, width, without = [] }: TableOptions,
): string {
  const rows = [
    ["", "private", "public", "proxy", ""],
    ...hosts.toSorted((a, b) => a.name.localeCompare(b.name)).map(hostRow),
    ...loadBalancers.flatMap(loadBalancerRows),
  ];
  const urls = Object.entries(outputs)
    .flatMap(([name, output]) => (output.secret ? [] : [[name, String(output.value)]]))
    // The dashboard is a page of AWS's console, which doesn't exist here.
    .filter(([name]) => name?.endsWith("Url") && name !== "dashboardUrl")
    .map(([name, value]) => {
      const trust = value?.startsWith("https:") ? " --cacert FILE" : "";
      return `  curl -w '\\n' -x $proxy${trust} $${name}`;
    });
  const text = [
    "",
    ...alignColumns(rows, width),
    "",
    `The local Internet is the HTTP proxy ${internetUrl}. To send from outside AWS, in another terminal:`,
    `  ${sourceCommand(folder)}`,
    ...urls,
    "The same terminal's AWS CLI and SDKs then talk to the region.",
    "To send as a host: curl -x http://127.0.0.1:PORT URL, with the port of its proxy.",
    `On a host, by its name or instance id: ssh -F ${folder}/ssh_config NAME`,
    "",
    `Services run on ${runtimeInUse}; an AWS minute takes ${minuteAt(speed)}.`,
    "Two settings of the stress service differ from AWS: STRESS_SECONDS follows that clock, and STRESS_WORKERS is 1, " +
      "because an instance counts as one vCPU.",
    `In ${folder}: env, outputs.json, flow-log.txt, decision-log.jsonl (why connections were dropped), and each host's ` +
      `disk under hosts/, with its services' logs in var/log. The stack is ${stack.project}/${stack.stack}.`,
    "What the fleet does is shown below in short; aws autoscaling describe-scaling-activities has the whole text.",
    ...(without.length > 0 ? [`Left out: ${without.join(", ")}.`] : []),
    "",
  ];
  return text.join("\n");
}

function sourceCommand(folder: string): string {
  return `source ${join(folder, shellEnvironmentFile)}`;
}

function minuteAt(speed: number): string {
  return `${Number((60 / speed).toFixed(2))} s`;
}

function hostRow({
  name,
  instanceId,
  privateIpAddress,
  publicIpAddress = "",
  services,
  proxyPort,
}: Overview["hosts"][number]): string[] {
  const running = services.map(
    service => `${service.name} ${service.ports.map(port => `:${port}`).join(" ")}`,
  );
  const state = [running.join(", ") || "no service", ...(instanceId === undefined ? [] : [instanceId])];
  return [name, privateIpAddress, publicIpAddress, proxyPort, state.join(", ")];
}

/** A line for each address, beside two for each listener. */
function loadBalancerRows({ name, addresses, listeners }: Overview["loadBalancers"][number]): string[][] {
  const states = listeners.flatMap(({ port, redirects, targets, localUrl }) => {
    const healthy = targets.filter(state => state === "healthy");
    const state = redirects ? "redirects" : `${healthy.length} of ${targets.length} targets healthy`;
    return [`:${port}, ${state}`, `also at ${localUrl}`];
  });
  return Array.from({ length: Math.max(addresses.length, states.length) }, (_, index) => {
    const { privateIpAddress = "", publicIpAddress = "" } = addresses[index] ?? {};
    return [index === 0 ? name : "", privateIpAddress, publicIpAddress, "", states[index] ?? ""];
  });
}
