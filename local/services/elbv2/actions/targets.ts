/** Targets. Sources: ELB API Reference, each action by its name. */
import { find } from "../arns";
import type { Elbv2 } from "../elbv2";
import { refusals } from "../refusals";
import type { TargetId } from "../registration";
import { assertPort } from "../validation";
import type { Elbv2Actions } from "./context";

export const targetActions = {
  RegisterTargets: {
    parameters: ["TargetGroupArn", "Targets.Id", "Targets.Port"],
    handle({ elbv2 }, { TargetGroupArn, Targets = [] }) {
      const { group, vpcId } = find(elbv2.targetGroups, "target group", TargetGroupArn);
      const targets = targetIds(Targets);
      const addresses = addressesOf(elbv2, targets, vpcId);
      for (const target of targets) group.register({ ...target, address: addresses.get(target.id) ?? "" });
      return {};
    },
  },

  /** Returns at once; the targets then drain. */
  DeregisterTargets: {
    parameters: ["TargetGroupArn", "Targets.Id", "Targets.Port"],
    handle({ elbv2 }, { TargetGroupArn, Targets = [] }) {
      const { group } = find(elbv2.targetGroups, "target group", TargetGroupArn);
      for (const target of targetIds(Targets)) void group.deregister(target);
      return {};
    },
  },

  DescribeTargetHealth: {
    parameters: ["TargetGroupArn", "Targets.Id", "Targets.Port"],
    handle({ elbv2 }, { TargetGroupArn, Targets = [] }) {
      const { group } = find(elbv2.targetGroups, "target group", TargetGroupArn);
      const described = group.describe(Targets.length > 0 ? targetIds(Targets) : undefined);
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
  },
} satisfies Partial<Elbv2Actions>;

function targetIds(targets: readonly { Id?: string; Port?: number }[]): TargetId[] {
  if (targets.length === 0) throw refusals.noTargets();
  return targets.map(({ Id: id = "", Port: port }) => {
    if (port !== undefined) assertPort("Target port", port);
    return { id, ...(port !== undefined && { port }) };
  });
}

/** @throws AwsError unless all are running instances in the VPC */
function addressesOf({ context }: Elbv2, targets: readonly TargetId[], vpcId: string): Map<string, string> {
  const { instance, instanceExists, vpc } = context;
  const ids = [...new Set(targets.map(({ id }) => id))];
  const refused = (refuse: (id: string) => boolean) => ids.filter(refuse).join(", ");
  const unknown = refused(id => !instanceExists(id));
  if (unknown !== "") throw refusals.targetsNotFound(unknown);
  const idle = refused(id => !instance(id));
  if (idle !== "") throw refusals.targetsNotRunning(idle);
  const elsewhere = refused(id => vpc.subnets.get(instance(id)?.subnetId ?? "")?.vpcId !== vpcId);
  if (elsewhere !== "") throw refusals.targetsInOtherVpc(elsewhere, vpcId);
  return new Map(ids.map(id => [id, instance(id)?.privateIpAddress ?? ""]));
}
