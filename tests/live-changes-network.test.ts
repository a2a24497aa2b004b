/**
 * An operator changes the running network by AWS's own clients alone, and the next connection obeys: rules of the ACL and
 * the groups, the ACL of a subnet, the groups of an interface, what a load balancer listens to and forwards to.
 */
import { ports } from "../apps/ports";
import { ask } from "../testing/client";
import { clientsOf, type Clients } from "../testing/aws-clients";
import { eventually } from "../testing/eventually";
import { under } from "../testing/load";
import { operatorAddress, startTestRegion, type TestRegion } from "../testing/region";

let region: TestRegion;
let aws: Clients;
beforeAll(async () => {
  region = await startTestRegion();
  aws = clientsOf(region.internet);
});

/** A status, "refused", or "silent: CODE" with the explanation code of the drop that caused the silence. */
async function outcomeOf(url: string, request: { method?: string; body?: object } = {}): Promise<string> {
  const before = (await region.decisions()).length;
  const outcome = await ask(url, { through: region.internet, patience: 2_500, ...request });
  if (outcome !== "silent") return typeof outcome === "string" ? outcome : String(outcome.status);
  const drops = (await region.decisions()).slice(before);
  const drop = drops.find(({ from }) => from.internetAddress === operatorAddress);
  return `silent: ${String(drop?.code)}`;
}
const silentByAcl = "silent: SUBNET_ACL_RESTRICTION";
const silentByGroup = "silent: ENI_SG_RULES_MISMATCH";
const read = () => outcomeOf(region.output("dataReadUrl"));
const balanced = (path = "") => outcomeOf(`${region.output("receiverLoadBalancerUrl")}${path}`);
const post = () => outcomeOf(region.output("receiverLoadBalancerUrl"), { method: "POST", body: { num: 1 } });

describe("the data subnet's ACL", () => {
  const entry = () => ({
    NetworkAclId: region.output("dataNetworkAclId"),
    RuleNumber: 300,
    Egress: false,
    Protocol: "6",
    CidrBlock: "0.0.0.0/0",
    PortRange: { From: ports["data-access"].read, To: ports["data-access"].read },
  });

  test("an entry is deleted, created, and replaced", async () => {
    expect(await read()).toBe("200");
    const { NetworkAclId, RuleNumber, Egress } = entry();
    await aws.ec2.deleteNetworkAclEntry({ NetworkAclId, RuleNumber, Egress });
    expect(await read()).toBe(silentByAcl);
    await aws.ec2.createNetworkAclEntry({ ...entry(), RuleAction: "allow" });
    expect(await read()).toBe("200");
    await aws.ec2.replaceNetworkAclEntry({ ...entry(), RuleAction: "deny" });
    expect(await read()).toBe(silentByAcl);
    await aws.ec2.replaceNetworkAclEntry({ ...entry(), RuleAction: "allow" });
    expect(await read()).toBe("200");
  });

  test("an entry with a lower number decides, until it is deleted", async () => {
    await aws.ec2.createNetworkAclEntry({ ...entry(), RuleNumber: 1, RuleAction: "deny" });
    expect(await read()).toBe(silentByAcl);
    await aws.ec2.deleteNetworkAclEntry({ ...entry(), RuleNumber: 1 });
    expect(await read()).toBe("200");
  });

  test("the subnet is moved to another ACL and back", async () => {
    const NetworkAclId = region.output("dataNetworkAclId");
    const associated = async (id: string) => {
      const { NetworkAcls } = await aws.ec2.describeNetworkAcls({ NetworkAclIds: [id] });
      return NetworkAcls?.[0];
    };
    const acl = await associated(NetworkAclId);
    const { NetworkAcl: empty } = await aws.ec2.createNetworkAcl({ VpcId: acl?.VpcId });
    const { NewAssociationId } = await aws.ec2.replaceNetworkAclAssociation({
      AssociationId: acl?.Associations?.[0]?.NetworkAclAssociationId,
      NetworkAclId: empty?.NetworkAclId,
    });
    expect(await read()).toBe(silentByAcl);
    await aws.ec2.replaceNetworkAclAssociation({ AssociationId: NewAssociationId, NetworkAclId });
    expect(await read()).toBe("200");
    expect((await associated(NetworkAclId))?.Associations).toHaveLength(1);
    await aws.ec2.deleteNetworkAcl({ NetworkAclId: empty?.NetworkAclId });
  });
});

