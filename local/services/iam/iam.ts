/** IAM: roles with their policies, instance profiles, and the credentials of hosts. */
import type {
  CredentialFailure,
  InstanceCredentials,
  InstanceProfile as AttachedProfile,
} from "../../hosts/metadata";
import { accountId, hex } from "../../identifiers";
import { managedPolicy } from "./managed-policies";
import type { PolicyDocument } from "./policy-documents";
import { evaluatePolicies, evaluateTrust } from "./policy-evaluation";
import { refusals } from "./refusals";
import { Sessions, type Session } from "./sessions";
import type { Tags } from "./tags";

/** What a role or an instance profile has. */
interface Entity {
  name: string;
  /** Begins and ends with a slash. */
  path: string;
  arn: string;
  id: string;
  /** Region milliseconds. */
  createdAt: number;
  tags: Tags;
}

export interface Role extends Entity {
  trustPolicy: PolicyDocument;
  description?: string;
  /** In seconds. Credentials of hosts aren't subject to it. */
  maxSessionDuration: number;
  /** By name. */
  inlinePolicies: Map<string, PolicyDocument>;
  /** ARNs of managed policies. */
  attachedPolicies: Set<string>;
}

export interface InstanceProfile extends Entity, AttachedProfile {}

type NewEntity = Pick<Entity, "name" | "path" | "tags">;
type NewRole = NewEntity & Pick<Role, "trustPolicy" | "description" | "maxSessionDuration">;

export class Iam {
  readonly roles = new Map<string, Role>();
  readonly instanceProfiles = new Map<string, InstanceProfile>();
  private readonly sessions = new Sessions();

  /** @param now region milliseconds */
  constructor(private readonly now: () => number) {}

  /** @throws AwsError if there is a role of this name */
  createRole({ description, ...given }: NewRole): Role {
    if (isTaken(this.roles, given.name)) throw refusals.roleExists(given.name);
    const role: Role = {
      ...given,
      ...this.identityOf("role", given),
      ...(description !== undefined && { description }),
      inlinePolicies: new Map(),
      attachedPolicies: new Set(),
    };
    this.roles.set(role.name, role);
    return role;
  }

  /** @throws AwsError if it is unknown, or still has policies or an instance profile */
  deleteRole(name: string): void {
    const { inlinePolicies, attachedPolicies } = this.role(name);
    if (this.profilesOf(name).length > 0) throw refusals.roleInInstanceProfile();
    if (attachedPolicies.size > 0) throw refusals.roleHasAttachedPolicies();
    if (inlinePolicies.size > 0) throw refusals.roleHasInlinePolicies();
    this.roles.delete(name);
  }

  /** @throws AwsError if there is an instance profile of this name */
  createInstanceProfile(given: NewEntity): InstanceProfile {
    if (isTaken(this.instanceProfiles, given.name)) throw refusals.instanceProfileExists(given.name);
    const profile = { ...given, ...this.identityOf("instance-profile", given) };
    this.instanceProfiles.set(profile.name, profile);
    return profile;
  }

  /** Instances that use it lose their credentials. @throws AwsError if it is unknown or has a role */
  deleteInstanceProfile(name: string): void {
    if (this.instanceProfile(name).roleName !== undefined) throw refusals.instanceProfileHasRole();
    this.instanceProfiles.delete(name);
  }

  /** @throws AwsError if either is unknown, or the instance profile has a role */
  addRoleToInstanceProfile(profileName: string, roleName: string): void {
    const profile = this.instanceProfile(profileName);
    const role = this.role(roleName);
    if (profile.roleName !== undefined) throw refusals.secondRoleInInstanceProfile();
    profile.roleName = role.name;
  }

  /** @throws AwsError if either is unknown, or the instance profile doesn't have the role */
  removeRoleFromInstanceProfile(profileName: string, roleName: string): void {
    const profile = this.instanceProfile(profileName);
    if (this.role(roleName).name !== profile.roleName)
      throw refusals.roleNotInInstanceProfile(roleName, profileName);
    delete profile.roleName;
  }

  /** @throws AwsError if it is unknown */
  role(name: string): Role {
    const role = this.roles.get(name);
    if (!role) throw refusals.roleNotFound(name);
    return role;
  }

  /** @throws AwsError if it is unknown */
  instanceProfile(name: string): InstanceProfile {
    const profile = this.instanceProfiles.get(name);
    if (!profile) throw refusals.instanceProfileNotFound(name);
    return profile;
  }

  profilesOf(roleName: string): InstanceProfile[] {
    return [...this.instanceProfiles.values()].filter(profile => profile.roleName === roleName);
  }

  /** A host's credentials for its role, or why EC2 can't assume it. */
  credentialsFor(instanceId: string, roleName: string): InstanceCredentials | CredentialFailure {
    const role = this.roles.get(roleName);
    const trust = role ? evaluateTrust(role.trustPolicy, "ec2.amazonaws.com") : "denied";
    if (trust === "allowed") return this.sessions.credentialsFor(instanceId, roleName);
    const why =
      trust === "conditional"
        ? "The local region does not evaluate the conditions of its trust policy."
        : "Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.";
    return {
      code: "AssumeRoleUnauthorizedAccess",
      message: `EC2 cannot assume the role ${roleName}. ${why}`,
    };
  }

  /** Revokes a terminated instance's credentials. */
  endSessions(instanceId: string): void {
    this.sessions.end(instanceId);
  }

  /** The session that an access key belongs to. */
  session(accessKeyId: string): Session | undefined {
    return this.sessions.get(accessKeyId);
  }

  /**
   * Whether the role's policies, inline and managed, allow an action on any resource. A role that is gone may do nothing.
   * @throws AwsError if that depends on a condition, which the region doesn't evaluate
   */
  allows(roleName: string, action: string): boolean {
    const role = this.roles.get(roleName);
    if (!role) return false;
    const managed = [...role.attachedPolicies].flatMap(arn => managedPolicy(arn)?.document ?? []);
    const verdict = evaluatePolicies([...role.inlinePolicies.values(), ...managed], action);
    if (verdict === "conditional") throw refusals.conditionsNotEvaluated(roleName, action);
    return verdict === "allowed";
  }

  private identityOf(kind: keyof typeof idPrefixes, { path, name }: NewEntity) {
    return {
      arn: `arn:aws:iam::${accountId}:${kind}${path}${name}`,
      id: `${idPrefixes[kind]}${hex(17).toUpperCase()}`,
      createdAt: this.now(),
    };
  }
}

/** Source: IAM User Guide, "Understanding unique ID prefixes". */
const idPrefixes = { role: "AROA", "instance-profile": "AIPA" };

/** "Names are not distinguished by case." Source: IAM API Reference, "CreateRole". */
function isTaken(entities: ReadonlyMap<string, Entity>, name: string): boolean {
  return [...entities.keys()].some(taken => taken.toLowerCase() === name.toLowerCase());
}
