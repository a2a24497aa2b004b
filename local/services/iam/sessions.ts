/** Temporary credentials of hosts. */
import { randomBytes } from "node:crypto";
import type { InstanceCredentials } from "../../hosts/metadata";
import { hex } from "../../identifiers";

/** A host's temporary credentials for its role. */
export interface Session extends InstanceCredentials {
  roleName: string;
  instanceId: string;
}

const lifetime = 6 * 3600_000;

export class Sessions {
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
  end(instanceId: string): void {
    for (const [key, session] of this.sessions)
      if (session.instanceId === instanceId) this.sessions.delete(key);
  }

  /** The session that an access key belongs to; expired ones are kept for another lifetime. */
  get(accessKeyId: string): Session | undefined {
    return this.sessions.get(accessKeyId);
  }
}
