/** What runs where, and how to reach it: what the start ends with. */
import type { Stack } from "../pulumi/stack";
import { runtimeInUse } from "../hosts/runtime";
import type { RunningRegion } from "../start";

export function table(
  { region, outputs, internetUrl: doorUrl, localPorts: shortcuts }: RunningRegion,
  { stack, folder, speed }: { stack: Stack; folder: string; speed: number },
): string {
  const rows = [["", "private", "public", "state", "from this machine"]];
  const hosts = [...region.hosts.values()].sort((a, b) => a.options.name.localeCompare(b.options.name));
  for (const host of hosts) {
    const { privateIpAddress, publicIpAddress } = region.interface(host.options.interfaceId);
    const services = [...host.services.values()].map(({ options: { unit } }) => {
      const ports = Object.values(unit.ports).join(", ");
      return `${unit.service} on ${ports}`;
    });
    const { name, instanceId } = host.options;
    const launchedByGroup = [...region.autoScalingGroups.values()].some(group =>
      group.instances.has(instanceId),
    );
    rows.push([
      launchedByGroup ? `${name} (${instanceId})` : name,
      privateIpAddress,
      publicIpAddress ?? "",
      services.join("; ") || "no service",
      `as this host: curl -x ${host.proxyUrl} URL`,
    ]);
  }
  for (const { name, interfaceIds } of region.loadBalancers.values()) {
    const addresses = interfaceIds.map(id => region.interface(id));
    const targets = [...region.targetGroups.values()]
      .filter(group => group.name === name)
      .flatMap(({ group }) => group.describe());
    const healthy = targets.filter(({ targetHealth }) => targetHealth.state === "healthy");
    rows.push([
      name,
      addresses.map(({ privateIpAddress }) => privateIpAddress).join(", "),
      addresses.map(({ publicIpAddress }) => publicIpAddress).join(", "),
      `${healthy.length} of ${targets.length} targets healthy`,
      `also at ${shortcuts.get(name) ?? ""}`,
    ]);
  }
  const urls = Object.entries(outputs)
    .flatMap(([name, output]) => (output.secret ? [] : [[name, String(output.value)]]))
    // A dashboard is AWS's own page, which is not here.
    .filter(([name, value]) => name?.endsWith("Url") && value?.startsWith("http://"))
    .map(([name, value]) => `  curl -x ${doorUrl} ${value}   # ${name}`);
  return [
    "",
    aligned(rows),
    "",
    `The local Internet is the HTTP proxy ${doorUrl}. From outside AWS:`,
    ...urls,
    `The AWS CLI and SDKs find the region there too: export AWS_ENDPOINT_URL=${doorUrl}, with any credentials.`,
    "",
    `Services run on ${runtimeInUse}; an AWS minute takes ${Number((60 / speed).toFixed(2))} s.`,
    "Two values of the stress service's manifest differ from AWS's: STRESS_SECONDS goes by that clock, and",
    "STRESS_WORKERS is 1, as an instance counts as one vCPU.",
    `In ${folder}: outputs.json, flow-log.txt, decision-log.jsonl (why something was dropped), and the disk of`,
    `each host under hosts/, its services' logs in var/log. The stack is ${stack.project}/${stack.stack}.`,
    "",
  ].join("\n");
}

function aligned(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(row => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}
