import { declaredNetwork, home, interfaces } from "../../testing/declared-network";
import { dropReport } from "./drop-report";
import { describeConnection } from "./reachability/reachability";

function open() {
  const model = declaredNetwork();
  const lines: string[] = [];
  let time = 0;
  const log = dropReport({
    model,
    instanceName: id => (id === "eni-data" ? "data" : undefined),
    now: () => time,
    report: line => lines.push(line),
  });
  const { publicIpAddress: address = "" } = interfaces.data;
  /** An attempt from the Internet, dropped by the ACL; or the group's, from the stress host to port 443. */
  const drop = (by: "acl" | "group" = "acl") => {
    const from = by === "acl" ? { internetAddress: home } : { interfaceId: "eni-stress" };
    const attempt = { from, sourcePort: 40_000, to: { address, port: by === "acl" ? 8080 : 443 } };
    log(attempt, describeConnection(model, attempt));
  };
  return { model, log, lines, drop, pass: (ms: number) => (time += ms), address };
}

test("a drop is a line with both ends and the deciding rule, by their names where they have some", () => {
  const { model, drop, lines } = open();
  const acl = model.networkAcls.get("acl-data");
  if (acl) acl.tags = { Name: "fence" };
  drop();
  drop("group");
  expect(lines).toMatchInlineSnapshot(`
   [
     "198.51.100.7 → data 203.0.113.10:8080: request dropped by network ACL fence (ingress rule *, deny all) of subnet data; nearest: rule 200, allow TCP 8080 from 10.0.2.0/24 (source 198.51.100.7 doesn't fit)",
     "eni-stress → data 203.0.113.10:443: request dropped by security group sg-stress of network interface eni-stress (no egress rule allows TCP 443 to 203.0.113.10)",
   ]
  `);
});

test("an allowed connection is none", () => {
  const { model, log, lines, address } = open();
  const attempt = { from: { internetAddress: home }, sourcePort: 40_000, to: { address, port: 5000 } };
  log(attempt, describeConnection(model, attempt));
  expect(lines).toEqual([]);
});

test("each rule has one line a second at most, which counts those left out", () => {
  const { drop, lines, pass } = open();
  for (let i = 0; i < 5; i++) drop();
  drop("group");
  pass(999);
  drop();
  expect(lines).toHaveLength(2);
  pass(1);
  drop();
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe(`${lines[0]} (5 more since the last line)`);
});

test("drops once a second at most have a line each, for as long as they last", () => {
  const { drop, lines, pass } = open();
  for (let i = 0; i < 100; i++, pass(1000)) drop();
  expect(lines).toHaveLength(100);
  expect(new Set(lines).size).toBe(1);
});

test("a lasting flood ends in a line a minute, and a rule that it left alone speaks at once again", () => {
  const { drop, lines, pass } = open();
  const flood = (seconds: number) => {
    for (let i = 0; i < seconds * 5; i++, pass(200)) drop();
  };
  flood(3600);
  expect(lines.length).toBeGreaterThan(60);
  expect(lines.length).toBeLessThan(70);
  expect(lines.at(-1)).toMatch(/\(299 more since the last line\)$/);
  pass(60_000);
  drop();
  const { length } = lines;
  pass(60_000);
  drop();
  pass(1000);
  drop();
  expect(lines).toHaveLength(length + 2);
});
