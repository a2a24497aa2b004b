/** Instance profiles of running instances. Source: EC2 API Reference, "AssociateIamInstanceProfile" and the like. */
import type { IamInstanceProfileAssociation } from "@aws-sdk/client-ec2";
import { resourceId } from "../../../identifiers";
import { computeRefusals as refusals } from "../compute-refusals";
import { isEnding, type Instance } from "../instance-records";
import { profileNamed } from "../launch-request";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { describe, type ResourceKind } from "./describe";
import { profileOf } from "./instance-description";
import { instanceNamed } from "./instance-names";

export const instanceProfileActions = {
  AssociateIamInstanceProfile: {
    parameters: ["InstanceId", "IamInstanceProfile"],
    handle(context, input) {
      const instance = instanceNamed(context, input.InstanceId);
      const profileName = profileGiven(context, input.IamInstanceProfile);
      const { instanceId } = instance.specification;
      if (isEnding(instance)) throw refusals.isTerminated(instanceId);
      if (instance.profileAssociation) throw refusals.profileAssociated(instanceId);
      associate(context, instance, profileName);
      return { IamInstanceProfileAssociation: { ...associationOf(context, instance), State: "associating" } };
    },
  },

  ReplaceIamInstanceProfileAssociation: {
    parameters: ["AssociationId", "IamInstanceProfile"],
    handle(context, input) {
      const instance = associatedBy(context, input.AssociationId);
      associate(context, instance, profileGiven(context, input.IamInstanceProfile));
      return { IamInstanceProfileAssociation: { ...associationOf(context, instance), State: "associating" } };
    },
  },

  DisassociateIamInstanceProfile: {
    parameters: ["AssociationId"],
    handle(context, input) {
      const instance = associatedBy(context, input.AssociationId);
      const association = associationOf(context, instance);
      delete instance.profileAssociation;
      return { IamInstanceProfileAssociation: { ...association, State: "disassociating" } };
    },
  },

  DescribeIamInstanceProfileAssociations: {
    parameters: ["AssociationIds", "Filters", "MaxResults", "NextToken"],
    handle(context, input) {
      const associations = associated(context).map(instance => associationOf(context, instance));
      const { page, NextToken } = describe(associations, kind, { ids: input.AssociationIds, ...input });
      return { IamInstanceProfileAssociations: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

function profileGiven(
  { instanceProfiles }: Ec2ActionContext,
  specification: { Arn?: string; Name?: string } | undefined,
): string {
  const profile = profileNamed(instanceProfiles, specification);
  if (!profile) throw refusals.profileUnnamed();
  return profile.name;
}

/** Gives the instance the profile, by a new association; its metadata serves it from now on. */
function associate({ now }: Ec2ActionContext, instance: Instance, profileName: string): void {
  instance.profileAssociation = { id: resourceId("iip-assoc"), profileName, at: now() };
}

/** Instances that have a profile. */
function associated({ ec2, now }: Ec2ActionContext): Instance[] {
  return ec2.instances.records
    .visible(now())
    .filter(instance => instance.profileAssociation && !isEnding(instance));
}

function associatedBy(context: Ec2ActionContext, id = ""): Instance {
  const found = associated(context).find(({ profileAssociation }) => profileAssociation?.id === id);
  if (!found) throw refusals.profileAssociation(id);
  return found;
}

function associationOf(context: Ec2ActionContext, instance: Instance): IamInstanceProfileAssociation {
  const { id, at } = instance.profileAssociation ?? {};
  return {
    AssociationId: id,
    IamInstanceProfile: profileOf(context, instance),
    InstanceId: instance.specification.instanceId,
    State: "associated",
    ...(at !== undefined && { Timestamp: context.wallClock.show(at) }),
  };
}

const kind: ResourceKind<IamInstanceProfileAssociation & { Tags?: never[] }> = {
  type: "instance",
  idOf: association => association.AssociationId,
  notFound: ([id = ""]) => refusals.profileAssociation(id),
  filterable: {
    "instance-id": association => association.InstanceId,
    state: association => association.State,
  },
};
