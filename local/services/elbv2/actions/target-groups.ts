/** Target groups and their targets' health. Sources: ELB API Reference, "DescribeTargetGroups", "DescribeTargetHealth". */
import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Elbv2, RunningTargetGroup } from "../elbv2";
import type { Elbv2Actions } from "./context";
import { AwsError } from "../../../api/aws-error";
import { assertArns, assertOneSelector, nameOf, page } from "./common";

const arnPattern = /:targetgroup\/[^/]+\/[0-9a-f]+$/;

export const describeTargetGroups: Elbv2Actions["DescribeTargetGroups"] = {
  parameters: ["LoadBalancerArn", "TargetGroupArns", "Names", "Marker", "PageSize"],
  handle({ elbv2 }, { LoadBalancerArn: balancer, TargetGroupArns: arns = [], Names: names = [], ...paging }) {
    const ofBalancer = balancer === undefined ? [] : [balancer];
    assertOneSelector({
      "a load balancer ARN": ofBalancer,
      "target group ARNs": arns,
      "target group names": names,
    });
    assertArns(arns, "target group", arnPattern);
    if (balancer !== undefined && !elbv2.loadBalancers.has(balancer))
      throw new AwsError("LoadBalancerNotFound", "One or more load balancers not found");
    const all = [...elbv2.targetGroups].map(([arn, running]) => descriptionOf(elbv2, arn, running));
    const exist =
      names.every(name => all.some(each => each.TargetGroupName === name)) &&
      arns.every(arn => elbv2.targetGroups.has(arn));
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
};

function notFound(message: string): AwsError {
  return new AwsError("TargetGroupNotFound", message);
}

function descriptionOf(elbv2: Elbv2, arn: string, { description }: RunningTargetGroup): TargetGroup {
  const { healthCheck: check } = description;
  return {
    TargetGroupArn: arn,
    TargetGroupName: nameOf(arn),
    Protocol: "HTTP",
    Port: description.port,
    VpcId: description.vpcId,
    HealthCheckProtocol: "HTTP",
    HealthCheckPort: "traffic-port",
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    Matcher: { HttpCode: check.matcher },
    LoadBalancerArns: [...elbv2.loadBalancers]
      .filter(([, { listeners }]) => [...listeners.values()].some(each => each.targetGroupArn === arn))
      .map(([balancer]) => balancer),
    TargetType: "instance",
    ProtocolVersion: "HTTP1",
    IpAddressType: "ipv4",
  };
}

export const describeTargetHealth: Elbv2Actions["DescribeTargetHealth"] = {
  parameters: ["TargetGroupArn", "Targets"],
  handle({ elbv2 }, { TargetGroupArn = "", Targets = [] }) {
    assertArns([TargetGroupArn], "target group", arnPattern);
    const running = elbv2.targetGroups.get(TargetGroupArn);
    if (!running) throw notFound(`Target groups '${TargetGroupArn}' not found`);
    const { group, description } = running;
    const requested = Targets.map(({ Id = "", Port = description.port }) => ({ id: Id, port: Port }));
    const described = group.describe(requested.length > 0 ? requested : undefined);
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
};
