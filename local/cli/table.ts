/** The summary printed once the region is ready: what runs where, and how to reach it. */
import { runtimeInUse } from "../hosts/runtime";
import type { StackOutput } from "../pulumi/evaluate";

interface Addresses {
  privateIpAddress: string;
  publicIpAddress?: string;
}

/** What runs where, at one moment. */
export interface Overview {
  hosts: (Addresses & {
    name: string;
    services: { name: string; ports: number[] }[];
    /** URL of an HTTP proxy that sends requests as this host. */
    proxyUrl: string;
  })[];
  loadBalancers: {
    name: string;
    addresses: Addresses[];
    /** The state of each target. */
    targets: string[];
    /** Reaches it from this machine without a proxy. */
    localUrl: string;
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
  return [
    "",
    `It serves AWS's API for ${name} at ${internetUrl}, to any credentials. For the AWS CLI, for example:`,
    "",
    `  AWS_ENDPOINT_URL=${internetUrl} AWS_DEFAULT_REGION=${name} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\`,
    "    aws ec2 describe-vpcs",
    "",
    `What you make is reached from outside AWS through the HTTP proxy ${internetUrl}: curl -x ${internetUrl} URL.`,
    `SSH goes through the bastion operator@127.0.0.1:${sshPort}: ssh -F ${folder}/ssh_config -i KEY NAME-OR-INSTANCE-ID`,
    `An AWS minute takes ${Number((60 / speed).toFixed(2))} s. Instances boot Amazon Linux 2023 with nothing installed.`,
    "",
  ].join("\n");
}

export function table(
  { hosts, loadBalancers, outputs, internetUrl }: Overview,
  { stack, folder, speed }: { stack: { project: string; stack: string }; folder: string; speed: number },
): string {
  const rows = [["", "private", "public", "state", "from this machine"]];
  for (const host of hosts.toSorted((a, b) => a.name.localeCompare(b.name))) {
    rows.push([
      host.name,
      host.privateIpAddress,
      host.publicIpAddress ?? "",
      host.services.map(({ name, ports }) => `${name} on ${ports.join(", ")}`).join("; ") || "no service",
      `as this host: curl -x ${host.proxyUrl} URL`,
    ]);
  }
  for (const { name, addresses, targets, localUrl } of loadBalancers) {
    const healthy = targets.filter(state => state === "healthy");
    rows.push([
      name,
      addresses.map(({ privateIpAddress }) => privateIpAddress).join(", "),
      addresses.map(({ publicIpAddress }) => publicIpAddress).join(", "),
      `${healthy.length} of ${targets.length} targets healthy`,
      `also at ${localUrl}`,
    ]);
  }
  const urls = Object.entries(outputs)
    .flatMap(([name, output]) => (output.secret ? [] : [[name, String(output.value)]]))
    // The dashboard is a page of AWS's console, which doesn't exist here.
    .filter(([name, value]) => name?.endsWith("Url") && value?.startsWith("http://"))
    .map(([name, value]) => `  curl -x ${internetUrl} ${value}   # ${name}`);
  return [
    "",
    alignColumns(rows),
    "",
    `The local Internet is the HTTP proxy ${internetUrl}. From outside AWS:`,
    ...urls,
    `On a host, by its name or instance id: ssh -F ${folder}/ssh_config NAME`,
    `It serves the AWS CLI and SDKs too: export AWS_ENDPOINT_URL=${internetUrl} and use any credentials.`,
    "",
    `Services run on ${runtimeInUse}; an AWS minute takes ${Number((60 / speed).toFixed(2))} s.`,
    "Two settings of the stress service differ from AWS: STRESS_SECONDS follows that clock, and STRESS_WORKERS",
    "is 1, because an instance counts as one vCPU.",
    `In ${folder}: outputs.json, flow-log.txt, decision-log.jsonl (why connections were dropped), and each host's`,
    `disk under hosts/, with its services' logs in var/log. The stack is ${stack.project}/${stack.stack}.`,
    "",
  ].join("\n");
}

function alignColumns(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(row => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}
