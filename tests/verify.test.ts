/**
 * `npm run verify`, as this project's own and reached as AWS is: it passes, and without any resource the step fails that
 * needs it.
 */
import { verify } from "../ops/verify";
import { answerTo } from "../testing/client";
import { operatorAt, operatorOf, places } from "../testing/deployments";
import { eventually } from "../testing/eventually";
import { lane } from "../testing/lanes";
import { describeWith } from "../testing/programs";
import { startTestRegion, type TestRegion } from "../testing/region";

let region: TestRegion;
beforeAll(async () => {
  region = await startTestRegion();
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
    const operator = await operatorAt(place, region);
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
  const setHealthChecks = ({ region, fleet }: TestRegion, HealthCheckType: "EC2" | "ELB") =>
    region.calls.autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName: fleet.name, HealthCheckType });

  async function expectFailure(region: TestRegion, resource: string, step: string, control: string) {
    const operator = await operatorOf(region);
    const declared = region.made.get(resource);
    if (!declared) throw new Error(`there is no ${resource}`);
    // Most of these steps fail by silence.
    const check = (what: string) => operator(verify, ["--only", what, "--timeout", "2"]);
    await setHealthChecks(region, "EC2");
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
      await setHealthChecks(region, "ELB");
    }
    await eventually("the step passes again", async () => (await check(step)).code === 0);
  }

  describe("fails", () => {
    let other: TestRegion;
    // Before the lanes begin: while it starts, they couldn't keep to their time-outs.
    beforeAll(async () => {
      other = await startTestRegion();
    });

    const lanes = [() => region, () => other].map(get => lane(() => Promise.resolve(get()), 120_000));
    for (const [index, [resource, [step, control]]] of Object.entries(mutations).entries())
      lanes[index % lanes.length]?.(`without ${resource}, the step ${step} fails`, region =>
        expectFailure(region, resource, step, control),
      );
  });
});
