/** What an operator does with a running stack, by AWS's own clients. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { paginateDescribeScalingActivities } from "@aws-sdk/client-auto-scaling";
import { paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { clientsOf, type Clients } from "../testing/aws-clients";
import { answerTo } from "../testing/client";
import { run } from "../testing/open-ssh";
import { describeWith } from "../testing/programs";
import { startTestRegion, type TestRegion } from "../testing/region";
import { eventually } from "../testing/eventually";

let running: TestRegion;
let clients: Clients;

beforeAll(async () => {
  running = await startTestRegion();
  clients = clientsOf(running.internet);
});

const groupName = () => running.output("autoScalingGroupName");

async function describeGroup() {
  const names = { AutoScalingGroupNames: [groupName()] };
  const { AutoScalingGroups } = await clients.autoScaling.describeAutoScalingGroups(names);
  const [group] = AutoScalingGroups ?? [];
  if (!group) throw new Error("the group is not described");
  return group;
}

async function inService(): Promise<string[]> {
  const { Instances = [] } = await describeGroup();
  const serving = Instances.filter(({ LifecycleState }) => LifecycleState === "InService");
  return serving.map(({ InstanceId = "" }) => InstanceId);
}

/** Resolves to the instances in service once there are exactly this many. */
const settledAt = (count: number) =>
  eventually(
    `${count} instances are in service, and no others`,
    async () => {
      const { Instances = [] } = await describeGroup();
      const ids = await inService();
      return ids.length === count && Instances.length === count && ids;
    },
    30_000,
  );

async function setCapacity(DesiredCapacity: number): Promise<string[]> {
  await clients.autoScaling.setDesiredCapacity({ AutoScalingGroupName: groupName(), DesiredCapacity });
  return settledAt(DesiredCapacity);
}

async function instance(InstanceId: string) {
  const { Reservations } = await clients.ec2.describeInstances({ InstanceIds: [InstanceId] });
  const found = Reservations?.[0]?.Instances?.[0];
  if (!found) throw new Error(`${InstanceId} is not described`);
  return found;
}

async function activities() {
  const group = { AutoScalingGroupName: groupName() };
  return (await clients.autoScaling.describeScalingActivities(group)).Activities ?? [];
}

test("a capacity of 2 launches a tagged instance, each step in the activity log", async () => {
  const [first = ""] = await settledAt(1);
  const both = await setCapacity(2);
  const second = both.find(id => id !== first) ?? "";
  const { Tags, PublicIpAddress, State, Monitoring } = await instance(second);
  expect(State?.Name).toBe("running");
  expect(Monitoring?.State).toBe("enabled");
  expect(PublicIpAddress).toMatch(/^203\.0\.113\./);
  expect(Tags).toEqual(
    expect.arrayContaining([
      { Key: "aws:autoscaling:groupName", Value: groupName() },
      { Key: "Name", Value: "fleet" },
      { Key: "project", Value: "elastic-fleet" },
    ]),
  );
  const [latest, earlier] = await activities();
  expect(latest).toMatchObject({
    AutoScalingGroupName: groupName(),
    Description: `Launching a new EC2 instance: ${second}`,
    StatusCode: "Successful",
    Progress: 100,
    Cause: expect.stringMatching(
      /^At \S+Z a user request explicitly set group desired capacity changing the desired capacity from 1 to 2\. {2}At \S+Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 1 to 2\.$/,
    ) as unknown,
  });
  expect(JSON.parse(latest?.Details ?? "{}")).toEqual({
    "Subnet ID": expect.stringMatching(/^subnet-/) as unknown,
    "Availability Zone": expect.stringMatching(/^us-east-1[ab]$/) as unknown,
  });
  const told = Date.parse(/.*At (\S+)/.exec(latest?.Cause ?? "")?.[1] ?? "");
  expect(Math.abs((latest?.StartTime?.getTime() ?? 0) - told)).toBeLessThan(10_000);
  expect(earlier?.StartTime?.getTime()).toBeLessThan(latest?.StartTime?.getTime() ?? 0);
  expect(latest?.EndTime?.getTime()).toBeLessThanOrEqual(Date.now());

  const pages = [];
  const paging = { client: clients.autoScaling, pageSize: 1 };
  for await (const { Activities = [] } of paginateDescribeScalingActivities(paging, {}))
    pages.push(Activities);
  expect(pages.length).toBeGreaterThanOrEqual(2);
  expect(pages.every(({ length }) => length === 1)).toBe(true);
});

test("instances come in pages", async () => {
  await setCapacity(3);
  const pages = [];
  const paging = { client: clients.ec2, pageSize: 5 };
  for await (const { Reservations = [] } of paginateDescribeInstances(paging, {}))
    pages.push(Reservations.length);
  // data, two receivers, stress and three of the fleet.
  expect(pages).toEqual([5, 2]);
});

test("TerminateInstanceInAutoScalingGroup answers with its activity, and decrements the capacity if asked to", async () => {
  const [gone = ""] = await inService();
  const { Activity } = await clients.autoScaling.terminateInstanceInAutoScalingGroup({
    InstanceId: gone,
    ShouldDecrementDesiredCapacity: true,
  });
  expect(Activity).toMatchObject({
    Description: expect.stringContaining(`Terminating EC2 instance: ${gone}`) as unknown,
    StatusCode: expect.stringMatching(/^(InProgress|WaitingForELBConnectionDraining)$/) as unknown,
    Cause: expect.stringContaining(
      `instance ${gone} was taken out of service in response to a user request, shrinking the capacity from 3 to 2.`,
    ) as unknown,
  });
  expect((await describeGroup()).DesiredCapacity).toBe(2);
  expect(await settledAt(2)).not.toContain(gone);
});

