/**
 * The fleet when things fail and when an operator intervenes, while users send fifty requests a second; and scaling
 * with one of its parts missing.
 */
import type { DeclaredResource } from "../local/pulumi/declared-resources";
import { minute } from "../local/clock";
import { answerTo } from "../testing/client";
import { count, under } from "../testing/load";
import { kill } from "../testing/processes";
import { startTestRegion, type TestRegion } from "../testing/region";
import { eventually } from "../testing/eventually";

jest.setTimeout(120_000);

let region: TestRegion;
beforeAll(async () => {
  region = await startTestRegion();
});

const url = () => region.output("fleetLoadBalancerUrl");
const get = () => answerTo(url(), { through: region.internet });

function targetsOf() {
  return region.targetGroup("fleet-lb").describe();
}

/** Resolves once exactly this many instances serve. */
async function serving(instances: number): Promise<string[]> {
  return eventually(
    () => `${instances} instances serve: ${JSON.stringify(targetsOf())}`,
    () => {
      const healthy = targetsOf().filter(({ targetHealth }) => targetHealth.state === "healthy");
      const settled = healthy.length === targetsOf().length && region.fleet.instances.size === instances;
      return healthy.length === instances && settled && healthy.map(({ target }) => target.id);
    },
    30_000,
  );
}

const isThere = (instanceId: string) => region.region.ec2.instances.hosts.has(instanceId);

/** Each of the two latest activities matches one of these. */
function expectLatest(...patterns: [string, string]) {
  const matching = patterns.map(pattern => expect.stringMatching(pattern) as string);
  expect(latestActivities(2)).toEqual(expect.arrayContaining(matching));
}

function latestActivities(howMany: number) {
  const latest = region.activities(howMany);
  return latest.map(({ description, cause, statusCode }) => `${description} ${statusCode}: ${cause}`);
}

describe("under fifty requests a second", () => {
  const load = (work: () => Promise<void>) =>
    under(url(), { through: region.internet, perSecond: 50 }, async () => {
      await region.passed(2 * minute);
      await work();
      await region.passed(2 * minute);
    });

  // Both are idle, so the policy would soon remove one.
  let policy: DeclaredResource;
  beforeAll(async () => {
    policy = region.declared("aws:autoscaling/policy:Policy");
    await region.remove(policy);
    region.fleet.setDesiredCapacity(2);
    await serving(2);
  });
  afterAll(() => region.restore(policy));

  test("an instance that an operator terminates is replaced, and no request is lost", async () => {
    const [victim = ""] = await serving(2);
    const sent = await load(async () => {
      region.fleet.terminateInstance(victim, false);
      await eventually("the instance is gone", () => !isThere(victim), 30_000);
      expect(await serving(2)).not.toContain(victim);
    });
    expect(Object.keys(count(sent))).toEqual(["200"]);
    expect(sent.length).toBeGreaterThan(100);
    expectLatest(
      `^Terminating EC2 instance: ${victim} Successful: At \\S+ instance ${victim} was taken out of service in ` +
        "response to a user request\\.$",
      "^Launching a new EC2 instance: i-[0-9a-f]+ Successful: ",
    );
  });

  test("a scale-in loses no request", async () => {
    const before = await serving(2);
    const sent = await load(async () => {
      region.fleet.setDesiredCapacity(1);
      const [left] = await serving(1);
      const others = before.filter(id => id !== left);
      await eventually("the other is gone", () => !others.some(isThere));
    });
    expect(Object.keys(count(sent))).toEqual(["200"]);
    expect(sent.length).toBeGreaterThan(100);
  });

  test("an instance whose process hangs loses only its own requests, and is replaced", async () => {
    region.fleet.setDesiredCapacity(2);
    const [victim = "", other] = await serving(2);
    // Until the group has settled: it does not replace an instance while another one warms up.
    await region.passed(6 * minute);
    const [service] = region.region.ec2.instances.hosts.get(victim)?.services.values() ?? [];
    const { pid } = service ?? {};
    if (pid === undefined) throw new Error("the instance runs no process");
    let takenOut = 0;
    const sent = await load(async () => {
      process.kill(pid, "SIGSTOP");
      await eventually(
        () => `the group takes the instance out: ${JSON.stringify([targetsOf(), latestActivities(3)])}`,
        () => {
          const state = targetsOf().find(({ target }) => target.id === victim)?.targetHealth.state;
          if (takenOut === 0 && state !== "healthy") takenOut = performance.now();
          return region.fleet.instances.get(victim)?.lifecycleState !== "InService";
        },
        30_000,
      );
      // Not at once: until the deregistration delay is over, its requests are not lost.
      await eventually("it is not a target", () => targetsOf().every(({ target }) => target.id !== victim));
      kill([{ pid }]);
      const now = await serving(2);
      expect(now).toContain(other);
      expect(now).not.toContain(victim);
    });
    const lost = sent.filter(({ outcome }) => outcome !== "200");
    expect([...new Set(lost.map(({ outcome }) => outcome))]).toEqual(["502"]);
    expect(lost.filter(({ begin }) => begin > takenOut)).toEqual([]);
    // The other instance kept answering.
    expect(lost.length).toBeLessThan(sent.length / 2);
    expectLatest(
      `^Terminating EC2 instance: ${victim} Successful: At \\S+ an instance was taken out of service in response ` +
        "to an ELB system health check failure\\.$",
      "^Launching a new EC2 instance: i-\\w+ Successful: At \\S+ an instance was launched in response to an " +
        "unhealthy instance needing to be replaced\\.$",
    );
  });
});

