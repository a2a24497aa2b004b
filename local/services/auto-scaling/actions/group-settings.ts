/** Checks the parameters that CreateAutoScalingGroup and UpdateAutoScalingGroup share, and turns them into settings. */
import type {
  CreateAutoScalingGroupType,
  LaunchTemplateSpecification,
  UpdateAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import type { GroupLaunchTemplate } from "../instance-launcher";
import { refusals } from "../refusals";
import { capacityDistributionStrategies, type GroupSettings, type InertSettings } from "../settings";
import { terminationPolicies, type TerminationPolicy } from "../termination-policy";
import { assertInRange, oneOf } from "./common";
import type { AutoScalingActionContext } from "./context";

type Input = Partial<CreateAutoScalingGroupType> & UpdateAutoScalingGroupType;

export const sharedParameters = [
  "AutoScalingGroupName",
  "LaunchTemplate",
  "MinSize",
  "MaxSize",
  "DesiredCapacity",
  "DefaultCooldown",
  "AvailabilityZones",
  "VPCZoneIdentifier",
  "HealthCheckType",
  "HealthCheckGracePeriod",
  "TerminationPolicies",
  "NewInstancesProtectedFromScaleIn",
  "DefaultInstanceWarmup",
] as const;

export const sharedInert = [
  "AvailabilityZoneDistribution.CapacityDistributionStrategy",
  "CapacityRebalance",
  "Context",
  "ServiceLinkedRoleARN",
] as const;

/** In seconds; DefaultInstanceWarmup has -1 for none. */
const longest = 2 ** 31 - 1;

/** The settings that the parameters give; those left out are left out. */
export function settingsFrom(context: AutoScalingActionContext, input: Input): Partial<GroupSettings> {
  for (const name of [
    "MinSize",
    "MaxSize",
    "DesiredCapacity",
    "DefaultCooldown",
    "HealthCheckGracePeriod",
  ] as const)
    assertInRange(input[name], name, [0, longest]);
  assertInRange(input.DefaultInstanceWarmup, "DefaultInstanceWarmup", [-1, longest]);
  const { LaunchTemplate, DefaultInstanceWarmup: warmup } = input;
  const settings: Partial<GroupSettings> = {
    launchTemplate: LaunchTemplate && launchTemplateFrom(context, LaunchTemplate),
    ...placementFrom(context, input),
    minSize: input.MinSize,
    maxSize: input.MaxSize,
    defaultCooldown: input.DefaultCooldown,
    healthCheckType: oneOf(input.HealthCheckType, ["EC2", "ELB"], refusals.healthCheckType),
    healthCheckGracePeriodSeconds: input.HealthCheckGracePeriod,
    newInstancesProtectedFromScaleIn: input.NewInstancesProtectedFromScaleIn,
    terminationPolicies: terminationPoliciesFrom(input.TerminationPolicies),
  };
  return {
    ...withoutUndefined(settings),
    ...(warmup !== undefined && { warmupSeconds: warmup === -1 ? undefined : warmup }),
  };
}

/** The launch template by its id or name; "$Default" unless a version is named. */
export function launchTemplateFrom(
  { autoScaling, launchTemplateIdOf }: AutoScalingActionContext,
  { LaunchTemplateId: givenId, LaunchTemplateName: name, Version = "$Default" }: LaunchTemplateSpecification,
): GroupLaunchTemplate {
  if ((givenId === undefined) === (name === undefined)) throw refusals.launchTemplateIdOrName();
  const id = givenId ?? launchTemplateIdOf(name ?? "");
  if (id === undefined)
    throw refusals.launchTemplate(
      `The specified launch template, with template name ${name ?? ""}, does not exist.`,
    );
  const template = { id, version: versionFrom(Version) };
  autoScaling.assertLaunchTemplate(template);
  return template;
}

function versionFrom(version: string): GroupLaunchTemplate["version"] {
  if (version === "$Latest" || version === "$Default") return version;
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version);
  throw refusals.launchTemplateVersion();
}

/** Subnets, or the default subnets of zones; both only if they agree. */
function placementFrom(
  { subnet, defaultSubnetOf }: AutoScalingActionContext,
  { VPCZoneIdentifier, AvailabilityZones: zones = [] }: Input,
): Pick<Partial<GroupSettings>, "subnetIds" | "byZones"> {
  const ids = (VPCZoneIdentifier ?? "").split(",").map(id => id.trim());
  const subnetIds = [...new Set(ids.filter(id => id !== ""))];
  if (subnetIds.length === 0) {
    if (zones.length === 0) return {};
    return { subnetIds: zones.map(zone => required(defaultSubnetOf(zone), zone)), byZones: true };
  }
  const subnets = subnetIds.map(id => {
    const found = subnet(id);
    if (!found) throw refusals.unknownSubnet(id);
    return found;
  });
  if (new Set(subnets.map(({ vpcId }) => vpcId)).size > 1) throw refusals.subnetsOfManyVpcs();
  const ofSubnets = new Set(subnets.map(({ availabilityZone }) => availabilityZone));
  const agree = zones.every(zone => ofSubnets.has(zone)) && zones.length === ofSubnets.size;
  if (zones.length > 0 && !agree) throw refusals.zonesDoNotMatch();
  return { subnetIds, byZones: false };
}

function required(subnetId: string | undefined, zone: string): string {
  if (subnetId === undefined) throw refusals.noDefaultSubnet(zone);
  return subnetId;
}

function terminationPoliciesFrom(names: readonly string[] | undefined): TerminationPolicy[] | undefined {
  return names?.flatMap(name => oneOf(name, terminationPolicies, refusals.terminationPolicy) ?? []);
}

/** What is only kept. */
export function inertFrom(input: Input): InertSettings {
  return withoutUndefined({
    serviceLinkedRoleArn: input.ServiceLinkedRoleARN,
    capacityDistributionStrategy: oneOf(
      input.AvailabilityZoneDistribution?.CapacityDistributionStrategy,
      capacityDistributionStrategies,
      refusals.capacityDistribution,
    ),
    capacityRebalance: input.CapacityRebalance,
    context: input.Context,
  });
}

function withoutUndefined<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}
