/** The instances of a deployment, as AWS describes them: its hosts, and those of the fleet. */
import type { Deployment } from "./deployment";
import { targetHealth } from "./load-balancers";

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
    healthOfTargets(deployment),
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

/** Of both load balancers' targets. */
async function healthOfTargets({ aws, outputs }: Deployment): Promise<Map<string, string>> {
  const { ElasticLoadBalancingV2 } = await import("@aws-sdk/client-elastic-load-balancing-v2");
  const client = new ElasticLoadBalancingV2(aws);
  const names = [outputs.receiverLoadBalancerDns, outputs.fleetLoadBalancerDns];
  const healths = await Promise.all(names.map(name => targetHealth(client, name)));
  return new Map(healths.flatMap(health => [...health]));
}
