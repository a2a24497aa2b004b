/**
 * Instances between their states. Sources: EC2 API Reference, "StartInstances", "StopInstances", "RebootInstances",
 * "TerminateInstances", "MonitorInstances"; EC2 User Guide, "Amazon EC2 instance state changes".
 */
import type { InstanceStateChange } from "@aws-sdk/client-ec2";
import { computeRefusals as refusals } from "../compute-refusals";
import { isEnding, type Instance } from "../instance-records";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun } from "./describe";
import { stateOf } from "./instance-description";
import { instancesNamed } from "./instance-names";

export const instanceStateActions = {
  StartInstances: {
    parameters: ["InstanceIds", "DryRun"],
    handle(context, input) {
      const { ec2, report } = context;
      const instances = instancesNamed(context, input.InstanceIds);
      for (const { state, specification } of instances)
        if (state === "stopping" || isEnding({ state }))
          throw refusals.notInState(specification.instanceId, "started");
      const stopped = instances.filter(({ state }) => state === "stopped");
      const publicAddresses = stopped.filter(({ specification }) => specification.publicAddress).length;
      if (publicAddresses > ec2.interfaces.availablePublic)
        throw refusals.noFreeAddresses(
          stopped[0]?.specification.subnetId ?? "",
          ec2.interfaces.availablePublic,
        );
      assertNoDryRun(input);
      return {
        StartingInstances: changed(instances, instance => {
          if (instance.state !== "stopped") return;
          reportFailure(report, "start", instance, ec2.instances.start(instance));
        }),
      };
    },
  },

  StopInstances: {
    parameters: ["InstanceIds", "DryRun", "Hibernate"],
    // Processes get the time to end that a unit of systemd has; there is no operating system to shut down.
    inert: ["Force", "SkipOsShutdown"],
    handle(context, input) {
      const instances = instancesNamed(context, input.InstanceIds);
      if (input.Hibernate) throw refusals.cannotHibernate();
      for (const { state, specification, settings } of instances) {
        const id = specification.instanceId;
        if (state === "pending") throw refusals.neverRan(id);
        if (isEnding({ state })) throw refusals.notInState(id, "stopped");
        if (settings.disableApiStop) throw refusals.protectedFrom(id, "stopped");
      }
      assertNoDryRun(input);
      return {
        StoppingInstances: changed(instances, instance => {
          if (instance.state === "running") context.ec2.instances.stop(instance);
        }),
      };
    },
  },

  RebootInstances: {
    parameters: ["InstanceIds", "DryRun"],
    handle(context, input) {
      const { ec2, report } = context;
      const instances = instancesNamed(context, input.InstanceIds);
      assertNoDryRun(input);
      for (const instance of instances)
        reportFailure(report, "reboot", instance, ec2.instances.reboot(instance));
      return {};
    },
  },

  TerminateInstances: {
    parameters: ["InstanceIds", "DryRun"],
    // Those of StopInstances, and a volume or interface is always deleted along with its instance.
    inert: ["Force", "SkipOsShutdown"],
    handle(context, input) {
      const { ec2, report } = context;
      const instances = instancesNamed(context, input.InstanceIds);
      for (const { specification, settings } of instances)
        if (settings.disableApiTermination)
          throw refusals.protectedFrom(specification.instanceId, "terminated");
      assertNoDryRun(input);
      return {
        TerminatingInstances: changed(instances, instance => {
          const { instanceId, name } = instance.specification;
          // Nothing else reports the termination of a host that is in no target group or Auto Scaling group.
          if (!isEnding(instance)) report(`${name} (${instanceId}) terminated at a user's request`);
          // EC2 responds while the instance is still shutting down.
          reportFailure(report, "terminate", instance, ec2.instances.terminate(instanceId));
        }),
      };
    },
  },

  MonitorInstances: {
    parameters: ["InstanceIds", "DryRun"],
    handle: (context, input) => ({ InstanceMonitorings: monitor(context, input, true) }),
  },

  UnmonitorInstances: {
    parameters: ["InstanceIds", "DryRun"],
    handle: (context, input) => ({ InstanceMonitorings: monitor(context, input, false) }),
  },
} satisfies Partial<Ec2Actions>;

/** Each instance's state before and after a change. */
function changed(
  instances: readonly Instance[],
  change: (instance: Instance) => void,
): InstanceStateChange[] {
  return instances.map(instance => {
    const PreviousState = stateOf(instance.state);
    change(instance);
    const InstanceId = instance.specification.instanceId;
    return { InstanceId, PreviousState, CurrentState: stateOf(instance.state) };
  });
}

/** Reports the failure of what goes on after the response. */
function reportFailure(
  report: Ec2ActionContext["report"],
  what: string,
  { specification: { instanceId } }: Instance,
  done: Promise<void>,
): void {
  done.catch((error: unknown) => {
    report(`failed to ${what} ${instanceId}: ${(error as Error).message}`);
  });
}

function monitor(
  context: Ec2ActionContext,
  input: { InstanceIds?: string[]; DryRun?: boolean },
  detailed: boolean,
) {
  const instances = instancesNamed(context, input.InstanceIds);
  assertNoDryRun(input);
  return instances.map(({ specification }) => {
    specification.detailedMonitoring = detailed;
    const State = detailed ? ("pending" as const) : ("disabling" as const);
    return { InstanceId: specification.instanceId, Monitoring: { State } };
  });
}
