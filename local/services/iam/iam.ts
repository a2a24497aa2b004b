/** The parts of IAM that hosts need: roles, policies, instance profiles and temporary credentials. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { InstanceCredentials, InstanceProfile as AttachedProfile } from "../../hosts/metadata";
import { accountId, hex } from "../../identifiers";

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform(value => [value].flat());

/** A policy document with the elements that the region evaluates; others are rejected rather than ignored. */
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

/** A host's temporary credentials for its role. */
export interface Session extends InstanceCredentials {
  roleName: string;
  instanceId: string;
}

const lifetime = 6 * 3600_000;

export class Iam {
  readonly roles = new Map<string, Role>();
  readonly instanceProfiles = new Map<string, InstanceProfile>();
  private readonly sessions = new Map<string, Session>();

  /** A host's credentials for its role, renewed within five minutes of expiration. */
  credentialsFor(instanceId: string, roleName: string): InstanceCredentials {
    const now = Date.now();
    for (const [key, session] of this.sessions) {
      const remaining = session.expiration.getTime() - now;
      const usable = remaining > 300_000;
      if (remaining < -lifetime) this.sessions.delete(key);
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

  /** Revokes a terminated instance's credentials. */
  endSessions(instanceId: string): void {
    for (const [key, session] of this.sessions)
      if (session.instanceId === instanceId) this.sessions.delete(key);
  }

  /** The session that an access key belongs to; expired ones are kept for another lifetime. */
  session(accessKeyId: string): Session | undefined {
    return this.sessions.get(accessKeyId);
  }

  /** Whether the role's policies allow an action on any resource. */
  allows(roleName: string, action: string): boolean {
    return isAllowed([...(this.roles.get(roleName)?.policies.values() ?? [])], action);
  }
}

/**
 * An explicit deny wins, then an allow; anything else is denied. Only for actions without resource-level permissions,
 * whose resource is "*". Source: IAM User Guide, "Policy evaluation logic".
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

/** Case-insensitive; "*" matches any characters, "?" exactly one. */
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
