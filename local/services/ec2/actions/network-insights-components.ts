/** A verdict as Reachability Analyzer shows it. Sources: EC2 API Reference, "PathComponent" and "Explanation". */
import type {
  AnalysisAclRule,
  AnalysisComponent,
  AnalysisPacketHeader,
  AnalysisRouteTableRoute,
  AnalysisSecurityGroupRule,
  Explanation,
  PathComponent as ShownComponent,
} from "@aws-sdk/client-ec2";
import {
  isDrop,
  type Decider,
  type Drop,
  type Misfit,
  type PacketHeader,
  type PathComponent,
  type Verdict,
} from "../../../network/reachability/verdict";
import { known } from "../../../network/reachability/vpc-model";
import { allTaggable } from "../taggable";
import { arnOf } from "./arns";
import type { Ec2ActionContext } from "./context";
import { protocolName } from "./protocol-numbers";

/**
 * Unlike AWS's, the components of a path that isn't found are all there, each with the explanations of its own; and for
 * a default deny, a rule in an explanation is the nearest, of which the packet field doesn't fit.
 */
export function verdictShown(context: Ec2ActionContext, verdict: Verdict) {
  const nameOf = names(context);
  const show = (id: string): AnalysisComponent => {
    const name = nameOf(id);
    return { Id: id, Arn: arnOf(context.regionName, id), ...(name !== undefined && { Name: name }) };
  };
  const { sourceInterfaceId: source, destinationInterfaceId: destination, request, reply } = verdict;
  const place = placeIn(context, show);
  const owners = (interfaceId: string | undefined): ShownComponent[] => {
    if (interfaceId === undefined) return [];
    const instance = instanceAt(context, interfaceId);
    const own = { Component: show(interfaceId), ...place(interfaceId) };
    return instance === undefined
      ? [own]
      : [{ Component: show(instance) }, { ...own, AttachedTo: show(instance) }];
  };
  const path = (from: string | undefined, components: PathComponent[], to: string | undefined) =>
    [
      ...owners(from),
      ...components.flatMap(component => shownComponent(component, show, place)),
      ...owners(to).reverse(),
    ].map((each, index) => ({ SequenceNumber: index + 1, ...each }));
  const drops = [...request, ...reply].filter(each => isDrop(each));
  return {
    ForwardPathComponents: path(source, request, destination),
    ReturnPathComponents: reply.length > 0 || verdict.reachable ? path(destination, reply, source) : [],
    ...(drops.length > 0 && { Explanations: drops.map(drop => explanationOf(drop, show, place)) }),
  };
}

type Show = (id: string) => AnalysisComponent;
type Place = (interfaceId: string | undefined) => Pick<ShownComponent, "Subnet" | "Vpc">;

/** The Name tag of a resource. */
function names({ ec2, now }: Ec2ActionContext): (id: string) => string | undefined {
  const named = new Map(allTaggable(ec2, now()).map(({ id, tags }) => [id, tags["Name"]]));
  return id => named.get(id);
}

function placeIn({ ec2: { vpc } }: Ec2ActionContext, show: Show): Place {
  return interfaceId => {
    const networkInterface = vpc.networkInterfaces.get(interfaceId ?? "");
    if (!networkInterface) return {};
    const { id, vpcId } = known(vpc.subnets, networkInterface.subnetId);
    return { Subnet: show(id), Vpc: show(vpcId) };
  };
}

function instanceAt({ ec2, now }: Ec2ActionContext, interfaceId: string): string | undefined {
  const instances = ec2.instances.records.visible(now());
  return instances.find(each => each.interfaceId === interfaceId)?.specification.instanceId;
}

/** One for each id; the interface itself is shown by its owner, unless it drops the packet. */
function shownComponent(component: PathComponent, show: Show, place: Place): ShownComponent[] {
  const { direction, interfaceId } = component;
  const header = headerOf(component);
  return component.component.ids.map(id => ({
    Component: show(id),
    ...deciderOf(component),
    ...(direction === "egress" ? { OutboundHeader: header } : { InboundHeader: header }),
    ...place(interfaceId),
    ...(isDrop(component) && { Explanations: [explanationOf(component, show, place)] }),
  }));
}

function headerOf({ srcaddr, dstaddr, srcport, dstport }: PacketHeader): AnalysisPacketHeader {
  const port = (number: number) => [{ From: number, To: number }];
  return {
    Protocol: "6",
    SourceAddresses: [`${srcaddr}/32`],
    SourcePortRanges: port(srcport),
    DestinationAddresses: [`${dstaddr}/32`],
    DestinationPortRanges: port(dstport),
  };
}

const packetFields: Record<Misfit, string> = {
  protocol: "protocol",
  port: "destination-port",
  source: "source-address",
  destination: "destination-address",
};

function explanationOf(drop: Drop, show: Show, place: Place): Explanation {
  const { code, component, direction, interfaceId, nearest } = drop;
  const shown = component.ids.map(show);
  const [first] = shown;
  return {
    Direction: direction,
    ExplanationCode: code,
    ...(interfaceId !== undefined && { NetworkInterface: show(interfaceId) }),
    ...place(interfaceId),
    ...{
      "security-group": { SecurityGroups: shown },
      "network-acl": { Acl: first },
      "route-table": { RouteTable: first },
      "internet-gateway": { InternetGateway: first },
      "network-interface": { Component: first },
    }[component.type],
    ...deciderOf(nearest ?? drop),
    ...(nearest && { PacketField: nearest.misfits.map(misfit => packetFields[misfit]).join(", ") }),
  };
}

function deciderOf({ aclRule, securityGroupRule, route }: Decider) {
  return {
    ...(aclRule && { AclRule: shownEntry(aclRule) }),
    ...(securityGroupRule && { SecurityGroupRule: shownRule(securityGroupRule) }),
    ...(route && { RouteTableRoute: shownRoute(route) }),
  };
}

const allPorts = { from: 0, to: 65535 };

function shownEntry(entry: NonNullable<Decider["aclRule"]>): AnalysisAclRule {
  const { from, to } = entry.portRange ?? allPorts;
  return {
    Cidr: entry.cidrBlock,
    Egress: entry.egress,
    ...(entry.protocol !== "-1" && { PortRange: { From: from, To: to } }),
    Protocol: entry.protocol === "-1" ? "all" : protocolName(entry.protocol),
    RuleAction: entry.ruleAction,
    RuleNumber: entry.ruleNumber,
  };
}

function shownRule(rule: NonNullable<Decider["securityGroupRule"]>): AnalysisSecurityGroupRule {
  const { fromPort: From = allPorts.from, toPort: To = allPorts.to } = rule;
  return {
    Cidr: rule.cidrIpv4,
    Direction: rule.egress ? "egress" : "ingress",
    SecurityGroupId: rule.referencedSecurityGroupId,
    ...(rule.ipProtocol !== "-1" && { PortRange: { From, To } }),
    Protocol: rule.ipProtocol === "-1" ? "all" : rule.ipProtocol,
  };
}

function shownRoute({
  destinationCidrBlock,
  gatewayId,
}: NonNullable<Decider["route"]>): AnalysisRouteTableRoute {
  return {
    DestinationCidr: destinationCidrBlock,
    GatewayId: gatewayId,
    Origin: gatewayId === "local" ? "createroutetable" : "createroute",
  };
}
