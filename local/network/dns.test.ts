import { Dns } from "./dns";

describe("the region's DNS", () => {
  const dns = new Dns();
  dns.set("Lb-1.us-east-1.elb.test", ["203.0.113.10", "203.0.113.11", "203.0.113.12"]);

  test("returns a name's addresses round-robin", () => {
    const resolved = Array.from({ length: 5 }, () => dns.resolve("lb-1.us-east-1.elb.test"));
    expect(resolved).toEqual([
      "203.0.113.10",
      "203.0.113.11",
      "203.0.113.12",
      "203.0.113.10",
      "203.0.113.11",
    ]);
  });

  test.each(["LB-1.US-EAST-1.ELB.TEST", "lb-1.us-east-1.elb.test."])("also resolves %s", name => {
    expect(dns.resolve(name)).toMatch(/^203\.0\.113\.1[012]$/);
  });

  test("an IPv4 address resolves to itself", () => {
    expect(dns.resolve("10.0.2.10")).toBe("10.0.2.10");
  });

  test.each([
    "localhost",
    "example.com",
    "",
    ".",
    "[::1]",
    "::1",
    "256.0.0.1",
    "10.0.0.01",
    "1.2.3",
    "__proto__",
  ])("doesn't resolve %j", name => {
    expect(dns.resolve(name)).toBeUndefined();
  });

  test("deletes a name regardless of case", () => {
    const dns = new Dns();
    dns.set("a.test", ["203.0.113.10"]);
    dns.delete("A.test");
    expect(dns.resolve("a.test")).toBeUndefined();
  });

  test("setting a name again replaces its addresses", () => {
    const dns = new Dns();
    dns.set("a.test", ["203.0.113.10", "203.0.113.11"]);
    dns.resolve("a.test");
    dns.set("a.test", ["203.0.113.12"]);
    expect([dns.resolve("a.test"), dns.resolve("a.test")]).toEqual(["203.0.113.12", "203.0.113.12"]);
  });

  test("a name without addresses doesn't resolve", () => {
    const dns = new Dns();
    dns.set("a.test", []);
    expect(dns.resolve("a.test")).toBeUndefined();
  });
});
