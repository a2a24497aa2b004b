/** Reachability Analyzer's answers in words. */
import type {
  AnalysisComponent,
  Explanation,
  NetworkInsightsAnalysis,
  PathComponent,
  PortRange,
} from "@aws-sdk/client-ec2";

/** The way there, the way back, then each blocker; a line each. */
export function describeAnalysis(analysis: NetworkInsightsAnalysis): string[] {
  const { ForwardPathComponents: there = [], ReturnPathComponents: back = [] } = analysis;
  const section = (title: string, components: PathComponent[]) =>
    components.length === 0 ? [] : [title, ...components.map(describeComponent)];
  const blockers = blockersOf(analysis);
  return [
    ...section("request", there),
    ...section("reply", back),
    ...(blockers.length === 0 ? [] : ["blocked by", ...blockers.map(each => `  - ${each}`)]),
  ];
}

/** "  ✓ network ACL data (acl-123): rule 200, allow TCP 8080 from 10.0.2.0/24" */
function describeComponent(component: PathComponent): string {
  const { Component = {}, Explanations = [] } = component;
  const codes = Explanations.map(({ ExplanationCode }) => ExplanationCode).join(", ");
  const decider = describeDecider(component);
  const details = [decider, codes].filter(text => text !== undefined && text !== "").join(": ");
  return `  ${codes === "" ? "✓" : "✗"} ${nameOf(Component)}${details === "" ? "" : `: ${details}`}`;
}

/** AWS shows no component behind the first blocker, and says only in sum what blocks. */
function blockersOf({
  ForwardPathComponents = [],
  ReturnPathComponents = [],
  Explanations = [],
}: NetworkInsightsAnalysis) {
  const of = (packet: string, components: PathComponent[]) =>
    components.flatMap(each =>
      (each.Explanations ?? []).map(one => `${packet}: ${describeExplanation(one)}`),
    );
  const placed = [...of("request", ForwardPathComponents), ...of("reply", ReturnPathComponents)];
  return placed.length > 0 ? placed : Explanations.map(describeExplanation);
}

/** "SUBNET_ACL_RESTRICTION, ingress: network ACL data (acl-123); nearest: rule 200, … (source-address doesn't fit)" */
export function describeExplanation(explanation: Explanation): string {
  const { ExplanationCode, Direction, PacketField, SecurityGroups = [] } = explanation;
  const { Acl, SecurityGroup, RouteTable, InternetGateway, Component, NetworkInterface } = explanation;
  const groups = SecurityGroup ? [SecurityGroup] : SecurityGroups;
  const [component = NetworkInterface] = [Acl, RouteTable, InternetGateway, Component].filter(each => !!each);
  const what = groups.length > 0 ? groups.map(nameOf).join(", ") : component && nameOf(component);
  const decider = describeDecider(explanation);
  const misfit = PacketField?.includes(",") ? "don't fit" : "doesn't fit";
  const rule =
    decider === undefined
      ? ""
      : PacketField === undefined
        ? `; ${decider}`
        : `; nearest: ${decider} (${PacketField} ${misfit})`;
  return `${[ExplanationCode, Direction].filter(each => each !== undefined).join(", ")}: ${what ?? "no component"}${rule}`;
}

function describeDecider({
  AclRule,
  SecurityGroupRule,
  RouteTableRoute,
}: PathComponent & Explanation): string | undefined {
  if (AclRule) {
    const { RuleNumber, RuleAction, Egress, Cidr } = AclRule;
    if (RuleNumber === 32767) return "rule *, deny all";
    return `rule ${RuleNumber}, ${RuleAction} ${traffic(AclRule)} ${Egress ? "to" : "from"} ${Cidr}`;
  }
  if (SecurityGroupRule) {
    const { Direction, Cidr, SecurityGroupId, PrefixListId } = SecurityGroupRule;
    const peer = Cidr ?? SecurityGroupId ?? PrefixListId;
    return `allow ${traffic(SecurityGroupRule)} ${Direction === "egress" ? "to" : "from"} ${peer}`;
  }
  if (!RouteTableRoute) return undefined;
  const { DestinationCidr, DestinationPrefixListId, GatewayId, NatGatewayId, NetworkInterfaceId } =
    RouteTableRoute;
  return `route ${DestinationCidr ?? DestinationPrefixListId} to ${GatewayId ?? NatGatewayId ?? NetworkInterfaceId}`;
}

function traffic({ Protocol = "all", PortRange }: { Protocol?: string; PortRange?: PortRange }): string {
  if (Protocol === "all" || Protocol === "-1") return "all traffic";
  const { From, To } = PortRange ?? {};
  const ports = From === undefined ? "" : From === To ? ` ${From}` : ` ${From}-${To}`;
  return `${Protocol.toUpperCase()}${ports}`;
}

const kinds: Record<string, string> = {
  acl: "network ACL",
  eni: "network interface",
  i: "instance",
  igw: "internet gateway",
  rtb: "route table",
  sg: "security group",
};

/** "network ACL data (acl-123)" */
function nameOf({ Id = "", Name }: AnalysisComponent): string {
  const kind = kinds[Id.slice(0, Id.lastIndexOf("-"))];
  return [kind, Name === undefined ? Id : `${Name} (${Id})`].filter(each => each !== undefined).join(" ");
}
