/** Reachability Analyzer, by the API: what is described is judged elsewhere (reachability/). */
import type { CreateNetworkInsightsPathRequest, NetworkInsightsAnalysis } from "@aws-sdk/client-ec2";
import { openRegion } from "../../../../testing/sample-resources";

const ephemeral = { FromPort: 32768, ToPort: 60999 };

/** A subnet with an ACL like data's: it lets port 80 in, and only ephemeral ports out, and no reply in. */
async function setUp() {
  const { region, clock } = await openRegion();
  const { ec2 } = region.calls;
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
  const VpcId = Vpc.VpcId ?? "";
  const { InternetGateway } = await ec2.CreateInternetGateway({});
  const InternetGatewayId = InternetGateway.InternetGatewayId ?? "";
  await ec2.AttachInternetGateway({ VpcId, InternetGatewayId });
  const { Subnet } = await ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.1.0/24" });
  const tag = { ResourceType: "subnet" as const, Tags: [{ Key: "Name", Value: "data" }] };
  const { Subnet: other } = await ec2.CreateSubnet({
    VpcId,
    CidrBlock: "10.0.2.0/24",
    TagSpecifications: [tag],
  });
  const { RouteTable } = await ec2.CreateRouteTable({ VpcId });
  const { RouteTableId } = RouteTable;
  const everywhere = "0.0.0.0/0";
  await ec2.CreateRoute({ RouteTableId, DestinationCidrBlock: everywhere, GatewayId: InternetGatewayId });
  for (const SubnetId of [Subnet.SubnetId, other.SubnetId])
    await ec2.AssociateRouteTable({ RouteTableId, SubnetId });
  const { NetworkAcl } = await ec2.CreateNetworkAcl({ VpcId });
  const { NetworkAclId } = NetworkAcl;
  const entry = { NetworkAclId, Protocol: "tcp", RuleAction: "allow", CidrBlock: everywhere } as const;
  await ec2.CreateNetworkAclEntry({
    ...entry,
    RuleNumber: 100,
    Egress: false,
    PortRange: { From: 80, To: 80 },
  });
  await ec2.CreateNetworkAclEntry({
    ...entry,
    RuleNumber: 100,
    Egress: true,
    PortRange: { From: 1024, To: 65535 },
  });
  const subnets = [{ Name: "association.subnet-id", Values: [Subnet.SubnetId ?? ""] }];
  const { NetworkAcls = [] } = await ec2.DescribeNetworkAcls({ Filters: subnets });
  const association = NetworkAcls[0]?.Associations?.find(({ SubnetId }) => SubnetId === Subnet.SubnetId);
  await ec2.ReplaceNetworkAclAssociation({
    NetworkAclId,
    AssociationId: association?.NetworkAclAssociationId ?? "",
  });
  const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "web", Description: "web", VpcId });
  const web = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: everywhere }] };
  await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [web] });
  const attach = (subnetId = "") =>
    region.ec2.interfaces.attach({ subnetId, groupIds: [GroupId], publicAddress: true, description: "" });
  const [host, peer] = [attach(Subnet.SubnetId), attach(other.SubnetId)];

  const analyze = async (path: Partial<CreateNetworkInsightsPathRequest>) => {
    const { NetworkInsightsPath } = await ec2.CreateNetworkInsightsPath({
      ClientToken: "",
      Source: InternetGatewayId,
      Destination: host.id,
      Protocol: "tcp",
      ...path,
    });
    const { NetworkInsightsPathId = "" } = NetworkInsightsPath;
    const { NetworkInsightsAnalysis } = await ec2.StartNetworkInsightsAnalysis({
      NetworkInsightsPathId,
      ClientToken: "",
    });
    const { NetworkInsightsAnalysisId = "" } = NetworkInsightsAnalysis;
    expect(NetworkInsightsAnalysis).toMatchObject({ Status: "running" });
    expect(NetworkInsightsAnalysis).not.toHaveProperty("NetworkPathFound");
    clock.advance(1000);
    const { NetworkInsightsAnalyses } = await ec2.DescribeNetworkInsightsAnalyses({
      NetworkInsightsAnalysisIds: [NetworkInsightsAnalysisId],
    });
    const [analysis = {}] = NetworkInsightsAnalyses;
    return analysis;
  };
  return {
    ...{ region, ec2, clock, analyze, host, peer },
    NetworkAclId,
    GroupId,
    InternetGatewayId,
    RouteTableId,
    VpcId,
  };
}

function found({ NetworkPathFound, Explanations = [] }: NetworkInsightsAnalysis) {
  return NetworkPathFound ? "found" : Explanations.map(each => `${each.Direction} ${each.ExplanationCode}`);
}

