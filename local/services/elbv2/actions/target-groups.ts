/** Target groups. Sources: ELB API Reference, each action by its name. */
import { isDeepStrictEqual } from "node:util";
import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import { assertArns, find, notFound } from "../arns";
import { targetGroupAttributes, withAttributes } from "../attributes";
import type { Elbv2 } from "../elbv2";
import { refusals } from "../refusals";
import type { RunningTargetGroup } from "../state";
import { tagList, withTags } from "../tags";
import {
  assertName,
  assertPort,
  changedHealthCheck,
  healthCheckDefaults,
  healthCheckParameters,
} from "../validation";
import type { Elbv2Actions } from "./context";
import { assertOneSelector, page } from "./common";

export const targetGroupActions = {
  CreateTargetGroup: {
    parameters: [
      "Name",
      "Protocol",
      "ProtocolVersion",
      "Port",
      "VpcId",
      ...healthCheckParameters,
      "TargetType",
      "Tags",
      "IpAddressType",
    ],
    handle({ elbv2 }, { Name = "", Protocol, Port, VpcId, Tags, ...input }) {
      assertName("Target group", Name);
      assertKind(input);
      if (Protocol === undefined) throw refusals.missing("A protocol");
      if (Protocol !== "HTTP") throw refusals.regionLacks(`${Protocol} target groups`, "HTTP");
      if (Port === undefined) throw refusals.missing("A port");
      assertPort("Port", Port);
      if (VpcId === undefined) throw refusals.missing("A VPC ID");
      if (!elbv2.context.vpc.vpcs.has(VpcId)) throw refusals.vpcNotFound(VpcId);
      const healthCheck = changedHealthCheck(healthCheckDefaults, input);
      const tags = withTags({}, Tags);
      const settings = { vpcId: VpcId, port: Port, healthCheck };
      const existing = [...elbv2.targetGroups.values()].find(({ name }) => name === Name);
      if (existing && !isDeepStrictEqual(settings, createdWith(existing)))
        throw refusals.duplicateTargetGroupName(Name);
      const running = existing ?? elbv2.createTargetGroup({ name: Name, ...settings, tags });
      return { TargetGroups: [descriptionOf(elbv2, running)] };
    },
  },

  ModifyTargetGroup: {
    parameters: ["TargetGroupArn", ...healthCheckParameters],
    handle({ elbv2 }, { TargetGroupArn, ...input }) {
      const running = find(elbv2.targetGroups, "target group", TargetGroupArn);
      elbv2.modifyTargetGroup(running, { healthCheck: changedHealthCheck(running.healthCheck, input) });
      return { TargetGroups: [descriptionOf(elbv2, running)] };
    },
  },

  DeleteTargetGroup: {
    parameters: ["TargetGroupArn"],
    handle({ elbv2 }, { TargetGroupArn: arn = "" }) {
      assertArns([arn], "target group");
      if (elbv2.loadBalancersOf(arn).length > 0) throw refusals.targetGroupInUse(arn);
      elbv2.deleteTargetGroup(arn);
      return {};
    },
  },

  DescribeTargetGroups: {
    parameters: ["LoadBalancerArn", "TargetGroupArns", "Names", "Marker", "PageSize"],
    handle(
      { elbv2 },
      { LoadBalancerArn: balancer, TargetGroupArns: arns = [], Names: names = [], ...paging },
    ) {
      const ofBalancer = balancer === undefined ? [] : [balancer];
      assertOneSelector({
        "a load balancer ARN": ofBalancer,
        "target group ARNs": arns,
        "target group names": names,
      });
      assertArns(arns, "target group");
      for (const arn of ofBalancer) if (!elbv2.loadBalancers.has(arn)) throw notFound("load balancer");
      const all = [...elbv2.targetGroups.values()];
      const exist =
        names.every(name => all.some(each => each.name === name)) &&
        arns.every(arn => elbv2.targetGroups.has(arn));
      if (!exist) throw notFound("target group");
      const found = all
        .filter(
          ({ arn, name }) =>
            (arns.length === 0 || arns.includes(arn)) && (names.length === 0 || names.includes(name)),
        )
        .map(each => descriptionOf(elbv2, each))
        .filter(({ LoadBalancerArns = [] }) => ofBalancer.every(arn => LoadBalancerArns.includes(arn)));
      const { items, NextMarker } = page(found, paging);
      return { TargetGroups: items, NextMarker };
    },
  },

  DescribeTargetGroupAttributes: {
    parameters: ["TargetGroupArn"],
    handle({ elbv2 }, { TargetGroupArn }) {
      const { attributes } = find(elbv2.targetGroups, "target group", TargetGroupArn);
      return { Attributes: tagList(attributes) };
    },
  },

  ModifyTargetGroupAttributes: {
    parameters: ["TargetGroupArn", "Attributes"],
    handle({ elbv2 }, { TargetGroupArn, Attributes = [] }) {
      const running = find(elbv2.targetGroups, "target group", TargetGroupArn);
      elbv2.modifyTargetGroup(running, {
        attributes: withAttributes("Target group", targetGroupAttributes, running.attributes, Attributes),
      });
      return { Attributes: tagList(running.attributes) };
    },
  },
} satisfies Partial<Elbv2Actions>;

interface KindInput {
  TargetType?: string;
  ProtocolVersion?: string;
  IpAddressType?: string;
}

function assertKind({
  TargetType = "instance",
  ProtocolVersion = "HTTP1",
  IpAddressType = "ipv4",
}: KindInput): void {
  if (TargetType !== "instance") throw refusals.regionLacks(`the target type '${TargetType}'`, "instance");
  if (ProtocolVersion !== "HTTP1")
    throw refusals.regionLacks(`the protocol version '${ProtocolVersion}'`, "HTTP1");
  if (IpAddressType !== "ipv4") throw refusals.regionLacks(`the IP address type '${IpAddressType}'`, "ipv4");
}

const createdWith = ({ vpcId, port, healthCheck }: RunningTargetGroup) => ({ vpcId, port, healthCheck });

function descriptionOf(
  elbv2: Elbv2,
  { arn, name, port, vpcId, healthCheck }: RunningTargetGroup,
): TargetGroup {
  return {
    TargetGroupArn: arn,
    TargetGroupName: name,
    Protocol: "HTTP",
    Port: port,
    VpcId: vpcId,
    HealthCheckProtocol: "HTTP",
    HealthCheckPort: String(healthCheck.port),
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    HealthCheckPath: healthCheck.path,
    Matcher: { HttpCode: healthCheck.matcher },
    LoadBalancerArns: elbv2.loadBalancersOf(arn).map(each => each.arn),
    TargetType: "instance",
    ProtocolVersion: "HTTP1",
    IpAddressType: "ipv4",
  };
}
