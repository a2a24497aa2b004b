/** Takes declared resources away as an operator does: by actions of AWS's API. */
import type { DeclaredResource } from "../local/pulumi/declared-resources";
import type { Calls } from "../local/pulumi/resources/calls";

/** By the last part of a resource's type. */
const removals: Record<string, (aws: Calls, declared: DeclaredResource) => Promise<unknown>> = {
  NetworkAclRule: ({ ec2 }, { inputs }) =>
    ec2.DeleteNetworkAclEntry({
      NetworkAclId: String(inputs["networkAclId"]),
      RuleNumber: Number(inputs["ruleNumber"]),
      Egress: Boolean(inputs["egress"]),
    }),
  /** The subnet returns to its VPC's default ACL. */
  NetworkAclAssociation: async ({ ec2 }, { inputs }) => {
    const subnet = { Name: "association.subnet-id", Values: [String(inputs["subnetId"])] };
    const { NetworkAcls: [current] = [] } = await ec2.DescribeNetworkAcls({ Filters: [subnet] });
    const ofVpc = { Name: "vpc-id", Values: [current?.VpcId ?? ""] };
    const isDefault = { Name: "default", Values: ["true"] };
    const { NetworkAcls: [byDefault] = [] } = await ec2.DescribeNetworkAcls({ Filters: [ofVpc, isDefault] });
    const association = current?.Associations?.find(({ SubnetId }) => SubnetId === inputs["subnetId"]);
    await ec2.ReplaceNetworkAclAssociation({
      AssociationId: association?.NetworkAclAssociationId,
      NetworkAclId: byDefault?.NetworkAclId,
    });
  },
  SecurityGroupIngressRule: ({ ec2 }, { id, inputs }) =>
    ec2.RevokeSecurityGroupIngress({
      GroupId: String(inputs["securityGroupId"]),
      SecurityGroupRuleIds: [id],
    }),
  SecurityGroupEgressRule: ({ ec2 }, { id, inputs }) =>
    ec2.RevokeSecurityGroupEgress({
      GroupId: String(inputs["securityGroupId"]),
      SecurityGroupRuleIds: [id],
    }),
  Route: ({ ec2 }, { inputs }) =>
    ec2.DeleteRoute({
      RouteTableId: String(inputs["routeTableId"]),
      DestinationCidrBlock: String(inputs["destinationCidrBlock"]),
    }),
  RouteTableAssociation: ({ ec2 }, { id }) => ec2.DisassociateRouteTable({ AssociationId: id }),
  RolePolicy: ({ iam }, { id }) => {
    const [RoleName, PolicyName] = id.split(":");
    return iam.DeleteRolePolicy({ RoleName, PolicyName });
  },
  Listener: ({ elbv2 }, { id }) => elbv2.DeleteListener({ ListenerArn: id }),
  ListenerRule: ({ elbv2 }, { id }) => elbv2.DeleteRule({ RuleArn: id }),
  LoadBalancer: ({ elbv2 }, { id }) => elbv2.DeleteLoadBalancer({ LoadBalancerArn: id }),
  TargetGroupAttachment: ({ elbv2 }, { inputs }) =>
    elbv2.DeregisterTargets({
      TargetGroupArn: String(inputs["targetGroupArn"]),
      Targets: [{ Id: String(inputs["targetId"]), Port: Number(inputs["port"]) }],
    }),
  Policy: ({ autoScaling }, { id, inputs }) =>
    autoScaling.DeletePolicy({
      AutoScalingGroupName: String(inputs["autoscalingGroupName"]),
      PolicyName: id,
    }),
};

export const kindOf = ({ type }: { type: string }) => type.split(":").at(-1) ?? "";

export async function remove(aws: Calls, declared: DeclaredResource): Promise<void> {
  const removal = removals[kindOf(declared)];
  if (!removal) throw new Error(`no action removes a ${declared.type} by itself`);
  await removal(aws, declared);
}
