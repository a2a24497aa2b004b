import { Sessions } from "./sessions";

describe("a host's credentials", () => {
  test("have AWS's format and last six hours", () => {
    const before = Date.now();
    const credentials = new Sessions().credentialsFor("i-1", "receiver");
    expect(credentials.accessKeyId).toMatch(/^ASIA[0-9A-F]{16}$/);
    expect(credentials.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(credentials.sessionToken.length).toBeGreaterThan(100);
    expect(credentials.expiration.getTime() - credentials.lastUpdated.getTime()).toBe(6 * 3600_000);
    expect(credentials.lastUpdated.getTime()).toBeGreaterThanOrEqual(before);
  });

  test("stay the same until five minutes before they expire, and remain valid until then", () => {
    const sessions = new Sessions();
    const first = sessions.credentialsFor("i-1", "receiver");
    expect(sessions.credentialsFor("i-1", "receiver")).toBe(first);
    first.expiration = new Date(Date.now() + 301_000);
    expect(sessions.credentialsFor("i-1", "receiver")).toBe(first);

    first.expiration = new Date(Date.now() + 299_000);
    const second = sessions.credentialsFor("i-1", "receiver");
    expect(second.accessKeyId).not.toBe(first.accessKeyId);
    expect(sessions.credentialsFor("i-1", "receiver")).toBe(second);
    expect(sessions.get(first.accessKeyId)).toBe(first);
  });

  test("are forgotten when their host terminates, or long after they expire", () => {
    const sessions = new Sessions();
    const first = sessions.credentialsFor("i-1", "receiver");
    const other = sessions.credentialsFor("i-2", "receiver");
    first.expiration = new Date(Date.now() - 5 * 3600_000);
    const second = sessions.credentialsFor("i-1", "receiver");
    expect(sessions.get(first.accessKeyId)).toBe(first);
    first.expiration = new Date(Date.now() - 7 * 3600_000);
    sessions.credentialsFor("i-1", "receiver");
    expect(sessions.get(first.accessKeyId)).toBeUndefined();
    sessions.end("i-1");
    expect(sessions.get(second.accessKeyId)).toBeUndefined();
    expect(sessions.get(other.accessKeyId)).toBe(other);
  });

  test("differ by host and by role, and identify both", () => {
    const sessions = new Sessions();
    const all = [
      sessions.credentialsFor("i-1", "receiver"),
      sessions.credentialsFor("i-2", "receiver"),
      sessions.credentialsFor("i-1", "other"),
    ];
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId)).size).toBe(3);
    expect(new Set(all.map(({ secretAccessKey }) => secretAccessKey)).size).toBe(3);
    expect(sessions.get(all[1]?.accessKeyId ?? "")).toMatchObject({
      instanceId: "i-2",
      roleName: "receiver",
    });
    expect(sessions.get("ASIA0000000000000000")).toBeUndefined();
  });
});
