/**
 * What an operator runs (docs/operating.md) but verify, against one region: as this project's own, and reached as AWS is,
 * by its API and what the Pulumi CLI knows. It does not prove that AWS answers as the region does.
 */
import { readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cost } from "../ops/cost";
import { hosts } from "../ops/hosts";
import type { Instance } from "../ops/instances";
import { load } from "../ops/load";
import { capacitiesOf, type Sample } from "../ops/load/timeline";
import { logs } from "../ops/logs";
import { clientsOf } from "../testing/aws-clients";
import { operatorAt, operatorIn, operatorOf, places } from "../testing/deployments";
import { eventually } from "../testing/eventually";
import { describeWith } from "../testing/programs";
import { root, startTestRegion, type TestRegion } from "../testing/region";

let region: TestRegion;
beforeAll(async () => {
  // The fleet grows and shrinks in a quarter of the time.
  region = await startTestRegion({ speed: 240 });
});

describeWith({ ssh: "apt-get install openssh-client" }, "hosts", () => {
  test.each(places)("%s, are the stack's and the fleet's, with their releases", async place => {
    const operator = await operatorAt(place, region);
    const { code, stdout, stderr } = await operator(hosts, ["--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const found = JSON.parse(stdout) as (Instance & { release: string; ssh: string })[];
    expect(found.map(({ name }) => name)).toEqual(["data", "fleet", "receiver-1", "receiver-2", "stress"]);
    for (const { name, instanceId, privateIp, publicIp, zone, service, release, health, ssh } of found) {
      const host = region.region.ec2.instances.hosts.get(instanceId);
      if (name !== "fleet")
        expect({ instanceId, privateIp, publicIp }).toEqual({ ...region.addresses(name) });
      expect(host?.options.name).toBe(name);
      expect(zone).toMatch(name.startsWith("receiver") ? /^us-east-1b$/ : /^us-east-1[ab]$/);
      expect(release).toBe(host?.services.get(service)?.options.unit.command[1].split("/").at(-2));
      expect(health).toBe(["data", "stress"].includes(name) ? "status ok" : "healthy");
      expect(ssh).toContain(place === "here" ? instanceId : `ec2-user@${publicIp}`);
    }
  });

  test("as a table, each in a line, or in two where the terminal is narrow", async () => {
    const operator = await operatorOf(region);
    const { instanceId, privateIp, publicIp } = region.addresses("receiver-2");
    const fields = ["receiver-2", instanceId, privateIp, publicIp, "us-east-1b"].join(" +");
    const rest = String.raw`healthy, release [0-9a-f]{12}, \d+ (min|h|d)`;
    expect((await operator(hosts)).stdout).toMatch(new RegExp(`^${fields} +${rest}$`, "m"));
    const { stdout } = await operator(hosts, [], { columns: 80 });
    expect(stdout).toMatch(new RegExp(`^${fields}\n    ${rest}$`, "m"));
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test("a host that can't be reached by SSH is listed with the reason", async () => {
    const operator = await operatorOf(region);
    const rule = region.declared(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "receiver-in-ssh",
    );
    await region.remove(rule);
    const { code, stdout } = await operator(hosts);
    await region.restore(rule);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^receiver-1 .* healthy, release unknown: .*ENI_SG_RULES_MISMATCH.*$/m);
    expect(stdout).toMatch(/^data .* status ok, release [0-9a-f]{12},/m);
  });
});

describe("cost", () => {
  test("of the program in this folder, in a terminal of 80 columns", async () => {
    const { code, stdout, stderr } = await operatorIn(root)(cost, [], { columns: 80 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^an hour +0\.1307 +0\.1469 +0\.1795$/m);
    expect(stdout).toMatch(/^a month of 730 h +95 +107 +131$/m);
    expect(stdout).toContain("65 %; the stress");
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test.each([
    ["aws:region=eu-west-1", "rates are known for us-east-1 only, and the stack is in eu-west-1"],
    ["receiverCount=99", 'receiverCount: must be a whole number from 1 to 20; got "99"'],
  ])("with %s is refused", async (setting, problem) => {
    const ended = await operatorIn(root)(cost, ["--config", setting]);
    expect(ended).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(problem) as string });
  });
});

describeWith({ ssh: "apt-get install openssh-client" }, "logs", () => {
  /** Folders with a private key that the commands have left. */
  const keyFolders = () => readdirSync(tmpdir()).filter(name => name.startsWith("elastic-fleet-key-"));

  test.each(places)("%s, are the service's JSON lines, and no key is left", async place => {
    const before = keyFolders();
    const operator = await operatorAt(place, region);
    const { code, stdout, stderr } = await operator(logs, ["receiver-1"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^\{.*"msg":"listening".*\}$/m);
    expect((await operator(logs, ["receiver-1", "-n", "1"])).stdout).toMatch(/^[^\n]+\n$/);
    expect(keyFolders()).toEqual(before);
  });

  test("of an instance of the fleet, by its id", async () => {
    const operator = await operatorOf(region);
    const [id = ""] = region.fleetHosts.map(({ options }) => options.instanceId);
    expect((await operator(logs, [id])).stdout).toContain('"msg":"listening"');
  });

  test.each(places)("%s, -f shows what comes, until Ctrl-C", async place => {
    const before = keyFolders();
    const operator = await operatorAt(place, region);
    const interrupted = new AbortController();
    let shown = "";
    const followed = operator(logs, ["data", "-f"], {
      signal: interrupted.signal,
      onOutput: text => (shown = text),
    });
    await eventually("the last lines are shown", () => shown.includes("\n"));
    if (place === "on AWS") {
      const [folder = ""] = keyFolders().filter(name => !before.includes(name));
      expect(statSync(join(tmpdir(), folder, "key")).mode & 0o777).toBe(0o600);
    }
    const known = shown.length;
    process.kill(region.service("data").pid ?? 0, "SIGTERM");
    await eventually("the restart is shown", () => shown.slice(known).includes('"msg":"listening"'));
    interrupted.abort("SIGINT");
    expect(await followed).toMatchObject({ code: 130, stderr: "" });
    expect(keyFolders()).toEqual(before);
  });

  test("an unknown host is refused with those that there are", async () => {
    const operator = await operatorOf(region);
    expect(await operator(logs, ["receiver-9"])).toMatchObject({
      code: 2,
      stderr: "ops: there is no host receiver-9; there are data, fleet, receiver-1, receiver-2, stress\n",
    });
  });
});

describe("load", () => {
  const desiredSeen = (samples: Sample[]) => capacitiesOf(samples).filter((_, index) => index > 0);

  test("drives the fleet out and shows it until it has settled, and its numbers are the API's", async () => {
    const operator = await operatorOf(region);
    const { code, stdout, stderr } = await operator(load, ["--json", "--for", "2"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const samples = JSON.parse(stdout) as Sample[];
    const clients = clientsOf(region.internet);
    const group = { AutoScalingGroupName: region.output("autoScalingGroupName") };
    const { Activities = [] } = await clients.autoScaling.describeScalingActivities(group);
    const changes = Activities.toReversed().flatMap(({ Cause = "" }) =>
      [...Cause.matchAll(/changing the desired capacity from \d+ to (\d+)/g)].map(([, to]) => Number(to)),
    );
    const seen = desiredSeen(samples);
    expect(Math.max(...seen)).toBeGreaterThanOrEqual(2);
    expect(changes.slice(-seen.length)).toEqual(seen);
    // At one instance, or at two on a machine so busy that their CPU stays above the policy's lower bound.
    const last = samples.at(-1);
    expect(last).toMatchObject({ inService: last?.desired, others: 0, unanswered: 0 });
    const { Datapoints = [] } = await clients.cloudWatch.getMetricStatistics({
      Namespace: "AWS/EC2",
      MetricName: "CPUUtilization",
      Dimensions: [{ Name: "AutoScalingGroupName", Value: group.AutoScalingGroupName }],
      StartTime: new Date(Date.now() - 12 * 3_600_000),
      EndTime: new Date(),
      Period: 60,
      Statistics: ["Average"],
    });
    const points = Datapoints.map(({ Average }) => Average);
    const cpus = samples.flatMap(({ cpu }) => cpu ?? []);
    expect(Math.max(...cpus)).toBeGreaterThan(50);
    expect(cpus.filter(cpu => !points.includes(cpu))).toEqual([]);
    const names = new Set(samples.flatMap(each => each.names));
    expect(names.size).toBeGreaterThanOrEqual(2);
  });
});