test("a path that is found shows what it passes, there and back, with what decides", async () => {
  const { analyze, host, NetworkAclId, GroupId, InternetGatewayId, RouteTableId } = await setUp();
  const analysis = await analyze({ SourceIp: "198.51.100.7", DestinationPort: 80 });
  expect(analysis).toMatchObject({ Status: "succeeded", NetworkPathFound: true });
  expect(analysis).not.toHaveProperty("Explanations");
  const ids = (components: NetworkInsightsAnalysis["ForwardPathComponents"]) =>
    components?.map(({ SequenceNumber, Component }) => `${SequenceNumber} ${Component?.Id}`);
  const numbered = (...of: string[]) => of.map((id, index) => `${index + 1} ${id}`);
  expect(ids(analysis.ForwardPathComponents)).toEqual(
    numbered(InternetGatewayId, NetworkAclId, GroupId, host.id),
  );
  expect(ids(analysis.ReturnPathComponents)).toEqual(
    numbered(host.id, NetworkAclId, RouteTableId, InternetGatewayId),
  );
  expect(analysis.ForwardPathComponents?.[1]).toMatchObject({
    AclRule: {
      RuleNumber: 100,
      RuleAction: "allow",
      Cidr: "0.0.0.0/0",
      Protocol: "tcp",
      PortRange: { From: 80, To: 80 },
    },
    InboundHeader: { SourceAddresses: ["198.51.100.7/32"], DestinationPortRanges: [{ From: 80, To: 80 }] },
    Component: { Arn: `arn:aws:ec2:us-east-1:123456789012:network-acl/${NetworkAclId}` },
  });
  expect(analysis.ReturnPathComponents?.[2]).toMatchObject({
    RouteTableRoute: { DestinationCidr: "0.0.0.0/0", GatewayId: InternetGatewayId },
  });
});

test("a path that isn't found has an explanation for each blocker, with the nearest rule", async () => {
  const { analyze, host, NetworkAclId, GroupId } = await setUp();
  const analysis = await analyze({ SourceIp: "198.51.100.7", DestinationPort: 443 });
  expect(found(analysis)).toEqual(["ingress SUBNET_ACL_RESTRICTION", "ingress ENI_SG_RULES_MISMATCH"]);
  const place = { NetworkInterface: { Id: host.id }, PacketField: "destination-port" };
  expect(analysis.Explanations).toMatchObject([
    { ...place, Acl: { Id: NetworkAclId }, AclRule: { RuleNumber: 100 } },
    { ...place, SecurityGroups: [{ Id: GroupId }], SecurityGroupRule: { PortRange: { From: 80, To: 80 } } },
  ]);
  expect(analysis.ForwardPathComponents?.[1]).toMatchObject({
    Component: { Id: NetworkAclId },
    Explanations: [{ ExplanationCode: "SUBNET_ACL_RESTRICTION" }],
  });
});

test("between interfaces, by a filter at the source: replies to ephemeral ports find no way back", async () => {
  const { analyze, host, peer } = await setUp();
  const ports = { DestinationPortRange: { FromPort: 80, ToPort: 80 } };
  const path = { Source: host.id, Destination: peer.id };
  expect(found(await analyze({ ...path, FilterAtSource: { ...ports, SourcePortRange: ephemeral } }))).toEqual(
    ["egress SUBNET_ACL_RESTRICTION", "ingress SUBNET_ACL_RESTRICTION"],
  );
  expect(found(await analyze({ Source: peer.id, Destination: host.id, FilterAtSource: ports }))).toBe(
    "found",
  );
});

test("without a port or an address, a path is found if some packet finds it", async () => {
  const { analyze, ec2, NetworkAclId } = await setUp();
  const some = await analyze({});
  expect(found(some)).toBe("found");
  expect(some.ForwardPathComponents?.[1]?.InboundHeader?.DestinationPortRanges).toEqual([
    { From: 80, To: 80 },
  ]);
  const entry = {
    NetworkAclId,
    RuleNumber: 100,
    Egress: false,
    Protocol: "tcp",
    RuleAction: "allow",
  } as const;
  const narrow = { ...entry, CidrBlock: "198.51.100.8/30", PortRange: { From: 80, To: 80 } };
  await ec2.ReplaceNetworkAclEntry(narrow);
  const [, acl] = (await analyze({})).ForwardPathComponents ?? [];
  expect(acl?.InboundHeader?.SourceAddresses).toEqual(["198.51.100.8/32"]);
  await ec2.ReplaceNetworkAclEntry({ ...narrow, CidrBlock: "10.0.0.0/8" });
  expect(found(await analyze({ DestinationPort: 80 }))).toEqual(["ingress SUBNET_ACL_RESTRICTION"]);
});

