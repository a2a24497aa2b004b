import { failedCheck, isWarm, isWarmingUp, type GroupInstance } from "./instance";

const now = 1_000_000;
const instance = (fields: Partial<GroupInstance> = {}): GroupInstance => ({
  instanceId: "i-1",
  subnetId: "subnet-a",
  availabilityZone: "us-east-1a",
  launchTemplateId: "lt-1",
  launchTemplateVersion: 1,
  lifecycleState: "InService",
  launchedAt: 0,
  inServiceAt: now - 60_000,
  ...fields,
});

test.each<[string, Partial<GroupInstance>, boolean, boolean]>([
  ["pending", { lifecycleState: "Pending", inServiceAt: undefined }, false, true],
  ["in service for less than its warm-up", { inServiceAt: now - 59_999 }, false, true],
  ["in service for as long as its warm-up", { inServiceAt: now - 60_000 }, true, false],
  ["terminating", { lifecycleState: "Terminating" }, false, false],
])("an instance that is %s", (_name, fields, warm, warmingUp) => {
  expect(isWarm(instance(fields), 60, now)).toBe(warm);
  expect(isWarmingUp(instance(fields), 60, now)).toBe(warmingUp);
});

describe("an instance", () => {
  const elb = { healthCheckType: "ELB", healthCheckGracePeriodSeconds: 60 } as const;
  const ec2 = { healthCheckType: "EC2", healthCheckGracePeriodSeconds: 60 } as const;
  const unhealthy = { targetHealth: "unhealthy" } as const;

  test.each<[string, Partial<GroupInstance>, typeof elb | typeof ec2, "EC2" | "ELB" | undefined]>([
    ["in service is healthy", { targetHealth: "healthy" }, elb, undefined],
    ["not registered anywhere is healthy", {}, elb, undefined],
    ["not yet checked is healthy", { targetHealth: "initial" }, elb, undefined],
    ["draining is healthy", { targetHealth: "draining" }, elb, undefined],
    ["unhealthy after the grace period fails", unhealthy, elb, "ELB"],
    ["unhealthy in the grace period does not", { ...unhealthy, inServiceAt: now - 59_999 }, elb, undefined],
    ["unhealthy where only EC2's checks count does not", unhealthy, ec2, undefined],
    ["stopped fails", { stopped: true }, ec2, "EC2"],
    ["stopped and unhealthy fails EC2's check", { stopped: true, ...unhealthy }, elb, "EC2"],
    ["stopped in the grace period fails", { stopped: true, inServiceAt: now }, elb, "EC2"],
    ["stopped while pending fails", { stopped: true, lifecycleState: "Pending" }, elb, "EC2"],
    [
      "pending is not checked",
      { ...unhealthy, lifecycleState: "Pending", inServiceAt: undefined },
      elb,
      undefined,
    ],
    [
      "terminating is not checked",
      { stopped: true, ...unhealthy, lifecycleState: "Terminating" },
      elb,
      undefined,
    ],
  ])("%s", (_name, fields, checks, failed) => {
    expect(failedCheck(instance(fields), checks, now)).toBe(failed);
  });
});
