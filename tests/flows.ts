/**
 * The system's flows: who talks to whom, and what comes of it. Each is attempted as its own client would, and silence
 * counts only if the region's decision log holds the drop that caused it.
 */
import { ports, sshPort } from "../apps/ports";
import type { Source } from "../local/network/virtual-network";
import type { Address } from "../local/network/router";
import { ec2Api } from "../local/region";
import { ask, type Outcome } from "../testing/client";
import { operatorAddress, type LoggedDrop, type TestRegion } from "../testing/region";
import { eventually } from "../testing/eventually";

/**
 * "passes"; "refused"; "silent: CODE: PACKET DIRECTION", with the drop's explanation code, its packet (request or
 * reply) and the direction in which that last crossed an interface; or a flow's own words.
 */
export type Result = string;

interface Hop {
  from: Source;
  to: Address;
}

export interface Flow {
  /** @param patience ms without an answer that count as "silent" */
  attempt: (patience: number) => Promise<Result>;
  /** Its connections, the client's first: where to look for the cause of a silence. */
  hops: Hop[];
}

const { read, update } = ports["data-access"];
const { http } = ports.receiver;
const { http: fleetHttp } = ports.stress;

export function flowsOf(region: TestRegion) {
  const operator: Source = { internetAddress: operatorAddress };
  const [data, receiver1, receiver2] = [
    hostOf(region, "data"),
    hostOf(region, "receiver-1"),
    hostOf(region, "receiver-2"),
  ];
  const nodesOf = (loadBalancer: string) =>
    ["10.0.11.0/24", "10.0.12.0/24"].map(subnet => nodeOf(region, loadBalancer, subnet)) as [Node, Node];
  const [nodeA, nodeB] = nodesOf("receiver-lb");
  const [fleetNodeA, fleetNodeB] = nodesOf("fleet-lb");
  const instance = fleetInstanceOf(region);

  const get = (from: Source, through: string, to: Address, expected = 200): Flow => ({
    attempt: async patience =>
      resultOf(await ask(`http://${to.address}:${to.port}/health`, { through, patience }), expected),
    hops: [{ from, to }],
  });
  const fromInternet = (address: string, port: number) => get(operator, region.internet, { address, port });
  const fromHost = ({ source, proxy }: Client, address: string, port: number) =>
    get(source, proxy, { address, port });
  // Unsigned, so it is refused; the point is that there is an answer.
  const toEc2Api = ({ source, proxy }: Client) => get(source, proxy, ec2Api, 400);
  const bySsh = (address: string): Flow => {
    const to = { address, port: sshPort };
    return {
      attempt: () => Promise.resolve(region.region.network.probe(operator, to).drop ? "silent" : "passes"),
      hops: [{ from: operator, to }],
    };
  };
  const through = (node: Node, nodes: Node[], targets: Address[], attempt?: Flow["attempt"]) => {
    const toNode = fromInternet(node.publicIp, 80);
    const toTargets = nodes.flatMap(({ source: from }) => targets.map(to => ({ from, to })));
    return { attempt: attempt ?? toNode.attempt, hops: [...toNode.hops, ...toTargets] };
  };
  const throughLoadBalancer = (node: Node, attempt?: Flow["attempt"]) =>
    through(
      node,
      [nodeA, nodeB],
      [receiver1, receiver2].map(({ privateIp: address }) => ({ address, port: http })),
      attempt,
    );
  const throughFleetLoadBalancer = (node: Node) =>
    through(node, [fleetNodeA, fleetNodeB], [{ address: instance.privateIp, port: fleetHttp }]);
  const health = (name: string): Flow => ({
    attempt: () => Promise.resolve(region.health()[name] ?? "not registered"),
    hops: [],
  });

  return {
    "Internet > data, read": fromInternet(data.publicIp, read),
    "Internet > data, update": fromInternet(data.publicIp, update),
    "Internet > receiver": fromInternet(receiver1.publicIp, http),
    "Internet > load balancer in edge-a": throughLoadBalancer(nodeA),
    "Internet > load balancer in edge-b": throughLoadBalancer(nodeB),
    "GET through edge-a": throughLoadBalancer(nodeA, async patience => {
      const names = new Map([receiver1, receiver2].map(({ publicIp, name }) => [publicIp, name]));
      const answering = new Set<string>();
      // Enough for each to have its turn, whatever other flows send in between.
      for (let turn = 0; turn < 6; turn++) {
        const outcome = await ask(`http://${nodeA.publicIp}/`, { through: region.internet, patience });
        if (typeof outcome === "string" || outcome.status !== 200) return resultOf(outcome);
        const { server_ip_address: address } = outcome.json as { server_ip_address: string };
        answering.add(names.get(address) ?? address);
      }
      return `passes to ${[...answering].sort().join(", ")}`;
    }),
    "POST through edge-b": throughLoadBalancer(nodeB, async patience => {
      const request = { through: region.internet, method: "POST", body: { num: 1 }, patience };
      return resultOf(await ask(`http://${nodeB.publicIp}/`, request));
    }),
    "receiver > data, read": fromHost(receiver1, data.privateIp, read),
    "receiver > data, update": fromHost(receiver1, data.privateIp, update),
    "receiver > EC2 API": toEc2Api(receiver1),
    "receiver > web": fromHost(receiver1, nodeA.publicIp, 80),
    "data > receiver, public address": fromHost(data, receiver1.publicIp, http),
    "data > receiver, private address": fromHost(data, receiver1.privateIp, http),
    "data > load balancer in edge-a": fromHost(data, nodeA.publicIp, 80),
    "data > EC2 API": toEc2Api(data),
    "operator > data, SSH": bySsh(data.publicIp),
    "operator > receiver, SSH": bySsh(receiver1.publicIp),
    "Internet > fleet in edge-a": throughFleetLoadBalancer(fleetNodeA),
    "Internet > fleet in edge-b": throughFleetLoadBalancer(fleetNodeB),
    "Internet > fleet instance": fromInternet(instance.publicIp, fleetHttp),
    "receiver > fleet instance": fromHost(receiver1, instance.privateIp, fleetHttp),
    "fleet instance > web": fromHost(instance, nodeA.publicIp, 80),
    "fleet instance > data, read": fromHost(instance, data.privateIp, read),
    "operator > stress host, SSH": bySsh(region.addresses("stress").publicIp),
    "operator > fleet instance, SSH": bySsh(instance.publicIp),
    "health of receiver-1": health("receiver-1"),
    "health of receiver-2": health("receiver-2"),
    "health of the fleet instance": {
      attempt: () =>
        Promise.resolve(
          Object.values(region.health(region.targetGroup("fleet-lb").describe())).join(", ") ||
            "not registered",
        ),
      hops: [],
    },
  } satisfies Record<string, Flow>;
}

