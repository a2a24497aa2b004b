import { Dns } from "./dns";

describe("Names", () => {
  const names = new Dns();
  names.set("Lb-1.us-east-1.elb.localhost", ["203.0.113.10", "203.0.113.11", "203.0.113.12"]);

  test("gives the addresses of a name in turn, and begins anew", () => {
    const given = Array.from({ length: 5 }, () => names.resolve("lb-1.us-east-1.elb.localhost"));
    expect(given).toEqual(["203.0.113.10", "203.0.113.11", "203.0.113.12", "203.0.113.10", "203.0.113.11"]);
  });

  test.each(["LB-1.US-EAST-1.ELB.LOCALHOST", "lb-1.us-east-1.elb.localhost."])("knows %s too", name => {
    expect(names.resolve(name)).toMatch(/^203\.0\.113\.1[012]$/);
  });

  test("an IPv4 address stands for itself", () => {
    expect(names.resolve("10.0.2.10")).toBe("10.0.2.10");
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
  ])("does not know %j", name => {
    expect(names.resolve(name)).toBeUndefined();
  });

  test("forgets a name, in whatever case it is given", () => {
    const names = new Dns();
    names.set("a.localhost", ["203.0.113.10"]);
    names.delete("A.localhost");
    expect(names.resolve("a.localhost")).toBeUndefined();
  });

  test("a name set again has its new addresses only", () => {
    const names = new Dns();
    names.set("a.localhost", ["203.0.113.10", "203.0.113.11"]);
    names.resolve("a.localhost");
    names.set("a.localhost", ["203.0.113.12"]);
    expect([names.resolve("a.localhost"), names.resolve("a.localhost")]).toEqual([
      "203.0.113.12",
      "203.0.113.12",
    ]);
  });

  test("a name without addresses leads nowhere", () => {
    const names = new Dns();
    names.set("a.localhost", []);
    expect(names.resolve("a.localhost")).toBeUndefined();
  });
});
