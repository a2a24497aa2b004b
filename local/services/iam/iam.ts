/** IAM as far as hosts need it: roles, their policies, instance profiles, and the credentials of a host. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { InstanceCredentials, InstanceProfile as AttachedProfile } from "../../hosts/metadata";
import { accountId, hex } from "../../identifiers";

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform(value => [value].flat());

/** A policy document, in the elements that the region evaluates; others are refused, not ignored. */
export const policySchema = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.union([z.array(z.unknown()), z.unknown().transform(statement => [statement])]).pipe(
    z.array(
      z.strictObject({
        Sid: z.string().optional(),
        Effect: z.enum(["Allow", "Deny"]),
        Action: oneOrMore,
        Resource: oneOrMore,
      }),
    ),
  ),
});

export type Policy = z.infer<typeof policySchema>;

export interface Role {
  name: string;
  arn: string;
  id: string;
  /** Inline policies by name. */
  policies: Map<string, Policy>;
}

export interface InstanceProfile extends AttachedProfile {
  name: string;
}

/** Who signed a request: a host in its role. */
export interface Session extends InstanceCredentials {
  roleName: string;
  instanceId: string;
}

const lifetime = 6 * 3600_000;

export class Iam {
  readonly roles = new Map<string, Role>();
  readonly instanceProfiles = new Map<string, InstanceProfile>();
  private readonly sessions = new Map<string, Session>();

  /** Credentials of a host in its role, renewed when they are within five minutes of their end. */
  credentialsFor(instanceId: string, roleName: string): InstanceCredentials {
    const now = Date.now();
    for (const [key, session] of this.sessions) {
      const left = session.expiration.getTime() - now;
      const usable = left > 300_000;
      if (left < -lifetime) this.sessions.delete(key);
      if (session.instanceId === instanceId && session.roleName === roleName && usable) return session;
    }
    const session: Session = {
      accessKeyId: `ASIA${hex(16).toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(120).toString("base64"),
      lastUpdated: new Date(now),
      expiration: new Date(now + lifetime),
      roleName,
      instanceId,
    };
    this.sessions.set(session.accessKeyId, session);
    return session;
  }

  /** Forgets the credentials of an instance that is terminated: nobody has them any more. */
  endSessions(instanceId: string): void {
    for (const [key, session] of this.sessions)
      if (session.instanceId === instanceId) this.sessions.delete(key);
  }

  /** The session that a key was given out for; expired ones are remembered for as long again. */
  session(accessKeyId: string): Session | undefined {
    return this.sessions.get(accessKeyId);
  }

  /** Whether the role's policies allow an action on any resource. */
  allows(roleName: string, action: string): boolean {
    return isAllowed([...(this.roles.get(roleName)?.policies.values() ?? [])], action);
  }
}

/**
 * Source: IAM User Guide, "Policy evaluation logic": an explicit deny wins, then an allow, else it is denied.
 * Only for actions without resource-level permissions, whose resource is "*".
 */
export function isAllowed(policies: Policy[], action: string): boolean {
  const matching = policies
    .flatMap(policy => policy.Statement)
    .filter(
      ({ Action, Resource }) => Action.some(pattern => matches(pattern, action)) && Resource.includes("*"),
    );
  return (
    matching.some(({ Effect }) => Effect === "Allow") && !matching.some(({ Effect }) => Effect === "Deny")
  );
}

/** Actions are compared without case; "*" stands for any characters, "?" for one. */
function matches(pattern: string, action: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "i").test(action);
}

export function arn(kind: string, name: string): string {
  return `arn:aws:iam::${accountId}:${kind}/${name}`;
}