test("TerminateInstances ends a group's instance at once, and the group replaces it", async () => {
  const [gone = "", kept = ""] = await settledAt(2);
  const { TerminatingInstances } = await clients.ec2.terminateInstances({ InstanceIds: [gone] });
  const PreviousState = { Code: 16, Name: "running" };
  const CurrentState = { Code: 32, Name: "shutting-down" };
  expect(TerminatingInstances).toEqual([{ InstanceId: gone, PreviousState, CurrentState }]);
  await eventually("it has been terminated", async () => (await instance(gone)).State?.Name === "terminated");
  const ended = await instance(gone);
  expect(ended).toMatchObject({
    State: { Code: 48 },
    PublicDnsName: "",
    NetworkInterfaces: [],
    StateReason: { Code: "Client.UserInitiatedShutdown" },
  });
  for (const lost of ["PublicIpAddress", "PrivateIpAddress", "SubnetId"] as const)
    expect(ended[lost]).toBeUndefined();
  const replaced = await eventually(
    "another one is in service",
    async () => {
      const ids = await inService();
      return !ids.includes(gone) && ids.length === 2 && ids;
    },
    30_000,
  );
  expect(replaced).toContain(kept);
  const terminating = `Terminating EC2 instance: ${gone}`;
  const activity = (await activities()).find(({ Description }) => Description?.includes(terminating));
  expect(activity?.Cause).toContain(
    "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.",
  );
});

test("TerminateInstances of a host leaves its target unused, and the others serve on", async () => {
  const { instanceId } = running.addresses("receiver-1");
  await clients.ec2.terminateInstances({ InstanceIds: [instanceId] });
  const { LoadBalancers = [] } = await clients.elbv2.describeLoadBalancers({});
  const dnsName = running.output("receiverLoadBalancerDns");
  const { LoadBalancerArn } = LoadBalancers.find(({ DNSName }) => DNSName === dnsName) ?? {};
  const { TargetGroups } = await clients.elbv2.describeTargetGroups({ LoadBalancerArn });
  const { TargetHealthDescriptions } = await clients.elbv2.describeTargetHealth({
    TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn,
  });
  expect(TargetHealthDescriptions?.find(({ Target }) => Target?.Id === instanceId)?.TargetHealth).toEqual({
    State: "unused",
    Reason: "Target.InvalidState",
    Description: "Target is in the terminated state",
  });
  for (let request = 0; request < 4; request++) {
    const answer = await answerTo(running.output("receiverLoadBalancerUrl"), { through: running.internet });
    expect(answer).toMatchObject({ status: 200 });
  }
  const state = async () => (await instance(instanceId)).State?.Name;
  await eventually("it has been terminated", async () => (await state()) === "terminated");
});

test("the last hour of CPU is there by the minute, for the group and for an instance", async () => {
  const points = async (Name: string, Value: string) => {
    const { Datapoints = [] } = await clients.cloudWatch.getMetricStatistics({
      Namespace: "AWS/EC2",
      MetricName: "CPUUtilization",
      Dimensions: [{ Name, Value }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(),
      Period: 60,
      Statistics: ["Average", "Maximum"],
    });
    return Datapoints;
  };
  const [only = ""] = await settledAt(1);
  for (const [name, value] of Object.entries({ InstanceId: only, AutoScalingGroupName: groupName() })) {
    // The group's wait until the instance is warm: five region minutes, five seconds.
    const [point, ...more] = await eventually(
      `there are points of the ${name}`,
      async () => {
        const found = await points(name, value);
        return found.length >= 2 && found;
      },
      20_000,
    );
    expect(more.length).toBeGreaterThanOrEqual(1);
    expect(point?.Average).toBeGreaterThan(0);
    expect(point?.Maximum).toBeLessThanOrEqual(100);
    expect(point?.Unit).toBe("Percent");
    const times = [point, ...more].map(each => each?.Timestamp?.getTime() ?? 1);
    expect(times.every(time => time % 60_000 === 0 && time < Date.now())).toBe(true);
    expect(new Set(times).size).toBe(times.length);
  }
});

describeWith({ ssh: "apt-get install openssh-client" }, "by SSH, with the stack's own key", () => {
  const ssh = (...args: string[]) => run("ssh", ["-F", "ssh_config", ...args], { cwd: running.folder });

  test.each(["data", "receiver-2", "stress"])("%s, as README says", async name => {
    const [service] = running.host(name).services.keys();
    const unit = String(service);
    expect(await ssh(name, `systemctl status ${unit} '${unit}-*.socket'`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`● ${unit}-`) as string,
    });
    expect((await ssh(name, `sudo journalctl -u ${unit}`)).stdout).toContain('"msg":"listening"');
    const { stdout } = await ssh(name, `sudo cat /opt/elastic-fleet/${unit}/manifest.json`);
    expect(JSON.parse(stdout)).toMatchObject({ service: unit });
  });

  test("an instance of the fleet, by its id", async () => {
    const [id = ""] = await inService();
    expect(await ssh(id, "hostname")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ip-10-0-1/) as string,
    });
  });

  test("no secret is where others can read it", () => {
    const readable = readdirSync(running.folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && !entry.parentPath.includes("/hosts/"))
      .map(entry => join(entry.parentPath, entry.name))
      .filter(file => readFileSync(file, "latin1").includes("PRIVATE KEY"));
    expect(readable.map(file => statSync(file).mode & 0o777)).toEqual(readable.map(() => 0o600));
    expect(readable).toHaveLength(2); // the bastion's and the stack's
  });
});
