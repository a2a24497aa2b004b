/**
 * The fleet follows its CPU, driven as its users would: only by requests to its load balancer from the Internet. The
 * tests are one story, in order.
 */
import { minute } from "../local/clock";
import { answerTo } from "../testing/client";
import { startTestRegion, type TestRegion } from "../testing/region";
import { eventually } from "../testing/eventually";

jest.setTimeout(150_000);

let region: TestRegion;
beforeAll(async () => {
  region = await startTestRegion({ speed: 120 }); // much of it is waiting for quiet minutes
});

function post(): Promise<unknown> {
  return answerTo(region.output("fleetLoadBalancerUrl"), { through: region.internet, method: "POST" });
}

async function postTenTimes(): Promise<void> {
  for (let request = 0; request < 10; request++) await post();
}

/** The distinct answers to 30 GETs, which are host names. */
async function hostNames(): Promise<string[]> {
  const names = new Set<string>();
  for (let request = 0; request < 30; request++) {
    const answer = await answerTo(region.output("fleetLoadBalancerUrl"), { through: region.internet });
    expect(answer.status).toBe(200);
    names.add(String(answer.json));
  }
  return [...names].sort();
}

/** EC2 names hosts after their private addresses. */
function expectedNames(): string[] {
  return region.fleetHosts
    .map(({ options }) => region.region.ec2.interfaces.get(options.interfaceId).privateIpAddress)
    .map(address => `ip-${address.replaceAll(".", "-")}.ec2.internal`)
    .sort();
}

async function serves(instances: number, patience: number): Promise<void> {
  await eventually(
    () => `${instances} instances serve; the group is at ${region.fleet.desiredCapacity}`,
    () => {
      const targets = region.targetGroup("fleet-lb").describe();
      const healthy = targets.filter(({ targetHealth }) => targetHealth.state === "healthy");
      return [region.fleet.desiredCapacity, targets.length, healthy.length].every(n => n === instances);
    },
    patience,
  );
}

test("at rest one instance serves, under its own host name and not that of the host it was copied from", async () => {
  await serves(1, 0);
  const names = await hostNames();
  expect(names).toEqual(expectedNames());
  expect(names).toHaveLength(1);
});

test("ten POSTs at rest scale it out to two", async () => {
  // One instance, and busy: 90 % / 50 % is 1.8 instances, rounded up.
  await postTenTimes();
  await serves(2, 30_000);
  expect(await hostNames()).toEqual(expectedNames());
});

test("with POSTs repeated every two minutes it grows to three and no further, each with its own name", async () => {
  const end = region.region.options.clock.every(2 * minute, () => void postTenTimes());
  try {
    await serves(3, 60_000);
    const names = await hostNames();
    expect(names).toEqual(expectedNames());
    expect(names).toHaveLength(3);
    // All three are nine tenths busy, and yet the group's maximum holds.
    await region.passed(8 * minute);
    expect(region.fleet.desiredCapacity).toBe(3);
  } finally {
    end();
  }
});

test("after the load it returns to one and stays there, as any load at all needs one instance", async () => {
  await serves(1, 90_000);
  await region.passed(20 * minute);
  await serves(1, 0);
});

test("every step is in the activity log with its cause", () => {
  const time = "At \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ ";
  const alarm = (which: string) =>
    `a monitor alarm TargetTracking-${region.fleet.name}-${which}-[0-9a-f-]{36} in state ALARM triggered ` +
    "policy cpu-target-tracking changing the desired capacity from";
  const out = (from: number, to: number) =>
    new RegExp(
      `^${time}${alarm("AlarmHigh")} ${from} to ${to}\\. +${time}an instance was started in response to a ` +
        `difference between desired and actual capacity, increasing the capacity from ${from} to ${to}\\.$`,
    );
  const backIn = (from: number, to: number) =>
    new RegExp(
      `^${time}${alarm("AlarmLow")} ${from} to ${to}\\. +${time}an instance was taken out of service in response to ` +
        `a difference between desired and actual capacity, shrinking the capacity from ${from} to ${to}\\. +` +
        `${time}instance i-[0-9a-f]{17} was selected for termination\\.$`,
    );
  const created = new RegExp(
    `^${time}a user request created an AutoScalingGroup changing the desired capacity from 0 to 1\\. +${time}an ` +
      "instance was started in response to a difference between desired and actual capacity, increasing the " +
      "capacity from 0 to 1\\.$",
  );
  const activities = region.activities().toReversed();
  expect(activities.map(({ statusCode }) => statusCode)).toEqual(Array(5).fill("Successful"));
  expect(activities.map(({ cause }) => cause)).toEqual(
    [created, out(1, 2), out(2, 3), backIn(3, 2), backIn(2, 1)].map(
      cause => expect.stringMatching(cause) as string,
    ),
  );
  expect(activities.map(({ description }) => description.replace(/i-[0-9a-f]{17}$/, "ID"))).toEqual([
    "Launching a new EC2 instance: ID",
    "Launching a new EC2 instance: ID",
    "Launching a new EC2 instance: ID",
    "Terminating EC2 instance: ID",
    "Terminating EC2 instance: ID",
  ]);
});
