/** Load balancers and listeners. Sources: ELB API Reference, "DescribeLoadBalancers" and "DescribeListeners". */
import type { Listener, LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Listener as RunningListener, RunningLoadBalancer } from "../elbv2";
import type { Elbv2Actions, Elbv2ActionContext } from "./context";
import { AwsError, validationError } from "../../../api/aws-error";
import { assertArns, assertOneSelector, nameOf, page } from "./common";

export const describeLoadBalancers: Elbv2Actions["DescribeLoadBalancers"] = {
  parameters: ["LoadBalancerArns", "Names", "Marker", "PageSize"],
  handle(context, { LoadBalancerArns: arns = [], Names: names = [], ...paging }) {
    assertOneSelector({ "load balancer ARNs": arns, "load balancer names": names });
    assertArns(arns, "load balancer", /:loadbalancer\/app\/[^/]+\/[0-9a-f]+$/);
    const all = [...context.elbv2.loadBalancers].map(([arn, running]) =>
      descriptionOf(context, arn, running),
    );
    const missing = names.filter(name => !all.some(each => each.LoadBalancerName === name));
    if (missing.length > 0) throw notFound(`Load balancers '[${missing.join(", ")}]' not found`);
    if (!arns.every(arn => context.elbv2.loadBalancers.has(arn)))
      throw notFound("One or more load balancers not found");
    const found = all.filter(
      ({ LoadBalancerArn = "", LoadBalancerName = "" }) =>
        (arns.length === 0 || arns.includes(LoadBalancerArn)) &&
        (names.length === 0 || names.includes(LoadBalancerName)),
    );
    const { items, NextMarker } = page(found, paging);
    return { LoadBalancers: items, NextMarker };
  },
};

function notFound(message: string): AwsError {
  return new AwsError("LoadBalancerNotFound", message);
}

function descriptionOf(
  { subnet, wallClock }: Elbv2ActionContext,
  arn: string,
  running: RunningLoadBalancer,
): LoadBalancer {
  const subnets = running.subnetIds.map(id => subnet(id));
  return {
    LoadBalancerArn: arn,
    DNSName: running.dnsName,
    // Route 53's zone for load balancers in us-east-1; the region's names are in no public zone.
    CanonicalHostedZoneId: "Z35SXDOTRQ7X7K",
    CreatedTime: wallClock.show(running.createdAt),
    LoadBalancerName: nameOf(arn),
    Scheme: "internet-facing",
    VpcId: subnets[0]?.vpcId,
    State: { Code: "active" },
    Type: "application",
    AvailabilityZones: running.subnetIds.map((SubnetId, index) => ({
      ZoneName: subnets[index]?.availabilityZone,
      SubnetId,
      LoadBalancerAddresses: [],
    })),
    SecurityGroups: running.securityGroupIds,
    IpAddressType: "ipv4",
  };
}

export const describeListeners: Elbv2Actions["DescribeListeners"] = {
  parameters: ["LoadBalancerArn", "ListenerArns", "Marker", "PageSize"],
  handle({ elbv2 }, { LoadBalancerArn, ListenerArns = [], ...paging }) {
    if (LoadBalancerArn === undefined && ListenerArns.length === 0)
      throw validationError("You must specify either listener ARNs or a load balancer ARN");
    if (LoadBalancerArn !== undefined && !elbv2.loadBalancers.has(LoadBalancerArn))
      throw notFound("One or more load balancers not found");
    const all = [...elbv2.loadBalancers].flatMap(([arn, { listeners }]) =>
      [...listeners].map(([Port, listener]) => listenerOf(arn, Port, listener)),
    );
    if (!ListenerArns.every(arn => all.some(each => each.ListenerArn === arn)))
      throw new AwsError("ListenerNotFound", "One or more listeners not found");
    const found = all.filter(
      each =>
        (LoadBalancerArn === undefined || each.LoadBalancerArn === LoadBalancerArn) &&
        (ListenerArns.length === 0 || ListenerArns.includes(each.ListenerArn ?? "")),
    );
    const { items, NextMarker } = page(found, paging);
    return { Listeners: items, NextMarker };
  },
};

function listenerOf(
  LoadBalancerArn: string,
  Port: number,
  { arn, targetGroupArn: TargetGroupArn }: RunningListener,
): Listener {
  const TargetGroups = [{ TargetGroupArn, Weight: 1 }];
  const ForwardConfig = { TargetGroups, TargetGroupStickinessConfig: { Enabled: false } };
  return {
    ListenerArn: arn,
    LoadBalancerArn,
    Port,
    Protocol: "HTTP",
    DefaultActions: [{ Type: "forward", TargetGroupArn, ForwardConfig }],
  };
}
