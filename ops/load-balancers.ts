/** Load balancers by their DNS names, as the stack's outputs have them. */
import type { ElasticLoadBalancingV2, LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";

/** @throws if there is none */
export async function loadBalancerNamed(
  client: ElasticLoadBalancingV2,
  dnsName: string,
): Promise<LoadBalancer> {
  const { paginateDescribeLoadBalancers } = await import("@aws-sdk/client-elastic-load-balancing-v2");
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {})) {
    const found = LoadBalancers.find(({ DNSName }) => DNSName === dnsName);
    if (found) return found;
  }
  throw new Error(`there is no load balancer ${dnsName}`);
}

/** Each target's state, and the reason for it if there is one, by instance; none if no listener forwards to any. */
export async function targetHealth(
  client: ElasticLoadBalancingV2,
  dnsName: string,
): Promise<Map<string, string>> {
  const { LoadBalancerArn } = await loadBalancerNamed(client, dnsName);
  const { TargetGroups = [] } = await client.describeTargetGroups({ LoadBalancerArn });
  const described = await Promise.all(
    TargetGroups.map(({ TargetGroupArn }) => client.describeTargetHealth({ TargetGroupArn })),
  );
  return new Map(
    described
      .flatMap(({ TargetHealthDescriptions = [] }) => TargetHealthDescriptions)
      .map(({ Target, TargetHealth }) => [
        Target?.Id ?? "",
        [TargetHealth?.State, TargetHealth?.Reason].filter(text => text !== undefined).join(": "),
      ]),
  );
}
