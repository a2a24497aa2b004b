/**
 * An operator changes running instances and the fleet by AWS's own clients alone: stops, starts, reboots and terminates
 * hosts, takes the scaling policy away, and rolls the fleet to a new version of its template
 * without losing a request, as `pulumi up` waits for it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { ports } from "../apps/ports";
import { awaitRefreshCommand } from "../infra/local-commands";
import type { RefreshWait } from "../infra/refresh-wait";
import { answerTo, ask } from "../testing/client";
import { clientsOf, type Clients } from "../testing/aws-clients";
import { eventually } from "../testing/eventually";
import { count, under } from "../testing/load";
import { root, startTestRegion, type TestRegion } from "../testing/region";

jest.setTimeout(120_000);

let region: TestRegion;
let aws: Clients;
beforeAll(async () => {
  region = await startTestRegion();
  aws = clientsOf(region.internet);
});

async function instance(InstanceId: string) {
  const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [InstanceId] });
  return Reservations?.[0]?.Instances?.[0];
}

const becomes = (InstanceId: string, state: string) =>
  eventually(
    `${InstanceId} is ${state}`,
    async () => (await instance(InstanceId))?.State?.Name === state,
    30_000,
  );

/** Its target's state in the receivers' target group. */
async function targetState(Id: string): Promise<string | undefined> {
  const TargetGroupArn = region.declared("aws:lb/targetGroup:TargetGroup", "receiver-lb").id;
  const Targets = [{ Id, Port: ports.receiver.http }];
  const { TargetHealthDescriptions } = await aws.elbv2.describeTargetHealth({ TargetGroupArn, Targets });
  return TargetHealthDescriptions?.[0]?.TargetHealth?.State;
}
const targetIs = (id: string, state: string) =>
  eventually(`the target is ${state}`, async () => (await targetState(id)) === state, 30_000);

const through = () => ({ through: region.internet });
const balanced = () => answerTo(region.output("receiverLoadBalancerUrl"), through());

test("a stopped receiver gets no requests; started, it serves at another public address", async () => {
  const { instanceId, publicIp } = region.addresses("receiver-1");
  await aws.ec2.stopInstances({ InstanceIds: [instanceId] });
  await becomes(instanceId, "stopped");
  expect((await instance(instanceId))?.PublicIpAddress).toBeUndefined();
  await targetIs(instanceId, "unused");
  for (let turn = 0; turn < 4; turn++) expect(await balanced()).toMatchObject({ status: 200 });
  expect(await ask(`http://${publicIp}:${ports.receiver.http}/health`, through())).toBe("silent");

  await aws.ec2.startInstances({ InstanceIds: [instanceId] });
  await becomes(instanceId, "running");
  const address = (await instance(instanceId))?.PublicIpAddress ?? "";
  expect(address).not.toBe(publicIp);
  await targetIs(instanceId, "healthy");
  const url = `http://${address}:${ports.receiver.http}/`;
  expect((await answerTo(url, through())).json).toMatchObject({ server_ip_address: address });
});

test("a stopped data host is silent, not closed, and keeps its number until it is started", async () => {
  const { instanceId, privateIp } = region.addresses("data");
  const post = { ...through(), method: "POST", body: { num: 42 } };
  expect(await answerTo(region.output("receiverLoadBalancerUrl"), post)).toMatchObject({ status: 200 });
  await aws.ec2.stopInstances({ InstanceIds: [instanceId] });
  await becomes(instanceId, "stopped");
  const receiver = region.host("receiver-1");
  const url = `http://${privateIp}:${ports["data-access"].read}/`;
  expect(await ask(url, { through: receiver.proxyUrl })).toBe("silent");
  const { interfaceId } = receiver.options;
  const drop = (await region.decisions()).findLast(({ from }) => from.interfaceId === interfaceId);
  expect(drop).toMatchObject({ code: "BAD_STATE", to: { address: privateIp }, direction: "ingress" });
  expect(await balanced()).toMatchObject({ status: 502 });

  await aws.ec2.startInstances({ InstanceIds: [instanceId] });
  await eventually("receivers get the number", async () => {
    const { json } = await balanced();
    return (json as { seed?: number }).seed === 42;
  });
  expect((await instance(instanceId))?.PrivateIpAddress).toBe(privateIp);
});