test("at a desired capacity of 0 the load balancer answers 503, and at 1 the fleet is back", async () => {
  region.fleet.setDesiredCapacity(0);
  const isEmpty = () => region.fleet.instances.size === 0 && targetsOf().length === 0;
  await eventually("the fleet is empty", isEmpty, 30_000);
  const answer = await get();
  expect(answer).toMatchObject({
    status: 503,
    headers: { server: "awselb/2.0", "content-type": "text/html" },
    text: expect.stringContaining("<h1>503 Service Temporarily Unavailable</h1>") as string,
  });
  // Only a person can raise it again: a group without instances has no CPU to follow.
  await region.passed(5 * minute);
  expect(region.fleet.desiredCapacity).toBe(0);
  region.fleet.setDesiredCapacity(1);
  await serving(1);
  expect(await get()).toMatchObject({ status: 200 });
});

describe("without one of its parts", () => {
  test("detached from its target group it serves nobody, until it is attached again", async () => {
    await serving(1);
    const { autoScaling } = region.region.calls;
    const TargetGroupARNs = [region.declared("aws:lb/targetGroup:TargetGroup", "fleet-lb").id];
    const attachment = { AutoScalingGroupName: region.fleet.name, TargetGroupARNs };
    await autoScaling.DetachLoadBalancerTargetGroups(attachment);
    await eventually("the target group is empty", () => targetsOf().length === 0);
    expect(await get()).toMatchObject({ status: 503 });
    expect(region.fleet.instances.size).toBe(1);
    await autoScaling.AttachLoadBalancerTargetGroups(attachment);
    await serving(1);
    expect(await get()).toMatchObject({ status: 200 });
  });

  test("an instance that serves nobody is kept without ELB health checks, and replaced with them", async () => {
    const [instance = ""] = await serving(1);
    const ruleType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    const rule = region.declared(ruleType, "stress-in-http");
    await region.passed(6 * minute);
    const checkBy = (HealthCheckType: "EC2" | "ELB") =>
      region.region.calls.autoScaling.UpdateAutoScalingGroup({
        AutoScalingGroupName: region.fleet.name,
        HealthCheckType,
      });
    await checkBy("EC2");
    await region.remove(rule);
    const states = () => targetsOf().map(({ targetHealth }) => targetHealth.state);
    await eventually("it is unhealthy", () => states().includes("unhealthy"));
    await region.passed(3 * minute);
    expect([...region.fleet.instances.keys()]).toEqual([instance]);
    await checkBy("ELB");
    await eventually("it is replaced", () => !region.fleet.instances.has(instance), 30_000);
    await region.restore(rule);
    await serving(1);
  });

  test("the fleet follows its CPU with the policy, and not without", async () => {
    await serving(1);
    await region.passed(6 * minute);
    const policy = region.declared("aws:autoscaling/policy:Policy");
    await region.remove(policy);
    const posts: Promise<unknown>[] = [];
    const post = () => void posts.push(answerTo(url(), { through: region.internet, method: "POST" }));
    post();
    const end = region.region.options.clock.every(2 * minute, post);
    try {
      const { metrics, options } = region.region;
      const dimensions = [{ name: "AutoScalingGroupName", value: region.fleet.name }];
      const cpu = { namespace: "AWS/EC2", name: "CPUUtilization", dimensions };
      const isBusy = () =>
        metrics
          .averages(cpu, 5, Math.floor(options.clock.now() / minute - 1) * minute)
          .every(point => point !== undefined && point > 50);
      await eventually("CloudWatch has five busy minutes", isBusy, 20_000);
      expect(region.fleet.desiredCapacity).toBe(1);
      await region.restore(policy);
      await eventually("it scales out", () => region.fleet.desiredCapacity === 2);
    } finally {
      end();
      await Promise.all(posts); // before their region closes
    }
  });
});
