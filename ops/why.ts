/** `npm run why`: whether a connection passes, and what lets it pass or drops it. */
import { createInterface } from "node:readline/promises";
import type { EC2, NetworkInterface } from "@aws-sdk/client-ec2";
import { command, commonHelp, exitCodes } from "./command";
import type { Deployment } from "./deployment";
import { analyze } from "./why/analyzer";
import { endsNamed, pathBetween, type Vpc } from "./why/ends";
import { describeAnalysis } from "./why/words";

/** In USD, for an analysis. Source: "Amazon VPC pricing", "Reachability Analyzer", 2026-11. */
const price = 0.1;

export const why = command({
  help: `Tells whether a TCP connection passes, and what decides on its way there and back:
every blocker, and the nearest rule where none allows it.

Usage: npm run why -- FROM TO PORT [options]

FROM and TO are a host's name, a load balancer (receiver-lb, fleet-lb), internet,
the id of an instance or a network interface, or an address.
Exit code: 0 if it passes, 1 if not, 2 if it couldn't be asked.

  --yes                    on AWS, don't ask before an analysis (${price.toFixed(2)} USD each)
${commonHelp}`,
  options: { yes: { type: "boolean" } },
  positionals: ["FROM", "TO", "PORT"],
  run: async ({ values, positionals: [from = "", to = "", text = ""], deployment: find, ...run }) => {
    const port = portOf(text);
    const deployment = await find();
    const { EC2 } = await import("@aws-sdk/client-ec2");
    const ec2 = new EC2(deployment.aws);
    const vpc = await vpcOf(ec2, deployment);
    const targets = endsNamed(vpc, to);
    const requests = endsNamed(vpc, from).flatMap(source =>
      targets.map(target => pathBetween(vpc, source, target, port)),
    );
    if (run.stack !== undefined && !values.yes) await confirm(requests.length, run.signal);
    const analyzer = { ec2, interval: deployment.minute / 60, signal: run.signal };
    const analyses = [];
    for (const request of requests) analyses.push(await analyze(analyzer, request));
    const reachable = analyses.every(({ NetworkPathFound }) => NetworkPathFound);
    if (run.json) run.print(JSON.stringify({ reachable, analyses }, undefined, 2));
    else {
      for (const analysis of analyses) run.print(describeAnalysis(analysis).join("\n"));
      run.print(`${from} → ${to}, port ${port}: ${reachable ? "reachable" : "not reachable"}`);
    }
    return reachable ? exitCodes.ok : exitCodes.no;
  },
});

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new Error(`PORT is a number from 1 to 65535, not ${JSON.stringify(text)}`);
}

/** The VPC that has the stack's network ACL. */
async function vpcOf(ec2: EC2, { outputs }: Deployment): Promise<Vpc> {
  const { NetworkAcls = [] } = await ec2.describeNetworkAcls({ NetworkAclIds: [outputs.dataNetworkAclId] });
  const Values = [NetworkAcls[0]?.VpcId ?? ""];
  const { paginateDescribeNetworkInterfaces } = await import("@aws-sdk/client-ec2");
  const interfaces: NetworkInterface[] = [];
  const inVpc = { Filters: [{ Name: "vpc-id", Values }] };
  for await (const { NetworkInterfaces = [] } of paginateDescribeNetworkInterfaces({ client: ec2 }, inVpc))
    interfaces.push(...NetworkInterfaces);
  const attached = [{ Name: "attachment.vpc-id", Values }];
  const { InternetGateways = [] } = await ec2.describeInternetGateways({ Filters: attached });
  return {
    interfaces,
    gatewayId: InternetGateways[0]?.InternetGatewayId,
    hosts: Object.fromEntries(
      Object.entries(outputs.hosts).map(([name, { instanceId }]) => [name, instanceId]),
    ),
    balancers: {
      "receiver-lb": outputs.receiverLoadBalancerDns,
      "fleet-lb": outputs.fleetLoadBalancerDns,
    },
  };
}

/** @throws unless the user agrees to the cost */
async function confirm(analyses: number, signal: AbortSignal): Promise<void> {
  const cost = `${(analyses * price).toFixed(2)} USD`;
  if (!process.stdin.isTTY) throw new Error(`AWS charges about ${cost} for this: agree to it by --yes`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`AWS charges about ${cost} for this. Go on? [y/N] `, { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new Error("not asked");
  } finally {
    terminal.close();
  }
}
