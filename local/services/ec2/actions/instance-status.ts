/** Source: EC2 API Reference, "DescribeInstanceStatus"; EC2 User Guide, "Status checks for Amazon EC2 instances". */
import type { InstanceStatus, SummaryStatus } from "@aws-sdk/client-ec2";
import type { Instance } from "../instance-records";
import { zoneId } from "../zones";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertExist, assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { stateOf } from "./instance-description";

/** Region milliseconds that an instance's checks take after it has booted. */
const checksTime = 5_000;

export const instanceStatusActions = {
  DescribeInstanceStatus: {
    parameters: ["InstanceIds", "IncludeAllInstances", ...pageParameters],
    handle(context, input) {
      assertNoDryRun(input);
      const instances = context.ec2.instances.records.visible(context.now());
      const idOf = ({ specification }: Instance) => specification.instanceId;
      assertExist(instances, { type: "instance", idOf }, input.InstanceIds ?? []);
      const described = instances
        .filter(({ state }) => state === "running" || input.IncludeAllInstances)
        .filter(each => !input.InstanceIds?.length || input.InstanceIds.includes(idOf(each)))
        .map(instance => statusOf(context, instance));
      const { page, NextToken } = describe(described, kind, input);
      return { InstanceStatuses: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

function statusOf({ ec2, now }: Ec2ActionContext, instance: Instance): InstanceStatus {
  const { specification, state, runningAt = Infinity } = instance;
  const zone = ec2.vpc.subnets.get(specification.subnetId)?.availabilityZone ?? "";
  const hasPassed = now() >= runningAt + checksTime;
  const Status: SummaryStatus = state !== "running" ? "not-applicable" : hasPassed ? "ok" : "initializing";
  const details = hasPassed ? ("passed" as const) : ("initializing" as const);
  const summary = {
    Status,
    Details: state === "running" ? [{ Name: "reachability" as const, Status: details }] : [],
  };
  return {
    AttachedEbsStatus: summary,
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneId(zone),
    Events: [],
    InstanceId: specification.instanceId,
    InstanceState: stateOf(state),
    InstanceStatus: summary,
    Operator: { Managed: false },
    SystemStatus: summary,
  };
}

const kind: ResourceKind<InstanceStatus & { Tags?: never[] }> = {
  type: "instance",
  idOf: status => status.InstanceId,
  filterable: {
    "attached-ebs-status.status": status => status.AttachedEbsStatus?.Status,
    "availability-zone": status => status.AvailabilityZone,
    "availability-zone-id": status => status.AvailabilityZoneId,
    "event.code": () => [],
    "instance-state-code": status => status.InstanceState?.Code,
    "instance-state-name": status => status.InstanceState?.Name,
    "instance-status.reachability": status => status.InstanceStatus?.Details?.map(each => each.Status),
    "instance-status.status": status => status.InstanceStatus?.Status,
    "system-status.reachability": status => status.SystemStatus?.Details?.map(each => each.Status),
    "system-status.status": status => status.SystemStatus?.Status,
  },
};