test("a rebooted data host keeps its number", async () => {
  const { instanceId } = region.addresses("data");
  const publicIp = (await instance(instanceId))?.PublicIpAddress ?? "";
  const post = { ...through(), method: "POST", body: { num: 4711 } };
  expect(await answerTo(region.output("receiverLoadBalancerUrl"), post)).toMatchObject({ status: 200 });
  // While it reboots, it has no service.
  const pidOf = () => [...region.host("data").services.values()][0]?.pid;
  const pid = pidOf();
  expect(pid).toBeDefined();
  await aws.ec2.rebootInstances({ InstanceIds: [instanceId] });
  const { read } = ports["data-access"];
  await eventually("another process answers with the number", async () => {
    const now = pidOf();
    if (now === undefined || now === pid) return false;
    const outcome = await ask(`http://${publicIp}:${read}/`, through());
    return typeof outcome !== "string" && outcome.json === 4711;
  });
  expect((await instance(instanceId))?.PublicIpAddress).toBe(publicIp);
});

test("a terminated receiver is gone for good, and the other serves", async () => {
  const { instanceId } = region.addresses("receiver-2");
  await aws.ec2.terminateInstances({ InstanceIds: [instanceId] });
  await becomes(instanceId, "terminated");
  expect(await targetState(instanceId)).toBe("unused");
  for (let turn = 0; turn < 4; turn++) expect(await balanced()).toMatchObject({ status: 200 });
  expect(region.region.ec2.instances.hosts.has(instanceId)).toBe(false);
});

test("the scaling policy is deleted with its alarms, and put again", async () => {
  const AutoScalingGroupName = region.output("autoScalingGroupName");
  const policies = async () =>
    (await aws.autoScaling.describePolicies({ AutoScalingGroupName })).ScalingPolicies;
  const alarms = async () => (await aws.cloudWatch.describeAlarms({})).MetricAlarms?.length;
  const [policy] = (await policies()) ?? [];
  expect([policy?.PolicyName, await alarms()]).toEqual(["cpu-target-tracking", 2]);
  await aws.autoScaling.deletePolicy({ AutoScalingGroupName, PolicyName: policy?.PolicyName });
  expect([await policies(), await alarms()]).toEqual([[], 0]);
  await aws.autoScaling.putScalingPolicy({
    AutoScalingGroupName,
    PolicyName: policy?.PolicyName,
    PolicyType: policy?.PolicyType,
    TargetTrackingConfiguration: policy?.TargetTrackingConfiguration,
  });
  expect([(await policies())?.length, await alarms()]).toEqual([1, 2]);
});

/** Runs what `pulumi up` waits by. */
async function awaitRefresh(groupName: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const wait: RefreshWait = {
    groupName,
    minutes: 1,
    region: "us-east-1",
    endpoint: region.internet,
    accessKey: "any",
    secretKey: "any",
  };
  const command = spawn("sh", ["-c", awaitRefreshCommand], { cwd: root });
  command.stdin.end(JSON.stringify(wait));
  const [stdout, stderr, [code]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, "close") as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
}

test("waiting for the refresh of a group that isn't there fails with AWS's answer", async () => {
  expect(await awaitRefresh("nobody")).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^waiting for the fleet's instance refresh: .*nobody.*\n$/) as string,
  });
});

test("a new template version rolls the fleet under fifty requests a second, and none is lost", async () => {
  const AutoScalingGroupName = region.output("autoScalingGroupName");
  const group = async () => {
    const described = await aws.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [AutoScalingGroupName],
    });
    return described.AutoScalingGroups?.[0];
  };
  const before = await group();
  const LaunchTemplateId = before?.LaunchTemplate?.LaunchTemplateId;
  const { LaunchTemplateVersion } = await aws.ec2.createLaunchTemplateVersion({
    LaunchTemplateId,
    SourceVersion: before?.LaunchTemplate?.Version,
    LaunchTemplateData: { InstanceType: "t3.small" },
  });
  const Version = String(LaunchTemplateVersion?.VersionNumber);
  expect(Version).toBe("2");
  const sent = await under(
    region.output("fleetLoadBalancerUrl"),
    { ...through(), perSecond: 50 },
    async () => {
      await aws.autoScaling.updateAutoScalingGroup({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateId, Version },
      });
      const { InstanceRefreshId = "" } = await aws.autoScaling.startInstanceRefresh({
        AutoScalingGroupName,
        Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
      });
      const waited = await awaitRefresh(AutoScalingGroupName);
      expect(waited).toMatchObject({ code: 0, stderr: "" });
      expect(waited.stdout).toMatch(
        new RegExp(`^instance refresh ${InstanceRefreshId}: Successful, 100 %\\n$`, "m"),
      );
    },
  );
  expect(count(sent)).toEqual({ "200": sent.length });
  const after = await group();
  expect(after?.Instances?.map(each => [each.InstanceType, each.LaunchTemplate?.Version])).toEqual([
    ["t3.small", "2"],
  ]);
  expect(after?.Instances?.[0]?.InstanceId).not.toBe(before?.Instances?.[0]?.InstanceId);
});
