/**
 * Reachability Analyzer's paths and their analyses. Source: Reachability Analyzer Guide, "How Reachability Analyzer
 * works".
 */
import type { NetworkInsightsAnalysis as AnalysisDescription } from "@aws-sdk/client-ec2";
import { addressRange, fromNumber, isLinkLocal, nonPublicBlock } from "../../network/ipv4";
import { describeConnection, evaluateConnection } from "../../network/reachability/reachability";
import type { ConnectionAttempt, PathComponent, Verdict } from "../../network/reachability/verdict";
import {
  known,
  type InternetGateway,
  type NetworkInterface,
  type Tags,
  type VpcModel,
} from "../../network/reachability/vpc-model";

export interface PortRange {
  from: number;
  to: number;
}

/** What limits the packets at the source; without a limit, the path is found if any packet finds it. */
export interface PacketFilter {
  sourceAddress?: string;
  sourcePortRange?: PortRange;
  destinationAddress?: string;
  destinationPortRange?: PortRange;
}

export interface NetworkInsightsPath {
  id: string;
  /** In region milliseconds. */
  createdAt: number;
  /** Ids of an instance, a network interface or an internet gateway. */
  source: string;
  destination?: string;
  sourceIp?: string;
  destinationIp?: string;
  destinationPort?: number;
  filterAtSource?: PacketFilter;
  tags: Tags;
}

export interface NetworkInsightsAnalysis {
  id: string;
  pathId: string;
  /** In region milliseconds. */
  startedAt: number;
  /** What is shown once it has ended; analyzed when it started. */
  result: Pick<
    AnalysisDescription,
    | "Status"
    | "StatusMessage"
    | "NetworkPathFound"
    | "ForwardPathComponents"
    | "ReturnPathComponents"
    | "Explanations"
  >;
  tags: Tags;
}

export class NetworkInsights {
  readonly paths = new Map<string, NetworkInsightsPath>();
  readonly analyses = new Map<string, NetworkInsightsAnalysis>();
}

/** Where a path begins or ends. */
export type PathEnd = { networkInterface: NetworkInterface } | { gateway: InternetGateway };

/** The limits of a path's packets, wherever they were given. */
export function packetsOf({ sourceIp, destinationIp, destinationPort, filterAtSource }: NetworkInsightsPath) {
  const allPorts = { from: 0, to: 65535 };
  const onePort = destinationPort === undefined ? undefined : { from: destinationPort, to: destinationPort };
  return {
    sourceAddress: sourceIp ?? filterAtSource?.sourceAddress,
    sourcePorts: filterAtSource?.sourcePortRange ?? allPorts,
    destinationAddress: destinationIp ?? filterAtSource?.destinationAddress,
    destinationPorts: onePort ?? filterAtSource?.destinationPortRange ?? allPorts,
  };
}

/** The verdict on a packet that finds the path, or else on the first that doesn't. */
export function analyze(
  model: VpcModel,
  path: NetworkInsightsPath,
  source: PathEnd,
  destination: PathEnd | undefined,
): Verdict {
  const ends = endsOf(model, packetsOf(path), source, destination);
  const attempt = attemptThatPasses(model, path, ends) ?? firstAttempt(path, ends);
  const verdict = describeConnection(model, attempt);
  const problem = detour(model, verdict, source, destination);
  return problem === undefined ? verdict : withoutPath(attempt, verdict, problem);
}

interface Ends {
  froms: ConnectionAttempt["from"][];
  addresses: string[];
}

/** By whom and to where packets are tried. */
function endsOf(
  model: VpcModel,
  { sourceAddress, destinationAddress }: ReturnType<typeof packetsOf>,
  source: PathEnd,
  destination: PathEnd | undefined,
): Ends {
  const somewhere = () => publicAddresses(model);
  const froms =
    "gateway" in source
      ? (sourceAddress === undefined ? somewhere() : [sourceAddress]).map(each => ({ internetAddress: each }))
      : [{ interfaceId: source.networkInterface.id }];
  if (destinationAddress !== undefined) return { froms, addresses: [destinationAddress] };
  if (!destination || "gateway" in destination) return { froms, addresses: somewhere() };
  const { privateIpAddress, publicIpAddress } = destination.networkInterface;
  const address = "gateway" in source ? (publicIpAddress ?? privateIpAddress) : privateIpAddress;
  return { froms, addresses: [address] };
}

