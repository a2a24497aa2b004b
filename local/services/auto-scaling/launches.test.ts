/** A group in a real region, with real launches. */
import "../../../testing/runtime"; // first: the others load what it stands in for
import { existsSync } from "node:fs";
import { minute, startOfMinute } from "../../clock";
import { eventually } from "../../../testing/eventually";
import { ports } from "../../../apps/ports";
import { makeSamples, openRegion, samples } from "../../../testing/sample-resources";
import type { TargetHealthDescription } from "../elbv2/target-group";
import { hasFirstInstance } from "./first-instance";
import type { AutoScalingGroup } from "./group";

const imageType = "aws:ec2/amiFromInstance:AmiFromInstance";

/** The samples' group, with one instance in service. */
async function setUp() {
  const { region, resources, clock, events } = await openRegion();
  const made = await makeSamples(resources, "aws:autoscaling/policy:Policy");
  const inputsOf = (name: string) =>
    samples()
      .find(sample => sample.name === name)
      ?.inputs(made) ?? {};
  const [group] = region.autoScaling.groups.values();
  const update = (changes: object) =>
    region.calls.autoScaling.UpdateAutoScalingGroup({
      AutoScalingGroupName: group?.name,
      MaxSize: 3,
      ...changes,
    });
  const [targets] = [...region.elbv2.targetGroups.values()].map(running => running.group);
  if (!group || !targets) throw new Error("the samples have no group");
  await update({ DesiredCapacity: 1 });
  await group.until(hasFirstInstance);
  return { region, resources, clock, events, made, inputsOf, update, group, targets };
}

const inService = (group: AutoScalingGroup) =>
  [...group.instances.values()].filter(({ lifecycleState }) => lifecycleState === "InService");

test("an instance is launched from the template and registered at its own address", async () => {
  const { region, group, targets, made } = await setUp();
  const [instance] = inService(group);
  const host = region.ec2.instances.hosts.get(instance?.instanceId ?? "");
  const networkInterface = region.ec2.interfaces.get(host?.options.interfaceId ?? "");
  const { privateIpAddress, subnetId, groupIds, publicIpAddress } = networkInterface;
  expect(host?.options.name).toBe("fleet");
  expect(host?.options.metadata()).toMatchObject({ imageId: made["image"]?.id, instanceType: "t3.micro" });
  expect([subnetId, groupIds]).toEqual([made["subnet-1"]?.id, [made["group"]?.id]]);
  expect(publicIpAddress).toMatch(/^203\.0\.113\./);
  const availabilityZone = "us-east-1a";
  expect(instance).toMatchObject({ privateIpAddress, availabilityZone, launchTemplateVersion: 1 });
  const target = { id: instance?.instanceId, port: ports.receiver.http };
  expect(targets.describe().map(each => each.target)).toContainEqual(target);
  expect([...(host?.services.keys() ?? [])]).toEqual(["receiver"]);
});

test("an instance is registered with each target group at that group's own port", async () => {
  const { region, made, group } = await setUp();
  const { TargetGroups } = await region.calls.elbv2.CreateTargetGroup({
    Name: "other",
    Protocol: "HTTP",
    Port: 9090,
    VpcId: made["vpc"]?.id,
  });
  const arns = [made["aws:lb/targetGroup:TargetGroup"]?.id ?? "", TargetGroups[0]?.TargetGroupArn ?? ""];
  await region.calls.autoScaling.AttachLoadBalancerTargetGroups({
    AutoScalingGroupName: group.name,
    TargetGroupARNs: arns.slice(1),
  });
  const [instance] = inService(group);
  const portsOf = (arn: string) =>
    region.elbv2
      .groupOf(arn)
      .describe()
      .flatMap(({ target }) => (target.id === instance?.instanceId ? [target.port] : []));
  expect(arns.map(portsOf)).toEqual([[ports.receiver.http], [9090]]);
});

test("the CPU of an instance's processes is measured", async () => {
  const { region, group, clock } = await setUp();
  const dimensions = [{ name: "InstanceId", value: inService(group)[0]?.instanceId ?? "" }];
  const metric = { namespace: "AWS/EC2", name: "CPUUtilization", dimensions };
  const percent = await eventually("a whole minute is measured", () => {
    const [latest] = region.metrics.averages(metric, 1, startOfMinute(clock.now()) - minute);
    if (latest === undefined) clock.advance(minute);
    return latest;
  });
  expect(percent).toBeGreaterThan(0);
});

