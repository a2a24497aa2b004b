/** Deletes everything in an account by AWS's API, default VPCs included, whoever made it. */
import type { Region } from "../local/region";
import { keyAlgorithms } from "../local/services/acm/imported";
import { eventually } from "./eventually";

type Calls = Region["calls"];

/** A kind of resource that an account can hold. */
interface Kind<Item> {
  plural: string;
  /** Those that are left, all or a page of them. */
  list: (aws: Calls) => Promise<readonly Item[]>;
  /** Deletes one, or begins to, or takes a step towards it: it is listed until it is gone. */
  remove: (aws: Calls, item: Item) => Promise<unknown>;
}

/** Infers the type of a kind's items. */
const kind = <Item>({ plural, list, remove }: Kind<Item>) => ({
  plural,
  /** @returns those that were left */
  removeAll: async (aws: Calls): Promise<readonly unknown[]> => {
    const items = await list(aws);
    for (const item of items) await remove(aws, item);
    return items;
  },
});

const livingStates = ["pending", "running", "stopping", "stopped", "shutting-down"];

/** In the order of their dependencies. */
const kinds = [
  kind({
    plural: "Auto Scaling groups",
    list: async ({ autoScaling }) => (await autoScaling.DescribeAutoScalingGroups({})).AutoScalingGroups,
    remove: async ({ autoScaling }, { AutoScalingGroupName, Status }) => {
      if (Status === undefined)
        await autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
    },
  }),
  kind({
    plural: "load balancers",
    list: async ({ elbv2 }) => (await elbv2.DescribeLoadBalancers({})).LoadBalancers,
    remove: async ({ elbv2 }, { LoadBalancerArn }) => {
      const Attributes = [{ Key: "deletion_protection.enabled", Value: "false" }];
      await elbv2.ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
      await elbv2.DeleteLoadBalancer({ LoadBalancerArn });
    },
  }),
  kind({
    plural: "certificates",
    list: async ({ acm }) =>
      (await acm.ListCertificates({ Includes: { keyTypes: [...keyAlgorithms] } })).CertificateSummaryList,
    remove: ({ acm }, { CertificateArn }) => acm.DeleteCertificate({ CertificateArn }),
  }),
  kind({
    plural: "target groups",
    list: async ({ elbv2 }) => (await elbv2.DescribeTargetGroups({})).TargetGroups,
    remove: ({ elbv2 }, { TargetGroupArn }) => elbv2.DeleteTargetGroup({ TargetGroupArn }),
  }),
  kind({
    plural: "instances",
    list: async ({ ec2 }) => {
      const { Reservations } = await ec2.DescribeInstances({
        Filters: [{ Name: "instance-state-name", Values: livingStates }],
      });
      return Reservations.flatMap(({ Instances = [] }) => Instances);
    },
    remove: async ({ ec2 }, { InstanceId, State }) => {
      if (State?.Name === "shutting-down") return;
      await ec2.ModifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: false } });
      await ec2.TerminateInstances({ InstanceIds: [InstanceId ?? ""] });
    },
  }),
  kind({
    plural: "launch templates",
    list: async ({ ec2 }) => (await ec2.DescribeLaunchTemplates({})).LaunchTemplates,
    remove: ({ ec2 }, { LaunchTemplateId }) => ec2.DeleteLaunchTemplate({ LaunchTemplateId }),
  }),
  kind({
    plural: "images",
    list: async ({ ec2 }) => (await ec2.DescribeImages({ Owners: ["self"] })).Images,
    remove: ({ ec2 }, { ImageId }) => ec2.DeregisterImage({ ImageId }),
  }),
  kind({
    plural: "snapshots",
    list: async ({ ec2 }) => (await ec2.DescribeSnapshots({ OwnerIds: ["self"] })).Snapshots,
    remove: ({ ec2 }, { SnapshotId }) => ec2.DeleteSnapshot({ SnapshotId }),
  }),
  kind({
    plural: "network insights paths",
    list: async ({ ec2 }) => (await ec2.DescribeNetworkInsightsPaths({})).NetworkInsightsPaths,
    remove: async ({ ec2 }, { NetworkInsightsPathId }) => {
      const { NetworkInsightsAnalyses } = await ec2.DescribeNetworkInsightsAnalyses({
        NetworkInsightsPathId,
      });
      for (const { NetworkInsightsAnalysisId } of NetworkInsightsAnalyses)
        await ec2.DeleteNetworkInsightsAnalysis({ NetworkInsightsAnalysisId });
      await ec2.DeleteNetworkInsightsPath({ NetworkInsightsPathId });
    },
  }),
  kind({
    plural: "flow logs",
    list: async ({ ec2 }) => (await ec2.DescribeFlowLogs({})).FlowLogs,
    remove: ({ ec2 }, { FlowLogId = "" }) => ec2.DeleteFlowLogs({ FlowLogIds: [FlowLogId] }),
  }),
  // They go with their instances and load balancers.
  kind({
    plural: "network interfaces",
    list: async ({ ec2 }) => (await ec2.DescribeNetworkInterfaces({})).NetworkInterfaces,
    remove: () => Promise.resolve(),
  }),
  // First all rules, then the groups that they refer to.
  kind({
    plural: "security group rules",
    list: async ({ ec2 }) => (await ec2.DescribeSecurityGroupRules({})).SecurityGroupRules,
    remove: ({ ec2 }, { GroupId, SecurityGroupRuleId = "", IsEgress }) => {
      const rules = { GroupId, SecurityGroupRuleIds: [SecurityGroupRuleId] };
      return IsEgress ? ec2.RevokeSecurityGroupEgress(rules) : ec2.RevokeSecurityGroupIngress(rules);
    },
  }),
  kind({
    plural: "security groups",
    list: async ({ ec2 }) =>
      (await ec2.DescribeSecurityGroups({})).SecurityGroups.filter(
        ({ GroupName }) => GroupName !== "default",
      ),
    remove: ({ ec2 }, { GroupId }) => ec2.DeleteSecurityGroup({ GroupId }),
  }),
  kind({
    plural: "route tables",
    list: async ({ ec2 }) =>
      (await ec2.DescribeRouteTables({})).RouteTables.filter(
        ({ Associations }) => !Associations.some(({ Main }) => Main),
      ),
    remove: async ({ ec2 }, { RouteTableId, Associations }) => {
      for (const { RouteTableAssociationId: AssociationId } of Associations)
        await ec2.DisassociateRouteTable({ AssociationId });
      await ec2.DeleteRouteTable({ RouteTableId });
    },
  }),
  kind({
    plural: "internet gateways",
    list: async ({ ec2 }) => (await ec2.DescribeInternetGateways({})).InternetGateways,
    remove: async ({ ec2 }, { InternetGatewayId, Attachments = [] }) => {
      for (const { VpcId } of Attachments) await ec2.DetachInternetGateway({ InternetGatewayId, VpcId });
      await ec2.DeleteInternetGateway({ InternetGatewayId });
    },
  }),
  kind({
    plural: "subnets",
    list: async ({ ec2 }) => (await ec2.DescribeSubnets({})).Subnets,
    remove: ({ ec2 }, { SubnetId }) => ec2.DeleteSubnet({ SubnetId }),
  }),
  kind({
    plural: "network ACLs",
    list: async ({ ec2 }) =>
      ((await ec2.DescribeNetworkAcls({})).NetworkAcls ?? []).filter(({ IsDefault }) => !IsDefault),
    remove: ({ ec2 }, { NetworkAclId }) => ec2.DeleteNetworkAcl({ NetworkAclId }),
  }),
  // With its main route table, its default security group and its default network ACL.
  kind({
    plural: "VPCs",
    list: async ({ ec2 }) => (await ec2.DescribeVpcs({})).Vpcs,
    remove: ({ ec2 }, { VpcId }) => ec2.DeleteVpc({ VpcId }),
  }),
  kind({
    plural: "key pairs",
    list: async ({ ec2 }) => (await ec2.DescribeKeyPairs({})).KeyPairs,
    remove: ({ ec2 }, { KeyPairId }) => ec2.DeleteKeyPair({ KeyPairId }),
  }),
  kind({
    plural: "instance profiles",
    list: async ({ iam }) => (await iam.ListInstanceProfiles({})).InstanceProfiles,
    remove: async ({ iam }, { InstanceProfileName, Roles = [] }) => {
      for (const { RoleName } of Roles)
        await iam.RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName });
      await iam.DeleteInstanceProfile({ InstanceProfileName });
    },
  }),
  kind({
    plural: "roles",
    list: async ({ iam }) => (await iam.ListRoles({})).Roles,
    remove: async ({ iam }, { RoleName }) => {
      const { AttachedPolicies } = await iam.ListAttachedRolePolicies({ RoleName });
      for (const { PolicyArn } of AttachedPolicies) await iam.DetachRolePolicy({ RoleName, PolicyArn });
      const { PolicyNames } = await iam.ListRolePolicies({ RoleName });
      for (const PolicyName of PolicyNames) await iam.DeleteRolePolicy({ RoleName, PolicyName });
      await iam.DeleteRole({ RoleName });
    },
  }),
  kind({
    plural: "metric alarms",
    list: async ({ cloudWatch }) => (await cloudWatch.DescribeAlarms({})).MetricAlarms,
    remove: ({ cloudWatch }, { AlarmName = "" }) => cloudWatch.DeleteAlarms({ AlarmNames: [AlarmName] }),
  }),
  kind({
    plural: "dashboards",
    list: async ({ cloudWatch }) => (await cloudWatch.ListDashboards({})).DashboardEntries,
    remove: ({ cloudWatch }, { DashboardName }) =>
      cloudWatch.DeleteDashboards({ DashboardNames: [DashboardName] }),
  }),
];

export interface Patience {
  /** In ms, for each kind of resource. */
  patience?: number;
  /** Called between rounds, for an account whose clock stands still. */
  passTime?: () => void;
}

/** @throws if something can't be deleted, or isn't gone in time */
export async function emptyAccount(
  aws: Calls,
  { patience = 30_000, passTime = () => undefined }: Patience = {},
): Promise<void> {
  for (const { plural, removeAll } of kinds) {
    let left: readonly unknown[] = [];
    await eventually(
      () => `no ${plural} are left but ${JSON.stringify(left)}`,
      async () => {
        left = await removeAll(aws);
        if (left.length > 0) passTime();
        return left.length === 0;
      },
      patience,
    );
  }
}
