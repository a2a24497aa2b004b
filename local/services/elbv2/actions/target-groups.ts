/** Target groups and their targets' health. Sources: ELB API Reference, "DescribeTargetGroups", "DescribeTargetHealth". */
import type {
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  TargetDescription,
  TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Region } from "../../../region";
import type { RunningTargetGroup } from "../../../pulumi/resources/load-balancing";
import type { Context } from "../../context";
import { AwsError } from "../../../api/aws-error";
import { action } from "../../../api/service";
import { assertArns, assertOneKind, nameOf, page } from "./common";

const form = /:targetgroup\/[^/]+\/[0-9a-f]+$/;

export const describeTargetGroups = action<Context, DescribeTargetGroupsInput, DescribeTargetGroupsOutput>(
  ["LoadBalancerArn", "TargetGroupArns", "Names", "Marker", "PageSize"],
  ({ region }, { LoadBalancerArn: balancer, TargetGroupArns: arns = [], Names: names = [], ...paging }) => {
    const ofBalancer = balancer === undefined ? [] : [balancer];
    assertOneKind({
      "a load balancer ARN": ofBalancer,
      "target group ARNs": arns,
      "target group names": names,
    });
    assertArns(arns, "target group", form);
    if (balancer !== undefined && !region.loadBalancers.has(balancer))
      throw new AwsError("LoadBalancerNotFound", "One or more load balancers not found");
    const all = [...region.targetGroups].map(([arn, running]) => descriptionOf(region, arn, running));
    const exist =
      names.every(name => all.some(each => each.TargetGroupName === name)) &&
      arns.every(arn => region.targetGroups.has(arn));
    if (!exist) throw notFound("One or more target groups not found");
    const found = all.filter(
      ({ TargetGroupArn = "", TargetGroupName = "", LoadBalancerArns = [] }) =>
        ofBalancer.every(arn => LoadBalancerArns.includes(arn)) &&
        (arns.length === 0 || arns.includes(TargetGroupArn)) &&
        (names.length === 0 || names.includes(TargetGroupName)),
    );
    const { items, NextMarker } = page(found, paging);
    return { TargetGroups: items, NextMarker };
  },
);

function notFound(message: string): AwsError {
  return new AwsError("TargetGroupNotFound", message);
}

function descriptionOf(region: Region, arn: string, { settings }: RunningTargetGroup): TargetGroup {
  const { healthCheck: check } = settings;
  return {
    TargetGroupArn: arn,
    TargetGroupName: nameOf(arn),
    Protocol: settings.protocol,
    Port: settings.port,
    VpcId: settings.vpcId,
    HealthCheckProtocol: "HTTP",
    HealthCheckPort: "traffic-port",
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.interval,
    HealthCheckTimeoutSeconds: check.timeout,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    Matcher: { HttpCode: check.matcher },
    LoadBalancerArns: [...region.loadBalancers]
      .filter(([, { listeners }]) => [...listeners.values()].some(each => each.targetGroupArn === arn))
      .map(([balancer]) => balancer),
    TargetType: settings.targetType,
    ProtocolVersion: "HTTP1",
    IpAddressType: "ipv4",
  };
}

export const describeTargetHealth = action<Context, DescribeTargetHealthInput, DescribeTargetHealthOutput>(
  ["TargetGroupArn", "Targets"],
  ({ region }, { TargetGroupArn = "", Targets = [] }) => {
    assertArns([TargetGroupArn], "target group", form);
    const running = region.targetGroups.get(TargetGroupArn);
    if (!running) throw notFound(`Target groups '${TargetGroupArn}' not found`);
    const asked = Targets.map(target => idAndPort(target, running));
    const described = running.group.describe(asked.length > 0 ? asked : undefined);
    return {
      TargetHealthDescriptions: described.map(({ target, healthCheckPort, targetHealth }) => ({
        Target: { Id: target.id, Port: target.port },
        HealthCheckPort: healthCheckPort,
        TargetHealth: {
          State: targetHealth.state,
          Reason: targetHealth.reason,
          Description: targetHealth.description,
        },
      })),
    };
  },
);

function idAndPort({ Id, Port }: TargetDescription, { port }: RunningTargetGroup) {
  return { id: Id ?? "", port: Port ?? port };
}
