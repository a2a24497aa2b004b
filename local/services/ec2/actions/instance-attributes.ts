/**
 * What of an instance is changed and read one by one. Sources: EC2 API Reference, "ModifyInstanceAttribute",
 * "DescribeInstanceAttribute", "ModifyInstanceMetadataOptions", "ModifyInstanceCreditSpecification" and the like.
 */
import { computeRefusals as refusals } from "../compute-refusals";
import type { Ec2 } from "../ec2";
import { isEnding, type Instance } from "../instance-records";
import { metadataOptionsOf, userDataOf } from "../instance-settings";
import { instanceTypeNamed, instanceTypes } from "../instance-types";
import { networkRefusals } from "../network-refusals";
import { rootDevice } from "../volumes";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { descriptionOf, metadataOptionsDescription } from "./instance-description";
import { instanceNamed, instancesNamed } from "./instance-names";
import { groupsFor } from "./security-group-names";
import { oneAttribute, required } from "./validation";

export const instanceAttributeActions = {
  ModifyInstanceAttribute: {
    parameters: [
      "InstanceId",
      "InstanceType",
      "Groups",
      "DisableApiTermination",
      "DisableApiStop",
      "Attribute",
      "Value",
      "DryRun",
    ],
    inert: ["UserData", "SourceDestCheck", "EbsOptimized", "InstanceInitiatedShutdownBehavior"],
    handle(context, { InstanceId, DryRun, Attribute, Value, ...input }) {
      const instance = instanceNamed(context, InstanceId);
      if (isEnding(instance)) throw refusals.isTerminated(instance.specification.instanceId);
      const given = {
        InstanceType: input.InstanceType,
        Groups: input.Groups,
        DisableApiTermination: input.DisableApiTermination,
        DisableApiStop: input.DisableApiStop,
        UserData: input.UserData,
        SourceDestCheck: input.SourceDestCheck,
        EbsOptimized: input.EbsOptimized,
        InstanceInitiatedShutdownBehavior: input.InstanceInitiatedShutdownBehavior,
        ...(Attribute !== undefined && byName(Attribute, Value)),
      };
      const change = changeOf(context.ec2, instance, oneAttribute<Attributes>(given));
      assertNoDryRun({ DryRun });
      change();
      return {};
    },
  },

  DescribeInstanceAttribute: {
    parameters: ["InstanceId", "Attribute", "DryRun"],
    handle(context, input) {
      const instance = instanceNamed(context, input.InstanceId);
      const { Attribute = "" } = input;
      const { settings, specification } = instance;
      const described = descriptionOf(context, instance);
      const { userData } = settings;
      const attributes = {
        blockDeviceMapping: { BlockDeviceMappings: described.BlockDeviceMappings },
        disableApiStop: { DisableApiStop: { Value: settings.disableApiStop } },
        disableApiTermination: { DisableApiTermination: { Value: settings.disableApiTermination } },
        ebsOptimized: { EbsOptimized: { Value: settings.ebsOptimized } },
        enaSupport: { EnaSupport: { Value: true } },
        enclaveOptions: { EnclaveOptions: { Enabled: settings.enclave } },
        groupSet: { Groups: described.SecurityGroups },
        instanceInitiatedShutdownBehavior: {
          InstanceInitiatedShutdownBehavior: { Value: settings.shutdownBehavior },
        },
        instanceType: { InstanceType: { Value: specification.instanceType } },
        kernel: { KernelId: {} },
        productCodes: { ProductCodes: [] },
        ramdisk: { RamdiskId: {} },
        rootDeviceName: { RootDeviceName: { Value: rootDevice } },
        sourceDestCheck: { SourceDestCheck: { Value: described.SourceDestCheck } },
        sriovNetSupport: { SriovNetSupport: { Value: "simple" } },
        userData: { UserData: userData === undefined ? {} : { Value: userData } },
      };
      if (!Object.hasOwn(attributes, Attribute)) throw networkRefusals.unknownAttribute(Attribute);
      assertNoDryRun(input);
      return {
        InstanceId: specification.instanceId,
        ...attributes[Attribute as keyof typeof attributes],
      };
    },
  },

  ModifyInstanceMetadataOptions: {
    parameters: ["InstanceId", "HttpTokens", "HttpEndpoint", "DryRun"],
    inert: ["HttpPutResponseHopLimit", "HttpProtocolIpv6", "InstanceMetadataTags"],
    handle(context, input) {
      const { specification, settings, state } = instanceNamed(context, input.InstanceId);
      if (isEnding({ state })) throw refusals.isTerminated(specification.instanceId);
      const options = metadataOptionsOf(input, settings.metadataOptions);
      assertNoDryRun(input);
      settings.metadataOptions = options;
      return {
        InstanceId: specification.instanceId,
        InstanceMetadataOptions: { ...metadataOptionsDescription(options), State: "pending" },
      };
    },
  },

  ModifyInstanceCreditSpecification: {
    parameters: ["ClientToken", "DryRun", "InstanceCreditSpecifications.InstanceId"],
    inert: ["InstanceCreditSpecifications.CpuCredits"],
    handle(context, input) {
      const requests = required(input.InstanceCreditSpecifications, "InstanceCreditSpecification");
      const changes = requests.map(({ InstanceId, CpuCredits }) => {
        if (CpuCredits !== "standard" && CpuCredits !== "unlimited")
          throw networkRefusals.invalidEnum("CpuCredits", CpuCredits ?? "");
        const instance = instanceNamed(context, InstanceId);
        const { instanceType } = instance.specification;
        if (!instanceTypes.get(instanceType)?.burstable) throw refusals.credits(instanceType);
        return { instance, cpuCredits: CpuCredits };
      });
      assertNoDryRun(input);
      for (const { instance, cpuCredits } of changes) instance.settings.cpuCredits = cpuCredits;
      return {
        SuccessfulInstanceCreditSpecifications: changes.map(({ instance }) => ({
          InstanceId: instance.specification.instanceId,
        })),
        UnsuccessfulInstanceCreditSpecifications: [],
      };
    },
  },

  DescribeInstanceCreditSpecifications: {
    parameters: ["InstanceIds", ...pageParameters],
    handle(context, input) {
      const { ec2, now } = context;
      assertNoDryRun(input);
      const instances = input.InstanceIds?.length
        ? instancesNamed(context, input.InstanceIds)
        : // Without ids, those with unlimited credits only.
          ec2.instances.records.visible(now()).filter(each => creditsOf(each) === "unlimited");
      const described = instances.flatMap(instance => {
        const CpuCredits = creditsOf(instance);
        return CpuCredits === undefined
          ? []
          : [{ InstanceId: instance.specification.instanceId, CpuCredits }];
      });
      const { page, NextToken } = describe(described, creditKind, input);
      return { InstanceCreditSpecifications: page, NextToken };
    },
  },

  GetInstanceUefiData: {
    parameters: ["InstanceId", "DryRun"],
    handle(context, input) {
      // An instance has UEFI data only if its image was registered with some, which the region's are not.
      throw refusals.noUefiData(instanceNamed(context, input.InstanceId).specification.instanceId);
    },
  },
} satisfies Partial<Ec2Actions>;

