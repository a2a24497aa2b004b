/** Source: EC2 API Reference, "RunInstances". */
import { unsupportedParameterOf } from "../../../api/parameters";
import { ec2Faults } from "../../../api/protocols/faults";
import { resourceId } from "../../../identifiers";
import { computeRefusals as refusals } from "../compute-refusals";
import type { Ec2 } from "../ec2";
import type { Instance } from "../instance-records";
import {
  keptLaunchParameters,
  launchParameters,
  planLaunch,
  withOverrides,
  type LaunchPlan,
} from "../launch-request";
import { dataOf } from "../launch-template";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun } from "./describe";
import { descriptionOf, reservationsOf } from "./instance-description";
import { templateNamed } from "./launch-template-names";
import { required } from "./validation";

export const runInstancesActions = {
  RunInstances: {
    parameters: [
      "MinCount",
      "MaxCount",
      "SubnetId",
      "LaunchTemplate",
      "ClientToken",
      "DryRun",
      ...launchParameters,
    ],
    inert: [...keptLaunchParameters],
    handle(context, input) {
      const { MinCount, MaxCount, LaunchTemplate, ClientToken, DryRun, ...request } = input;
      const count = countOf(MinCount, MaxCount);
      const data = LaunchTemplate ? templateData(context.ec2, LaunchTemplate) : {};
      const plan = planLaunch(context, withOverrides(data, request));
      const launchable = Math.min(count.max, freeAddresses(context.ec2, plan));
      if (launchable < count.min) throw refusals.noFreeAddresses(plan.subnetId, launchable);
      assertNoDryRun({ DryRun });
      const [reservation = {}] = reservationsOf(
        launchAll(context, plan, launchable, ClientToken).map(instance => descriptionOf(context, instance)),
      );
      return reservation;
    },
  },
} satisfies Partial<Ec2Actions>;

interface Count {
  min: number;
  max: number;
}

function countOf(min: number | undefined, max: number | undefined): Count {
  const count = { min: required(min, "MinCount"), max: required(max, "MaxCount") };
  if (count.min < 1) throw refusals.instanceCount("minCount", count.min);
  if (count.max < 1) throw refusals.instanceCount("maxCount", count.max);
  if (count.min > count.max) throw refusals.instanceCounts(count.min, count.max);
  return count;
}

/** The data of the template that a launch names; its version is the default one unless it says otherwise. */
function templateData(
  ec2: Ec2,
  specification: { LaunchTemplateId?: string; LaunchTemplateName?: string; Version?: string },
) {
  const { id } = templateNamed(ec2.launchTemplates, specification);
  const data = dataOf(ec2.launchTemplates, { id, version: specification.Version ?? "$Default" });
  const unsupported = unsupportedParameterOf(
    "RunInstances by a launch template",
    { parameters: launchParameters, inert: keptLaunchParameters },
    data,
  );
  if (unsupported !== undefined) throw ec2Faults.unsupported(unsupported);
  return data;
}

/** How many instances there are addresses for. */
function freeAddresses({ interfaces }: Ec2, { subnetId, publicAddress }: LaunchPlan): number {
  const available = interfaces.availableIn(subnetId) ?? 0;
  return publicAddress ? Math.min(available, interfaces.availablePublic) : available;
}

function launchAll(
  { ec2, report }: Ec2ActionContext,
  plan: LaunchPlan,
  count: number,
  clientToken: string | undefined,
): Instance[] {
  const reservationId = resourceId("r");
  return Array.from({ length: count }, (_, launchIndex) => {
    const instanceId = resourceId("i");
    const name = plan.tags["Name"] ?? "instance";
    const { instance, booted } = ec2.instances.begin({
      ...plan,
      instanceId,
      name,
      reservationId,
      launchIndex,
      clientToken,
    });
    booted.catch((error: unknown) => {
      // Otherwise a user has stopped or terminated it.
      if (instance.stateReason?.requestedAt === undefined)
        report(`failed to launch ${instanceId}: ${(error as Error).message}`);
    });
    return instance;
  });
}
