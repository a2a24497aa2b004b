/** Paths of Reachability Analyzer. Sources: EC2 API Reference, "CreateNetworkInsightsPath" and the like. */
import type {
  CreateNetworkInsightsPathRequest,
  NetworkInsightsPath as PathDescription,
  PathFilter,
  PathRequestFilter,
} from "@aws-sdk/client-ec2";
import { resourceId } from "../../../identifiers";
import { networkOf } from "../../../network/ipv4";
import { insightsRefusals as refusals } from "../insights-refusals";
import {
  packetsOf,
  type NetworkInsightsPath,
  type PacketFilter,
  type PathEnd,
  type PortRange,
} from "../network-insights";
import { find, typeOf } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import { arnOf } from "./arns";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { oneOf, required } from "./validation";

export const networkInsightsPathActions = {
  CreateNetworkInsightsPath: {
    parameters: [
      "Source",
      "SourceIp",
      "Destination",
      "DestinationIp",
      "DestinationPort",
      "Protocol",
      "FilterAtSource",
      "TagSpecifications",
      "ClientToken",
      "DryRun",
    ],
    handle(context, input) {
      const { ec2, now } = context;
      const path: NetworkInsightsPath = {
        id: resourceId("nip"),
        createdAt: now(),
        ...endsNamed(context, input),
        ...packetsNamed(input),
        tags: tagsFor("network-insights-path", input.TagSpecifications),
      };
      if (path.destination === undefined && packetsOf(path).destinationAddress === undefined)
        throw refusals.noDestination();
      assertOwnAddress(context, path);
      assertNoDryRun(input);
      ec2.networkInsights.paths.set(path.id, path);
      return { NetworkInsightsPath: descriptionOf(context, path) };
    },
  },

  DeleteNetworkInsightsPath: {
    parameters: ["NetworkInsightsPathId", "DryRun"],
    handle({ ec2: { networkInsights } }, input) {
      const { id } = find(networkInsights.paths, "network-insights-path", input.NetworkInsightsPathId);
      if ([...networkInsights.analyses.values()].some(({ pathId }) => pathId === id))
        throw refusals.pathInUse(id);
      assertNoDryRun(input);
      networkInsights.paths.delete(id);
      return { NetworkInsightsPathId: id };
    },
  },

  DescribeNetworkInsightsPaths: {
    parameters: ["NetworkInsightsPathIds", ...pageParameters],
    handle(context, input) {
      const paths = [...context.ec2.networkInsights.paths.values()].map(path => descriptionOf(context, path));
      const { page, NextToken } = describe(paths, kind, { ids: input.NetworkInsightsPathIds, ...input });
      return { NetworkInsightsPaths: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

/** The instance, network interface or internet gateway with this id; undefined if there is none, or none any more. */
export function pathEndWith({ ec2, now }: Ec2ActionContext, id: string): PathEnd | undefined {
  const gateway = ec2.vpc.internetGateways.get(id);
  if (gateway) return { gateway };
  const instance = ec2.instances.records.visible(now()).find(each => each.specification.instanceId === id);
  const networkInterface = ec2.vpc.networkInterfaces.get(instance?.interfaceId ?? id);
  return networkInterface && { networkInterface };
}

const endTypes: (string | undefined)[] = ["instance", "network-interface", "internet-gateway"];

function endsNamed(context: Ec2ActionContext, { Source, Destination }: CreateNetworkInsightsPathRequest) {
  const named = (given: string, refusal: (id: string) => Error) => {
    const id = given.startsWith("arn:") ? given.slice(given.lastIndexOf("/") + 1) : given;
    if (!endTypes.includes(typeOf(id))) throw refusals.resource(given);
    const end = pathEndWith(context, id);
    if (!end) throw refusal(id);
    return { id, isGateway: "gateway" in end };
  };
  const source = named(required(Source, "Source"), refusals.sourceNotFound);
  if (Destination === undefined) return { source: source.id };
  const destination = named(Destination, refusals.destinationNotFound);
  if (source.isGateway && destination.isGateway) throw refusals.betweenGateways();
  return { source: source.id, destination: destination.id };
}

function packetsNamed(input: CreateNetworkInsightsPathRequest) {
  if (oneOf("protocol", required(input.Protocol, "Protocol"), ["tcp", "udp"]) === "udp") throw refusals.udp();
  const { SourceIp, DestinationIp, DestinationPort, FilterAtSource } = input;
  if (FilterAtSource && SourceIp !== undefined) throw refusals.filterTwice("sourceIp");
  if (FilterAtSource && DestinationPort !== undefined) throw refusals.filterTwice("destinationPort");
  return {
    sourceIp: address("sourceIp", SourceIp),
    destinationIp: address("destinationIp", DestinationIp),
    destinationPort: DestinationPort === undefined ? undefined : port(DestinationPort),
    filterAtSource: FilterAtSource && filterOf(FilterAtSource),
  };
}

function filterOf(filter: PathRequestFilter): PacketFilter {
  return {
    sourceAddress: address("sourceAddress", filter.SourceAddress),
    sourcePortRange: range(filter.SourcePortRange),
    destinationAddress: address("destinationAddress", filter.DestinationAddress),
    destinationPortRange: range(filter.DestinationPortRange),
  };
}

function address(parameter: string, value: string | undefined): string | undefined {
  if (value !== undefined && networkOf(`${value}/32`) === undefined) throw refusals.address(parameter, value);
  return value;
}

function port(value: number | undefined): number {
  if (value === undefined || value < 0 || value > 65535) throw refusals.port(value);
  return value;
}

function range(given: PathRequestFilter["SourcePortRange"]): PortRange | undefined {
  if (!given) return undefined;
  const [from, to] = [port(given.FromPort), port(given.ToPort)];
  if (from > to) throw refusals.portOrder(from, to);
  return { from, to };
}

function assertOwnAddress(context: Ec2ActionContext, path: NetworkInsightsPath): void {
  const source = pathEndWith(context, path.source);
  const { sourceAddress } = packetsOf(path);
  if (sourceAddress === undefined || !source || "gateway" in source) return;
  const own = source.networkInterface.privateIpAddress;
  if (sourceAddress !== own) throw refusals.otherSourceAddress(sourceAddress, own);
}

function descriptionOf(
  { regionName, wallClock }: Ec2ActionContext,
  path: NetworkInsightsPath,
): PathDescription {
  const { id, source, destination, filterAtSource } = path;
  return {
    NetworkInsightsPathId: id,
    NetworkInsightsPathArn: arnOf(regionName, id),
    CreatedDate: wallClock.show(path.createdAt),
    Source: source,
    SourceArn: arnOf(regionName, source),
    ...(destination !== undefined && {
      Destination: destination,
      DestinationArn: arnOf(regionName, destination),
    }),
    SourceIp: path.sourceIp,
    DestinationIp: path.destinationIp,
    DestinationPort: path.destinationPort,
    Protocol: "tcp",
    FilterAtSource: filterAtSource && filterDescriptionOf(filterAtSource),
    Tags: tagList(path.tags),
  };
}

function filterDescriptionOf(filter: PacketFilter): PathFilter {
  const range = (given: PortRange | undefined) => given && { FromPort: given.from, ToPort: given.to };
  return {
    SourceAddress: filter.sourceAddress,
    SourcePortRange: range(filter.sourcePortRange),
    DestinationAddress: filter.destinationAddress,
    DestinationPortRange: range(filter.destinationPortRange),
  };
}

const rangeText = (range: PathFilter["SourcePortRange"]) => range && `${range.FromPort}-${range.ToPort}`;
const none = () => [];

const kind: ResourceKind<PathDescription> = {
  type: "network-insights-path",
  idOf: path => path.NetworkInsightsPathId,
  filterable: {
    destination: path => path.Destination,
    protocol: path => path.Protocol,
    source: path => path.Source,
    "filter-at-source.source-address": path => path.FilterAtSource?.SourceAddress,
    "filter-at-source.source-port-range": path => rangeText(path.FilterAtSource?.SourcePortRange),
    "filter-at-source.destination-address": path => path.FilterAtSource?.DestinationAddress,
    "filter-at-source.destination-port-range": path => rangeText(path.FilterAtSource?.DestinationPortRange),
    // No path here has one.
    "filter-at-destination.source-address": none,
    "filter-at-destination.source-port-range": none,
    "filter-at-destination.destination-address": none,
    "filter-at-destination.destination-port-range": none,
  },
};