describe("security groups", () => {
  const port = ports["data-access"].read;

  test("a rule is revoked and authorized", async () => {
    const rule = region.declared(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "data-access-in-read",
    );
    const GroupId = String(rule.inputs["securityGroupId"]);
    const IpPermissions = [
      { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    ];
    await aws.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions });
    expect(await read()).toBe(silentByGroup);
    await aws.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
    expect(await read()).toBe("200");
  });

  test("an egress rule is revoked and authorized", async () => {
    const { id, inputs } = region.declared(
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      "receiver-out-read",
    );
    const GroupId = String(inputs["securityGroupId"]);
    await aws.ec2.revokeSecurityGroupEgress({ GroupId, SecurityGroupRuleIds: [id] });
    expect(await balanced()).toBe("502");
    expect((await region.decisions()).at(-1)).toMatchObject({
      code: "ENI_SG_RULES_MISMATCH",
      direction: "egress",
      to: { address: region.addresses("data").privateIp, port },
    });
    const IpRanges = [{ CidrIp: String(inputs["cidrIpv4"]) }];
    const IpPermissions = [{ IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges }];
    await aws.ec2.authorizeSecurityGroupEgress({ GroupId, IpPermissions });
    expect(await balanced()).toBe("200");
  });

  test("an interface's groups are changed and changed back", async () => {
    const { instanceId } = region.addresses("data");
    const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [instanceId] });
    const attached = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces?.[0];
    const { SecurityGroups } = await aws.ec2.describeSecurityGroups({
      Filters: [
        { Name: "vpc-id", Values: [attached?.VpcId ?? ""] },
        { Name: "group-name", Values: ["default"] },
      ],
    });
    const change = (groups: (string | undefined)[]) =>
      aws.ec2.modifyNetworkInterfaceAttribute({
        NetworkInterfaceId: attached?.NetworkInterfaceId,
        Groups: groups.map(String),
      });
    await change(SecurityGroups?.map(({ GroupId }) => GroupId) ?? []);
    expect(await read()).toBe(silentByGroup);
    await change(attached?.Groups?.map(({ GroupId }) => GroupId) ?? []);
    expect(await read()).toBe("200");
    expect(await post()).toBe("200");
  });
});

describe("the receivers' load balancer", () => {
  const targetGroup = () => region.declared("aws:lb/targetGroup:TargetGroup", "receiver-lb").id;
  const loadBalancer = () => region.declared("aws:lb/loadBalancer:LoadBalancer", "receiver-lb").id;

  test("a target is deregistered, drains without a request lost, and is registered again", async () => {
    const TargetGroupArn = targetGroup();
    const Targets = [{ Id: region.addresses("receiver-1").instanceId, Port: ports.receiver.http }];
    const stateIs = (expected: string) =>
      eventually(`the target is ${expected}`, async () => {
        const { TargetHealthDescriptions } = await aws.elbv2.describeTargetHealth({
          TargetGroupArn,
          Targets,
        });
        return TargetHealthDescriptions?.[0]?.TargetHealth?.State === expected;
      });
    const url = region.output("receiverLoadBalancerUrl");
    const sent = await under(url, { through: region.internet, perSecond: 50 }, async () => {
      await aws.elbv2.deregisterTargets({ TargetGroupArn, Targets });
      await stateIs("draining");
      await stateIs("unused");
      await aws.elbv2.registerTargets({ TargetGroupArn, Targets });
      await stateIs("healthy");
    });
    expect(new Set(sent.map(({ outcome }) => outcome))).toEqual(new Set(["200"]));
  });

  test("its listener is deleted and created", async () => {
    const LoadBalancerArn = loadBalancer();
    const { Listeners } = await aws.elbv2.describeListeners({ LoadBalancerArn });
    await aws.elbv2.deleteListener({ ListenerArn: Listeners?.[0]?.ListenerArn });
    expect(await balanced()).toBe("refused");
    const { TargetHealthDescriptions = [] } = await aws.elbv2.describeTargetHealth({
      TargetGroupArn: targetGroup(),
    });
    const reasons = TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.Reason);
    expect(reasons).toEqual(["Target.NotInUse", "Target.NotInUse"]);
    await aws.elbv2.createListener({
      LoadBalancerArn,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn: targetGroup() }],
    });
    await eventually("it forwards again", async () => (await balanced()) === "200");
  });

  test("a rule answers for one path, until it is deleted", async () => {
    const { Listeners } = await aws.elbv2.describeListeners({ LoadBalancerArn: loadBalancer() });
    const { Rules } = await aws.elbv2.createRule({
      ListenerArn: Listeners?.[0]?.ListenerArn,
      Priority: 10,
      Conditions: [{ Field: "path-pattern", Values: ["/tea*"] }],
      Actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "418" } }],
    });
    expect([await balanced("teapot"), await balanced()]).toEqual(["418", "200"]);
    await aws.elbv2.deleteRule({ RuleArn: Rules?.[0]?.RuleArn });
    expect(await balanced("teapot")).toBe("404");
  });
});