test("an instance that somebody terminated is replaced", async () => {
  const { region, group, clock } = await setUp();
  const [first] = inService(group);
  const id = first?.instanceId ?? "";
  await region.ec2.instances.terminate(id);
  clock.advance(10_000);
  await group.until(({ instances }) => !instances.has(id) && inService(group).length === 1);
  expect(group.activities.map(({ statusCode }) => statusCode)).toEqual(Array(3).fill("Successful"));
});

test("nothing can be launched without the template", async () => {
  const { region, group, made } = await setUp();
  region.ec2.launchTemplates.clear();
  group.setDesiredCapacity(2);
  await group.until(({ activities: [latest] }) => latest?.statusCode === "Failed");
  expect(group.activities[0]?.statusMessage).toBe(
    `The specified launch template, with template ID ${made["template"]?.id}, does not exist. Launching EC2 instance failed.`,
  );
});

test("a group can be emptied when its image is gone, but not given that image again", async () => {
  const { region, group, update, made } = await setUp();
  await region.calls.ec2.DeregisterImage({ ImageId: made["image"]?.id });
  const LaunchTemplate = { LaunchTemplateId: made["template"]?.id, Version: "1" };
  await expect(update({ LaunchTemplate })).rejects.toThrow(
    `You must use a valid fully-formed launch template. The image id '[${made["image"]?.id}]' does not exist`,
  );
  await update({ MinSize: 0, MaxSize: 0, DesiredCapacity: 0 });
  await group.until(({ instances }) => instances.size === 0);
});

test("a new image refreshes the group; the old image can be deleted meanwhile", async () => {
  const { region, resources, group, clock, update, made, inputsOf, targets } = await setUp();
  const [old] = inService(group);
  const image = { ...inputsOf("image"), name: "sample-image-2" };
  const { id: imageId } = await resources.create({ type: imageType, name: "image-2", inputs: image });
  const LaunchTemplateId = made["template"]?.id;
  await region.calls.ec2.CreateLaunchTemplateVersion({
    LaunchTemplateId,
    SourceVersion: "1",
    LaunchTemplateData: { ImageId: imageId },
  });
  await update({ LaunchTemplate: { LaunchTemplateId, Version: "2" } });
  await region.calls.autoScaling.StartInstanceRefresh({
    AutoScalingGroupName: group.name,
    Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
  });
  await region.calls.ec2.DeregisterImage({ ImageId: made["image"]?.id });

  await group.until(() => inService(group).length === 2);
  const [, fresh] = inService(group);
  expect(fresh?.launchTemplateVersion).toBe(2);
  clock.advance(299_999);
  const isHealthy = ({ target, targetHealth }: TargetHealthDescription) =>
    target.id === fresh?.instanceId && targetHealth.state === "healthy";
  await targets.until(all => all.some(isHealthy));
  expect(inService(group)).toHaveLength(2);
  clock.advance(10_000);
  await group.until(({ instances }) => instances.size === 1);
  expect(inService(group)).toEqual([fresh]);
  expect(region.ec2.instances.hosts.get(fresh?.instanceId ?? "")?.options.metadata().imageId).toBe(imageId);
  expect(region.ec2.instances.hosts.has(old?.instanceId ?? "")).toBe(false);
});

test("an update that changes neither capacity nor template overrides neither", async () => {
  const { group, update } = await setUp();
  group.setDesiredCapacity(2);
  await update({ HealthCheckGracePeriod: 30 });
  expect([group.desiredCapacity, group.settings.healthCheckGracePeriodSeconds]).toEqual([2, 30]);
  const kinds = group.activities.flatMap(({ causes }) => causes.map(({ cause }) => cause.kind));
  expect(kinds).not.toContainEqual(expect.stringMatching(/^refresh/));
});

test("deleting a group terminates its instances, even those that boot", async () => {
  const { region, group, targets, clock } = await setUp();
  const others = [...region.ec2.instances.hosts.keys()].filter(id => !group.instances.has(id));
  group.setDesiredCapacity(3);
  const roots = [...group.instances.keys()].map(id => `${region.options.folder}/hosts/fleet-${id}`);
  expect(roots).toHaveLength(3);
  await region.autoScaling.deleteGroup(group.name);
  expect([...region.ec2.instances.hosts.keys()]).toEqual(others);
  expect(region.ec2.vpc.networkInterfaces.size).toBe(others.length + 2); // and the load balancer's two
  expect(roots.filter(existsSync)).toEqual([]);
  clock.advance(30_000); // the deregistration delay
  expect(targets.describe().map(({ target }) => target.id)).toEqual(others);
});
