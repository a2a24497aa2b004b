/**
 * What an operator runs (docs/operating.md), against one region: as this project's own, and reached as AWS is, by its
 * API and what the Pulumi CLI knows. It does not prove that AWS answers as the region does.
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
import { verify } from "../ops/verify";
import { clientsOf } from "../testing/aws-clients";
import { answerTo } from "../testing/client";
import { operatorIn, operatorOf, operatorOnAws, type Operator } from "../testing/deployments";
import { eventually } from "../testing/eventually";
import { describeWith } from "../testing/programs";
import { root, startTestRegion, type TestRegion } from "../testing/region";

let region: TestRegion;
beforeAll(async () => {
  region = await startTestRegion();
});

type Place = "here" | "on AWS";
const places: Place[] = ["here", "on AWS"];

async function operatorAt(place: Place): Promise<Operator> {
  return place === "here" ? operatorOf(region) : operatorOnAws(region);
}

describeWith({ ssh: "apt-get install openssh-client" }, "hosts", () => {
  test.each(places)("%s, are the stack's and the fleet's, with their releases", async place => {
    const operator = await operatorAt(place);
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

describeWith({ ssh: "apt-get install openssh-client" }, "verify", () => {
  const number = async () =>
    (await answerTo(region.output("dataReadUrl"), { through: region.internet })).json;
  const setNumber = (num: number) =>
    answerTo(region.output("receiverLoadBalancerUrl"), {
      through: region.internet,
      method: "POST",
      body: { num },
    });

  test.each(places)("%s, passes in under 60 s, and leaves the number as it was", async place => {
    await setNumber(4242);
    const operator = await operatorAt(place);
    const started = performance.now();
    const { code, stdout, stderr } = await operator(verify);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout, stderr: "" });
    expect(performance.now() - started).toBeLessThan(60_000);
    const lines = stdout.trimEnd().split("\n");
    const what = place === "here" ? "the local region" : "stack dev";
    expect(lines.pop()).toMatch(new RegExp(`^all ${lines.length} checks passed for ${what} in \\d+ s$`));
    expect(lines.filter(line => !/^ok {4}Part [12], /.test(line))).toEqual([]);
    expect(await number()).toBe(4242);
  });

  test("Ctrl-C ends it at once, and the number is put back", async () => {
    await setNumber(-7);
    const operator = await operatorOf(region);
    const interrupted = new AbortController();
    let changed: unknown;
    const watch = setInterval(() => {
      void number().then(now => {
        if (now === -7) return;
        changed = now;
        interrupted.abort("SIGINT");
      });
    }, 10);
    const { code, stderr } = await operator(verify, [], { signal: interrupted.signal });
    clearInterval(watch);
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
    expect(changed).toBe(-6);
    expect(await number()).toBe(-7);
  });

  test("--only takes the checks that are named, and none is a problem", async () => {
    const operator = await operatorOf(region);
    const { code, stdout } = await operator(verify, ["--only", "5. Port", "--json"]);
    expect(code).toBe(0);
    const steps = (JSON.parse(stdout) as { step: string }[]).map(({ step }) => step);
    expect(steps).toEqual(["Part 1, Set up NACL, 5. Port 8080", "Part 1, Set up NACL, 5. Port 5000"]);
    expect(await operator(verify, ["--only", "x"])).toMatchObject({ code: 2, stdout: "" });
    expect(await operator(verify, ["--timeout", "5s"])).toMatchObject({
      code: 2,
      stderr: 'ops: --timeout takes seconds, such as 5, not "5s"\n',
    });
  });

  const direct = "each receiver answers with the number";
  const fleet = "answers with the host name";
  const receiverGroup = "Part 1, Set up NACL, 6.2 Create a new security group for receiver services";
  /** Without a resource, the step that fails, with the beginning of what it proves; and a check that still passes. */
  const mutations: Record<string, [step: string, control: string]> = {
    "NetworkAclRule:data-ingress-ssh": ["Part 1, Set up NACL, 5. SSH", direct],
    "NetworkAclRule:data-ingress-update": ["Part 1, Set up NACL, 5. Port 8080", direct],
    "NetworkAclRule:data-ingress-read": ["Part 1, Set up NACL, 5. Port 5000", fleet],
    "NetworkAclRule:data-egress-all": ["Part 1, Set up NACL, 5. Egress", fleet],
    "NetworkAclAssociation:data": ["Part 1, Set up NACL, 4. Replace the subnet's NACL", direct],
    "SecurityGroupIngressRule:data-access-in-read": ["Part 1, 2.5 Test your server: anyone", fleet],
    "SecurityGroupIngressRule:data-access-in-update": [
      "Part 1, 3.4 Spin up the services: each receiver sets",
      direct,
    ],
    "SecurityGroupIngressRule:data-access-in-ssh": ["Part 1, 2.1 SSH into the instance", direct],
    "SecurityGroupEgressRule:data-access-out-all": [
      "Part 1, Set up NACL, 6.1 Create a new security group for data access service: it lets",
      direct,
    ],
    "SecurityGroupIngressRule:receiver-in-http": [
      "Part 1, 3.4 Spin up the services: each receiver answers",
      fleet,
    ],
    "SecurityGroupIngressRule:receiver-in-ssh": ["Part 1, 3.3 scp", direct],
    "SecurityGroupEgressRule:receiver-out-read": [`${receiverGroup}: it lets`, fleet],
    "SecurityGroupEgressRule:receiver-out-update": [`${receiverGroup}: it lets`, direct],
    "SecurityGroupEgressRule:receiver-out-https": [`${receiverGroup}: it lets`, direct],
    "SecurityGroupIngressRule:load-balancer-in-http": [
      "Part 1, 4.1 Create a security group for the load balancer: it lets",
      direct,
    ],
    "SecurityGroupEgressRule:load-balancer-out-receiver": ["Part 1, 4.4 Register EC2 instances", direct],
    "SecurityGroupEgressRule:load-balancer-out-stress": ["Part 2, 3.2 Create a target group", direct],
    "SecurityGroupIngressRule:stress-in-http": ["Part 2, 3.2 Create a target group", direct],
    "SecurityGroupIngressRule:stress-in-ssh": ["Part 2, 1. Write a Python script", fleet],
    "RolePolicy:receiver-describe-network-acls": [
      "Part 1, 3.4 Spin up the services: each receiver sets",
      direct,
    ],
    "TargetGroupAttachment:receiver-lb-receiver-1": ["Part 1, 4.4 Register EC2 instances", direct],
    "TargetGroupAttachment:receiver-lb-receiver-2": ["Part 1, 4.4 Register EC2 instances", direct],
    "Listener:receiver-lb": ["Part 1, 4.5 Create a listener", fleet],
    "Listener:fleet-lb": ["Part 2, 3.3 Create a listener", direct],
    "Route:public-default": ["Part 1, 2.5 Test your server: anyone", "rule 300 lets reads in"],
    "RouteTableAssociation:data": ["Part 1, 2.5 Test your server: anyone", fleet],
    "RouteTableAssociation:receiver": ["Part 1, 3.4 Spin up the services: each receiver answers", fleet],
    "RouteTableAssociation:edge-a": ["Part 1, 4.5 Create a listener", direct],
    "RouteTableAssociation:edge-b": ["Part 2, 3.3 Create a listener", direct],
    "Policy:fleet-cpu-target-tracking": ["Part 2, 6. Update the scaling policy", fleet],
  };

  /** Or else the group would replace the instance whose health a mutation takes away. */
  const setHealthChecks = (HealthCheckType: "EC2" | "ELB") =>
    region.region.calls.autoScaling.UpdateAutoScalingGroup({
      AutoScalingGroupName: region.fleet.name,
      HealthCheckType,
    });

  const rows = Object.entries(mutations).map(
    ([resource, [step, control]]) => [resource, step, control] as const,
  );
  test.each(rows)("without %s, the step %s fails", async (resource, step, control) => {
    const operator = await operatorOf(region);
    const declared = region.made.get(resource);
    if (!declared) throw new Error(`there is no ${resource}`);
    // Most of these steps fail by silence.
    const check = (what: string) => operator(verify, ["--only", what, "--timeout", "2"]);
    await setHealthChecks("EC2");
    await region.remove(declared);
    try {
      // A target's health changes after some checks.
      const failed = await eventually("the step fails", async () => {
        const ended = await check(step);
        return ended.code !== 0 && ended;
      });
      expect(failed).toMatchObject({ code: 1, stderr: "" });
      expect(failed.stdout.split("\n").at(-2)).toMatch(/^FAILED \d+ of \d+ checks, in these steps: /);
      expect(failed.stdout.split("\n").at(-2)).toContain(step.split(":")[0]);
      expect(await check(control)).toMatchObject({ code: 0, stderr: "" });
    } finally {
      await region.restore(declared);
      await setHealthChecks("ELB");
    }
    await eventually("the step passes again", async () => (await check(step)).code === 0);
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
    const operator = await operatorAt(place);
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
    const operator = await operatorAt(place);
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
