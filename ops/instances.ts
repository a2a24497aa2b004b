/** The instances of a deployment, as AWS describes them: its hosts, and those of the fleet. */
import type { TargetHealthDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Deployment } from "./deployment";

export interface Instance {
  /** Of a host; an instance of the fleet shares its name with others. */
  name: string;
  instanceId: string;
  /** The service that it runs. */
  service: string;
  privateIp?: string;
  publicIp?: string;
  zone: string;
  /** As a target of its load balancer, or else by its status checks. */
  health: string;
  launched: Date;
}

export async function describeInstances(deployment: Deployment): Promise<Instance[]> {
  const { EC2 } = await import("@aws-sdk/client-ec2");
  const ec2 = new EC2(deployment.aws);
  const fleet = await idsOfFleet(deployment);
  const ids = [...Object.values(deployment.outputs.hosts).map(({ instanceId }) => instanceId), ...fleet];
  const [{ Reservations = [] }, { InstanceStatuses = [] }, targets] = await Promise.all([
    ec2.describeInstances({ InstanceIds: ids }),
    ec2.describeInstanceStatus({ InstanceIds: ids, IncludeAllInstances: true }),
    targetHealth(deployment),
  ]);
  const statuses = new Map(
    InstanceStatuses.map(({ InstanceId, InstanceStatus }) => [InstanceId, InstanceStatus]),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .map(({ InstanceId: instanceId = "", State, Tags = [], Placement, LaunchTime, ...addresses }) => {
      const tag = (key: string) => Tags.find(({ Key }) => Key === key)?.Value ?? "";
      const state = State?.Name ?? "";
      const checks = `status ${statuses.get(instanceId)?.Status ?? "unknown"}`;
      return {
        name: tag("Name"),
        instanceId,
        service: tag("part"),
        privateIp: addresses.PrivateIpAddress,
        publicIp: addresses.PublicIpAddress,
        zone: Placement?.AvailabilityZone ?? "",
        health: state === "running" ? (targets.get(instanceId) ?? checks) : state,
        launched: LaunchTime ?? new Date(NaN),
      };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.launched.getTime() - b.launched.getTime());
}

async function idsOfFleet({ aws, outputs }: Deployment): Promise<string[]> {
  const { AutoScaling } = await import("@aws-sdk/client-auto-scaling");
  const names = { AutoScalingGroupNames: [outputs.autoScalingGroupName] };
  const { AutoScalingGroups = [] } = await new AutoScaling(aws).describeAutoScalingGroups(names);
  return AutoScalingGroups.flatMap(({ Instances = [] }) => Instances).map(
    ({ InstanceId = "" }) => InstanceId,
  );
}

/** By instance, of both load balancers' targets. */
async function targetHealth({ aws, outputs }: Deployment): Promise<Map<string, string>> {
  const { ElasticLoadBalancingV2, paginateDescribeLoadBalancers } =
    await import("@aws-sdk/client-elastic-load-balancing-v2");
  const client = new ElasticLoadBalancingV2(aws);
  const names = [outputs.receiverLoadBalancerDns, outputs.fleetLoadBalancerDns];
  const described: TargetHealthDescription[] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {})) {
    for (const { LoadBalancerArn } of LoadBalancers.filter(({ DNSName = "" }) => names.includes(DNSName))) {
      const { TargetGroups = [] } = await client.describeTargetGroups({ LoadBalancerArn });
      for (const { TargetGroupArn } of TargetGroups) {
        const { TargetHealthDescriptions = [] } = await client.describeTargetHealth({ TargetGroupArn });
        described.push(...TargetHealthDescriptions);
      }
    }
  }
  return new Map(
    described.map(({ Target, TargetHealth }) => [
      Target?.Id ?? "",
      [TargetHealth?.State, TargetHealth?.Reason].filter(text => text !== undefined).join(": "),
    ]),
  );
}