/** Requests don't depend on the source port, nor replies on the destination's: so they are tried one after the other. */
function attemptThatPasses(
  model: VpcModel,
  path: NetworkInsightsPath,
  { froms, addresses }: Ends,
): ConnectionAttempt | undefined {
  const { sourcePorts, destinationPorts } = packetsOf(path);
  const [toTry, fromTry] = [portsIn(model, destinationPorts), portsIn(model, sourcePorts)];
  const [anyPort = 0] = fromTry;
  for (const from of froms)
    for (const address of addresses) {
      const port = toTry.find(each => {
        const { drop } = evaluateConnection(model, {
          from,
          sourcePort: anyPort,
          to: { address, port: each },
        });
        return drop?.packet !== "request";
      });
      if (port === undefined) continue;
      const to = { address, port };
      for (const sourcePort of fromTry) {
        const attempt = { from, sourcePort, to };
        if (evaluateConnection(model, attempt).outcome === "allowed") return attempt;
      }
    }
  return undefined;
}

function firstAttempt(path: NetworkInsightsPath, { froms, addresses }: Ends): ConnectionAttempt {
  const { sourcePorts, destinationPorts } = packetsOf(path);
  const [[from], [address]] = [froms, addresses];
  if (!from || address === undefined) throw new Error(`${path.id} has no ends`);
  return { from, sourcePort: likelyPort(sourcePorts), to: { address, port: destinationPorts.from } };
}

/** A source port that a client would have, if the range has one: Linux's first ephemeral port. */
function likelyPort({ from, to }: PortRange): number {
  return from <= 32768 && 32768 <= to ? 32768 : from;
}

/** One port for each part of the range that the rules tell apart, the likeliest first. */
function portsIn(model: VpcModel, range: PortRange): number[] {
  const entries = [...model.networkAcls.values()].flatMap(acl => acl.entries);
  const cuts = [
    ...entries.flatMap(({ portRange }) => (portRange ? [portRange.from, portRange.to + 1] : [])),
    ...[...model.securityGroupRules.values()].flatMap(({ fromPort = 0, toPort = 65535 }) => [
      fromPort,
      toPort + 1,
    ]),
  ];
  const inRange = cuts.filter(port => range.from <= port && port <= range.to);
  return [...new Set([likelyPort(range), range.from, ...inRange])];
}

/** TEST-NET-1 (RFC 5737): an address that no rule names. */
const somebody = "192.0.2.1";

/** One public address for each part of the Internet that rules and routes tell apart, after one that none names. */
function publicAddresses(model: VpcModel): string[] {
  const blocks = [
    ...[...model.networkAcls.values()].flatMap(({ entries }) => entries.map(({ cidrBlock }) => cidrBlock)),
    ...[...model.securityGroupRules.values()].flatMap(({ cidrIpv4 }) => cidrIpv4 ?? []),
    ...[...model.routeTables.values()].flatMap(({ routes }) =>
      routes.map(({ destinationCidrBlock }) => destinationCidrBlock),
    ),
  ];
  const cuts = blocks.map(addressRange).flatMap(({ first, size }) => [first, first + size]);
  const addresses = cuts.filter(each => each > 0 && each < 2 ** 32).map(fromNumber);
  return [somebody, ...new Set(addresses.filter(each => !nonPublicBlock(each) && !isLinkLocal(each)))];
}

/** Why packets that arrive don't arrive by the path; undefined if they do. */
function detour(
  model: VpcModel,
  verdict: Verdict,
  source: PathEnd,
  destination: PathEnd | undefined,
): string | undefined {
  const isElsewhere = (gateway: InternetGateway, interfaceId = "") => {
    const networkInterface = model.networkInterfaces.get(interfaceId);
    return networkInterface && known(model.subnets, networkInterface.subnetId).vpcId !== gateway.vpcId;
  };
  if ("gateway" in source && isElsewhere(source.gateway, verdict.destinationInterfaceId))
    return `${source.gateway.id} is not attached to its VPC`;
  if (!destination) return undefined;
  if ("gateway" in destination)
    return isElsewhere(destination.gateway, verdict.sourceInterfaceId)
      ? `${destination.gateway.id} is not attached to its VPC`
      : undefined;
  const { id } = destination.networkInterface;
  return verdict.reachable && verdict.destinationInterfaceId !== id ? `not the address of ${id}` : undefined;
}

function withoutPath({ from, sourcePort, to }: ConnectionAttempt, verdict: Verdict, why: string): Verdict {
  const [first] = verdict.request;
  const interfaceId = verdict.sourceInterfaceId ?? verdict.destinationInterfaceId;
  const header = first ?? {
    srcaddr: "internetAddress" in from ? from.internetAddress : to.address,
    srcport: sourcePort,
    dstaddr: to.address,
    dstport: to.port,
  };
  const { srcaddr, srcport, dstaddr, dstport } = header;
  const component: PathComponent = {
    packet: "request",
    direction: verdict.sourceInterfaceId === undefined ? "ingress" : "egress",
    ...{ srcaddr, srcport, dstaddr, dstport },
    component: { type: "network-interface", ids: interfaceId === undefined ? [] : [interfaceId] },
    code: "NO_PATH",
    by: `${interfaceId} (${why})`,
  };
  return { ...verdict, reachable: false, request: [component], reply: [] };
}