/** Its credit option; undefined if its type has none. T2 is standard by default, later types are unlimited. */
function creditsOf({ specification: { instanceType }, settings }: Instance): string | undefined {
  if (!instanceTypes.get(instanceType)?.burstable) return undefined;
  return settings.cpuCredits ?? (instanceType.startsWith("t2.") ? "standard" : "unlimited");
}

interface Attributes {
  InstanceType?: { Value?: string };
  Groups?: string[];
  DisableApiTermination?: { Value?: boolean };
  DisableApiStop?: { Value?: boolean };
  UserData?: { Value?: Uint8Array };
  SourceDestCheck?: { Value?: boolean };
  EbsOptimized?: { Value?: boolean };
  InstanceInitiatedShutdownBehavior?: { Value?: string };
}

/** An attribute given by its name and value, the older way. */
function byName(name: string, value = ""): Attributes {
  const attributes: Record<string, Attributes> = {
    instanceType: { InstanceType: { Value: value } },
    disableApiTermination: { DisableApiTermination: { Value: value === "true" } },
    disableApiStop: { DisableApiStop: { Value: value === "true" } },
    sourceDestCheck: { SourceDestCheck: { Value: value === "true" } },
    ebsOptimized: { EbsOptimized: { Value: value === "true" } },
    instanceInitiatedShutdownBehavior: { InstanceInitiatedShutdownBehavior: { Value: value } },
    userData: { UserData: { Value: Buffer.from(value, "base64") } },
  };
  const found = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (!found) throw networkRefusals.unknownAttribute(name);
  return found;
}

/** What makes the change, once all of it has been checked. */
function changeOf(
  { vpc, interfaces }: Ec2,
  { specification, settings, state, interfaceId }: Instance,
  [name, value]: ReturnType<typeof oneAttribute<Attributes>>,
): () => void {
  const whileStopped = () => {
    if (state !== "stopped") throw refusals.notStopped(specification.instanceId);
  };
  switch (name) {
    case "InstanceType": {
      whileStopped();
      const type = instanceTypeNamed(value.Value);
      const before = instanceTypes.get(specification.instanceType)?.architecture ?? type.architecture;
      if (type.architecture !== before) throw refusals.architecture(type.architecture, before);
      return () => (specification.instanceType = type.name);
    }
    case "Groups": {
      const groupIds = groupsFor(vpc, specification.subnetId, value);
      return () => (interfaces.get(interfaceId).groupIds = groupIds);
    }
    case "DisableApiTermination":
      return () => (settings.disableApiTermination = value.Value ?? false);
    case "DisableApiStop":
      return () => (settings.disableApiStop = value.Value ?? false);
    case "UserData": {
      whileStopped();
      const userData = userDataOf(Buffer.from(value.Value ?? []).toString("base64"));
      return () => (settings.userData = userData);
    }
    case "SourceDestCheck":
      return () => (interfaces.get(interfaceId).sourceDestCheck = value.Value ?? true);
    case "EbsOptimized":
      whileStopped();
      return () => (settings.ebsOptimized = value.Value ?? false);
    case "InstanceInitiatedShutdownBehavior": {
      const { Value: behavior = "" } = value;
      if (behavior !== "stop" && behavior !== "terminate")
        throw networkRefusals.invalidEnum("instanceInitiatedShutdownBehavior", behavior);
      return () => (settings.shutdownBehavior = behavior);
    }
  }
}

const creditKind: ResourceKind<{ InstanceId: string; CpuCredits: string; Tags?: never[] }> = {
  type: "instance",
  idOf: each => each.InstanceId,
  filterable: { "instance-id": each => each.InstanceId },
};