test("to the Internet by the gateway, but not by another VPC's", async () => {
  const { analyze, ec2, peer, host, InternetGatewayId } = await setUp();
  const out = { Source: peer.id, DestinationIp: "192.0.2.80", DestinationPort: 443 };
  expect(found(await analyze({ ...out, Destination: InternetGatewayId }))).toBe("found");
  const { InternetGateway } = await ec2.CreateInternetGateway({});
  const other = InternetGateway.InternetGatewayId ?? "";
  expect(found(await analyze({ ...out, Destination: other }))).toEqual(["egress NO_PATH"]);
  expect(found(await analyze({ Source: other, DestinationPort: 80 }))).toEqual(["ingress NO_PATH"]);
  expect(found(await analyze({ ...out, Destination: host.id }))).toEqual(["egress NO_PATH"]);
});

test("an analysis shows the network as it was when it started, and fails if an end is gone", async () => {
  const { analyze, ec2, region, peer } = await setUp();
  const path = { Source: peer.id, DestinationIp: "192.0.2.80", Destination: undefined };
  const before = await analyze(path);
  const { NetworkInsightsPathId = "" } = before;
  region.ec2.interfaces.detach(peer.id);
  const { NetworkInsightsAnalyses } = await ec2.DescribeNetworkInsightsAnalyses({ NetworkInsightsPathId });
  expect(NetworkInsightsAnalyses).toEqual([before]);
  await ec2.StartNetworkInsightsAnalysis({ NetworkInsightsPathId, ClientToken: "" });
  const Filters = [{ Name: "status", Values: ["running"] }];
  const running = await ec2.DescribeNetworkInsightsAnalyses({ NetworkInsightsPathId, Filters });
  expect(running.NetworkInsightsAnalyses).toHaveLength(1);
});

test("a failed analysis names the missing end", async () => {
  const { ec2, clock, region, peer } = await setUp();
  const { NetworkInsightsPath } = await ec2.CreateNetworkInsightsPath({
    ...{ ClientToken: "", Source: peer.id, DestinationIp: "192.0.2.80", Protocol: "tcp" },
  });
  region.ec2.interfaces.detach(peer.id);
  const { NetworkInsightsPathId = "" } = NetworkInsightsPath;
  await ec2.StartNetworkInsightsAnalysis({ NetworkInsightsPathId, ClientToken: "" });
  clock.advance(1000);
  const { NetworkInsightsAnalyses } = await ec2.DescribeNetworkInsightsAnalyses({ NetworkInsightsPathId });
  expect(NetworkInsightsAnalyses).toMatchObject([
    { Status: "failed", StatusMessage: `The request failed due to missing component ${peer.id}` },
  ]);
});

test("paths and analyses are described, filtered, tagged and deleted", async () => {
  const { ec2, analyze, host, InternetGatewayId } = await setUp();
  const Tags = [{ Key: "a", Value: "b" }];
  const { NetworkInsightsPathId: id = "", NetworkInsightsAnalysisId = "" } = await analyze({
    FilterAtSource: { SourcePortRange: ephemeral },
    TagSpecifications: [{ ResourceType: "network-insights-path", Tags }],
  });
  await ec2.CreateTags({ Resources: [NetworkInsightsAnalysisId], Tags });
  const Filters = [
    { Name: "source", Values: [InternetGatewayId] },
    { Name: "filter-at-source.source-port-range", Values: ["32768-60999"] },
  ];
  const { NetworkInsightsPaths } = await ec2.DescribeNetworkInsightsPaths({ Filters });
  expect(NetworkInsightsPaths).toMatchObject([
    {
      NetworkInsightsPathId: id,
      Destination: host.id,
      Protocol: "tcp",
      Tags,
      FilterAtSource: { SourcePortRange: ephemeral },
    },
  ]);
  const found = await ec2.DescribeNetworkInsightsAnalyses({
    Filters: [{ Name: "path-found", Values: ["true"] }],
  });
  expect(found.NetworkInsightsAnalyses).toMatchObject([{ NetworkInsightsAnalysisId, Tags }]);
  await ec2.DeleteNetworkInsightsAnalysis({ NetworkInsightsAnalysisId });
  await ec2.DeleteNetworkInsightsPath({ NetworkInsightsPathId: id });
  expect(await ec2.DescribeNetworkInsightsPaths({})).toMatchObject({ NetworkInsightsPaths: [] });
});