export type FlowName = keyof ReturnType<typeof flowsOf>;
export type Results = Record<FlowName, Result>;

/**
 * Attempts all flows at once. An expected silence is accepted early: if it were slowness, there would be no drop.
 * @throws if a flow is silent and none of its packets was dropped
 */
export async function tryAll(
  region: TestRegion,
  flows: Record<FlowName, Flow>,
  expected: Results,
): Promise<Results> {
  const begin = new Date().toISOString();
  const tried = await Promise.all(
    Object.entries(flows).map(async ([name, flow]) => {
      const patience = expected[name as FlowName].startsWith("silent") ? 700 : 5_000;
      return { name, flow, result: await flow.attempt(patience) };
    }),
  );
  const silent = tried.filter(({ result }) => result === "silent");
  const reasons = await eventually(
    `something was dropped of each of ${silent.map(({ name }) => name).join("; ")}`,
    async () => {
      const drops = (await region.decisions()).filter(({ time }) => time >= begin);
      const found = new Map(silent.map(({ name, flow }) => [name, reasonOf(flow, drops)]));
      return [...found.values()].includes(undefined) ? undefined : found;
    },
  );
  return Object.fromEntries(tried.map(({ name, result }) => [name, reasons.get(name) ?? result])) as Results;
}

function resultOf(outcome: Outcome, expected = 200): Result {
  if (typeof outcome === "string") return outcome;
  if (outcome.status === expected) return "passes";
  return outcome.json === "Error in processing request" ? failed : `${outcome.status} ${outcome.text}`;
}

/** A receiver's answer when an upstream fails. */
export const failed = "502 by the receiver";

/** The first drop of the first hop that has any. */
function reasonOf({ hops }: Flow, drops: LoggedDrop[]): Result | undefined {
  for (const { from, to } of hops) {
    const drop = drops.find(
      logged =>
        logged.to.address === to.address &&
        logged.to.port === to.port &&
        ("interfaceId" in from
          ? logged.from.interfaceId === from.interfaceId
          : logged.from.internetAddress === from.internetAddress),
    );
    if (drop) return `silent: ${drop.code}: ${drop.packet} ${drop.direction}`;
  }
  return undefined;
}

/** A host that sends requests through its own proxy. */
interface Client {
  source: Source;
  proxy: string;
}

function hostOf(region: TestRegion, name: string) {
  const { proxyUrl: proxy, options } = region.host(name);
  const source: Source = { interfaceId: options.interfaceId };
  return { name, ...region.addresses(name), source, proxy };
}

/** The group's only instance. */
function fleetInstanceOf(region: TestRegion) {
  const [host, ...others] = region.fleetHosts;
  if (!host || others.length > 0) throw new Error("there is not exactly one instance in service");
  const { proxyUrl: proxy, options } = host;
  const { privateIpAddress: privateIp, publicIpAddress: publicIp } = region.region.ec2.interfaces.get(
    options.interfaceId,
  );
  if (publicIp === undefined) throw new Error("an instance of the fleet has no public address");
  return { privateIp, publicIp, source: { interfaceId: options.interfaceId } satisfies Source, proxy };
}

interface Node {
  publicIp: string;
  source: Source;
}

/** A load balancer's node in a subnet. */
function nodeOf({ region }: TestRegion, loadBalancer: string, cidrBlock: string): Node {
  const ids = [...region.elbv2.loadBalancers.values()].find(
    ({ label }) => label === loadBalancer,
  )?.interfaceIds;
  const node = (ids ?? [])
    .map(id => region.ec2.interfaces.get(id))
    .find(({ subnetId }) => region.ec2.vpc.subnets.get(subnetId)?.cidrBlock === cidrBlock);
  if (node?.publicIpAddress === undefined) throw new Error(`${loadBalancer} has no node in ${cidrBlock}`);
  return { publicIp: node.publicIpAddress, source: { interfaceId: node.id } };
}
