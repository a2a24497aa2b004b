/** What instances do, launched and changed by the API. */
import "../../../../testing/runtime"; // first: the others load what it stands in for
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerTo } from "../../../../testing/client";
import { familyOf, type Process } from "../../../../testing/processes";
import { makeSamples, openRegion, operatorAddress } from "../../../../testing/sample-resources";
import { ports } from "../../../../apps/ports";
import type { Region } from "../../../region";
import { amazonLinux2023 } from "../image";

const one = { ImageId: amazonLinux2023, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;

async function setUp() {
  const { region, clock, events, resources } = await openRegion();
  const { ec2 } = region.calls;
  const describe = async (id: string) => {
    const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [id] });
    return Reservations[0]?.Instances?.[0];
  };
  const stateOf = async (id: string) => (await describe(id))?.State?.Name;
  /** Launches an instance and waits until it runs. */
  const launch = async (request: object = {}) => {
    const { Instances } = await ec2.RunInstances({ ...one, ...request });
    const id = Instances?.[0]?.InstanceId ?? "";
    await region.ec2.instances.settled(id);
    return id;
  };
  const statusOf = async (id: string) => {
    const { InstanceStatuses } = await ec2.DescribeInstanceStatus({ InstanceIds: [id] });
    return InstanceStatuses[0]?.InstanceStatus?.Status;
  };
  return { region, resources, ec2, clock, events, describe, stateOf, statusOf, launch };
}

/** A sample instance that runs a service, by its id. */
async function withService() {
  const set = await setUp();
  const made = await makeSamples(set.resources, "aws:autoscaling/group:Group");
  return { ...set, id: (name: string) => made[name]?.id ?? "" };
}

/** How a connection from the Internet to an instance's service ends. */
function outcomeAt(region: Region, address = ""): string {
  return region.network.routerFrom({ internetAddress: operatorAddress })({
    address,
    port: ports.receiver.http,
  }).outcome;
}

describe("RunInstances", () => {
  test("answers while pending; booted, the instance runs with all that AWS answers", async () => {
    const { ec2, region, describe, statusOf, clock } = await setUp();
    const { Instances, ReservationId } = await ec2.RunInstances({ ...one, ClientToken: "once" });
    const id = Instances?.[0]?.InstanceId ?? "";
    expect(Instances).toMatchObject([{ State: { Code: 0, Name: "pending" }, StateTransitionReason: "" }]);
    expect(ReservationId).toMatch(/^r-/);
    await region.ec2.instances.settled(id);
    const {
      Subnets: [subnet],
    } = await ec2.DescribeSubnets({ Filters: [{ Name: "default-for-az", Values: ["true"] }] });
    expect(await describe(id)).toMatchObject({
      AmiLaunchIndex: 0,
      Architecture: "x86_64",
      BootMode: "uefi-preferred",
      ClientToken: "once",
      CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 },
      CurrentInstanceBootMode: "uefi",
      HibernationOptions: { Configured: false },
      MetadataOptions: {
        State: "applied",
        HttpTokens: "required",
        HttpPutResponseHopLimit: 2,
        HttpEndpoint: "enabled",
        HttpProtocolIpv6: "disabled",
        InstanceMetadataTags: "disabled",
      },
      Monitoring: { State: "disabled" },
      NetworkInterfaces: [
        { MacAddress: expect.stringMatching(/^02(:[0-9a-f]{2}){5}$/) as string, SourceDestCheck: true },
      ],
      PlatformDetails: "Linux/UNIX",
      PublicIpAddress: expect.stringMatching(/^203\.0\.113\./) as string,
      SecurityGroups: [{ GroupName: "default" }],
      State: { Code: 16, Name: "running" },
      SubnetId: subnet?.SubnetId,
      UsageOperation: "RunInstances",
    });
    expect(await statusOf(id)).toBe("initializing");
    clock.advance(5_000);
    expect(await statusOf(id)).toBe("ok");
    expect(region.ec2.instances.hosts.get(id)?.services.size).toBe(0);
  });

  test("launches several in one reservation, with their own places in it and tags for all they have", async () => {
    const { ec2 } = await setUp();
    const tags = (ResourceType: "instance" | "volume" | "network-interface") => ({
      ResourceType,
      Tags: [{ Key: "Name", Value: ResourceType }],
    });
    const { ReservationId, Instances = [] } = await ec2.RunInstances({
      ...one,
      MaxCount: 2,
      TagSpecifications: [tags("instance"), tags("volume"), tags("network-interface")],
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 20, Encrypted: true } }],
    });
    expect(Instances.map(each => each.AmiLaunchIndex)).toEqual([0, 1]);
    const { Reservations } = await ec2.DescribeInstances({});
    expect(Reservations).toMatchObject([{ ReservationId, Instances: [{}, {}] }]);
    const { Volumes } = await ec2.DescribeVolumes({});
    const Tags = [{ Key: "Name", Value: "volume" }];
    const volume = { Size: 20, Encrypted: true, VolumeType: "gp3", Iops: 3000, Tags };
    expect(Volumes).toMatchObject([volume, volume]);
    const { Tags: all } = await ec2.DescribeTags({ Filters: [{ Name: "key", Values: ["Name"] }] });
    expect(all.map(({ Value }) => Value).sort()).toEqual([
      "instance",
      "instance",
      "network-interface",
      "network-interface",
      "volume",
      "volume",
    ]);
  });

  test("takes the launch template's values unless it has its own", async () => {
    const { ec2 } = await setUp();
    const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "a", Description: "a" });
    const tagged = (Tags: { Key: string; Value: string }[]) => [{ ResourceType: "instance" as const, Tags }];
    await ec2.CreateLaunchTemplate({
      LaunchTemplateName: "one",
      LaunchTemplateData: {
        ImageId: amazonLinux2023,
        InstanceType: "t3.small",
        SecurityGroupIds: [GroupId],
        Monitoring: { Enabled: true },
        TagSpecifications: tagged([
          { Key: "a", Value: "template" },
          { Key: "b", Value: "template" },
        ]),
      },
    });
    const { Instances } = await ec2.RunInstances({
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: { LaunchTemplateName: "one", Version: "$Latest" },
      InstanceType: "t3.nano",
      TagSpecifications: tagged([{ Key: "b", Value: "own" }]),
    });
    expect(Instances).toMatchObject([
      {
        InstanceType: "t3.nano",
        SecurityGroups: [{ GroupId }],
        Monitoring: { State: "enabled" },
        Tags: [
          { Key: "a", Value: "template" },
          { Key: "b", Value: "own" },
        ],
      },
    ]);
  });

  test("gives a public address as asked, or else as the subnet does", async () => {
    const { launch, describe } = await setUp();
    const without = await launch({
      NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false }],
    });
    expect((await describe(without))?.PublicIpAddress).toBeUndefined();
    const by = await launch({ NetworkInterfaces: [{ DeviceIndex: 0 }] });
    expect((await describe(by))?.PublicIpAddress).toMatch(/^203\.0\.113\./);
  });

  test("never writes outside the region's folder, whatever the instance's name", async () => {
    const { region, launch } = await setUp();
    const Tags = [{ Key: "Name", Value: "../../../escaped" }];
    const id = await launch({ TagSpecifications: [{ ResourceType: "instance", Tags }] });
    expect(region.ec2.instances.hosts.get(id)?.root).toMatch(/\/\.local\/hosts\/_+escaped-i-[0-9a-f]+$/);
  });

  test("ends as terminated, with the reason, if the instance can't boot", async () => {
    const { region, events, launch, describe } = await setUp();
    writeFileSync(join(region.options.folder, "hosts"), "a file in the way");
    const id = await launch();
    expect(await describe(id)).toMatchObject({
      State: { Name: "terminated" },
      StateReason: { Code: "Server.InternalError" },
    });
    expect(events).toEqual([expect.stringMatching(new RegExp(`^failed to launch ${id}: `))]);
  });

  test("leaves no process behind if the region closes meanwhile", async () => {
    const { region, ec2, id } = await withService();
    const request = { ...one, ImageId: id("image"), SubnetId: id("subnet-1"), MaxCount: 2 };
    const isOfRegion = ({ command }: Process) => command.includes(region.options.folder);
    const processes = async () => (await familyOf(process.pid)).filter(isOfRegion);
    expect(await processes()).not.toEqual([]);
    await ec2.RunInstances(request);
    await region.close();
    expect(await processes()).toEqual([]);
    await expect(ec2.RunInstances(request)).rejects.toThrow("the region is closed");
  });
});

describe("a stopped instance", () => {
  test("has no processes, no public address and no target, but its disk; started, it serves at another address", async () => {
    const { region, ec2, id, describe, stateOf } = await withService();
    const instanceId = id("instance");
    const InstanceIds = [instanceId];
    const before = await describe(instanceId);
    const host = region.ec2.instances.hosts.get(instanceId);
    const [node = ""] = [...region.elbv2.loadBalancers.values()].flatMap(({ interfaceIds }) => interfaceIds);
    const address = before?.PrivateIpAddress ?? "";
    const outcomeInside = () =>
      region.network.routerFrom({ interfaceId: node })({ address, port: ports.receiver.http }).outcome;
    expect([outcomeAt(region, before?.PublicIpAddress), outcomeInside()]).toEqual(["open", "open"]);

    const { StoppingInstances } = await ec2.StopInstances({ InstanceIds });
    const [running, stopping] = [{ Name: "running" }, { Code: 64, Name: "stopping" }];
    expect(StoppingInstances).toMatchObject([{ PreviousState: running, CurrentState: stopping }]);
    expect(region.ec2.instances.hosts.has(instanceId)).toBe(false);
    await region.ec2.instances.settled(instanceId);
    expect(host?.services.size).toBe(0);
    expect(existsSync(host?.root ?? "")).toBe(true);
    expect(await describe(instanceId)).toMatchObject({
      State: { Code: 80, Name: "stopped" },
      PrivateIpAddress: before?.PrivateIpAddress,
      StateReason: { Code: "Client.UserInitiatedShutdown" },
    });
    expect((await describe(instanceId))?.PublicIpAddress).toBeUndefined();
    expect([outcomeAt(region, before?.PublicIpAddress), outcomeInside()]).toEqual(["dropped", "dropped"]);
    const [group] = [...region.elbv2.targetGroups.values()];
    const healthState = () => group?.group.describe().map(({ targetHealth }) => targetHealth.state);
    expect(healthState()).toEqual(["unused"]);

    await ec2.StartInstances({ InstanceIds });
    expect(await stateOf(instanceId)).toBe("pending");
    await region.ec2.instances.settled(instanceId);
    const after = await describe(instanceId);
    expect(after).toMatchObject({ State: { Name: "running" }, PrivateIpAddress: before?.PrivateIpAddress });
    expect(after?.PublicIpAddress).not.toBe(before?.PublicIpAddress);
    expect([outcomeAt(region, after?.PublicIpAddress), outcomeInside()]).toEqual(["open", "open"]);
    expect(healthState()).not.toEqual(["unused"]);
  });

  test("can change its type and user data, and be terminated", async () => {
    const { region, ec2, launch, describe, stateOf } = await setUp();
    const InstanceId = await launch();
    const { root = "" } = region.ec2.instances.hosts.get(InstanceId) ?? {};
    await ec2.StopInstances({ InstanceIds: [InstanceId] });
    await region.ec2.instances.settled(InstanceId);
    await ec2.ModifyInstanceAttribute({ InstanceId, InstanceType: { Value: "t3.small" } });
    await ec2.ModifyInstanceAttribute({ InstanceId, UserData: { Value: Buffer.from("hello") } });
    expect((await describe(InstanceId))?.InstanceType).toBe("t3.small");
    const userData = await ec2.DescribeInstanceAttribute({ InstanceId, Attribute: "userData" });
    expect(userData).toMatchObject({ UserData: { Value: "aGVsbG8=" } });
    await region.ec2.instances.terminate(InstanceId);
    expect([await stateOf(InstanceId), existsSync(root)]).toEqual(["terminated", false]);
    expect((await ec2.DescribeVolumes({})).Volumes).toEqual([]);
  });
});

test("a rebooted instance runs its services in new processes", async () => {
  const { region, ec2, id, stateOf } = await withService();
  const instanceId = id("instance");
  const pids = () =>
    [...(region.ec2.instances.hosts.get(instanceId)?.services.values() ?? [])].map(({ pid }) => pid);
  const before = pids();
  await ec2.RebootInstances({ InstanceIds: [instanceId] });
  expect(await stateOf(instanceId)).toBe("running");
  await region.ec2.instances.settled(instanceId);
  expect(pids()).toHaveLength(before.length);
  expect(pids()).not.toEqual(before);
});

test("an instance profile that is associated, replaced or removed shows in the host's metadata at once", async () => {
  const { region, ec2, launch, describe } = await setUp();
  for (const name of ["one", "other"])
    region.iam.createInstanceProfile({ name, path: "/", tags: {} }).roleName = `${name}-role`;
  const InstanceId = await launch();
  const role = () => region.ec2.instances.hosts.get(InstanceId)?.options.metadata().profile?.roleName;
  const { IamInstanceProfileAssociation: first } = await ec2.AssociateIamInstanceProfile({
    InstanceId,
    IamInstanceProfile: { Name: "one" },
  });
  expect([first.State, role()]).toEqual(["associating", "one-role"]);
  const { IamInstanceProfileAssociation: second } = await ec2.ReplaceIamInstanceProfileAssociation({
    AssociationId: first.AssociationId,
    IamInstanceProfile: { Arn: "arn:aws:iam::123456789012:instance-profile/other" },
  });
  expect(role()).toBe("other-role");
  expect((await describe(InstanceId))?.IamInstanceProfile).toEqual({
    Arn: "arn:aws:iam::123456789012:instance-profile/other",
    Id: region.iam.instanceProfiles.get("other")?.id,
  });
  const { IamInstanceProfileAssociations } = await ec2.DescribeIamInstanceProfileAssociations({
    Filters: [{ Name: "instance-id", Values: [InstanceId] }],
  });
  expect(IamInstanceProfileAssociations).toMatchObject([
    { AssociationId: second.AssociationId, State: "associated" },
  ]);
  await ec2.DisassociateIamInstanceProfile({ AssociationId: second.AssociationId });
  expect([role(), (await describe(InstanceId))?.IamInstanceProfile]).toEqual([undefined, undefined]);
});

describe("attributes of a running instance", () => {
  test.each<[string, object, string, object]>([
    [
      "termination protection",
      { DisableApiTermination: { Value: true } },
      "disableApiTermination",
      { DisableApiTermination: { Value: true } },
    ],
    [
      "stop protection",
      { Attribute: "disableApiStop", Value: "true" },
      "disableApiStop",
      { DisableApiStop: { Value: true } },
    ],
    [
      "the source and destination check",
      { SourceDestCheck: { Value: false } },
      "sourceDestCheck",
      { SourceDestCheck: { Value: false } },
    ],
    [
      "the shutdown behaviour",
      { InstanceInitiatedShutdownBehavior: { Value: "terminate" } },
      "instanceInitiatedShutdownBehavior",
      { InstanceInitiatedShutdownBehavior: { Value: "terminate" } },
    ],
  ])("%s", async (_name, change, attribute, expected) => {
    const { ec2, launch } = await setUp();
    const InstanceId = await launch();
    const Attribute = attribute as "disableApiStop";
    expect(await ec2.DescribeInstanceAttribute({ InstanceId, Attribute })).not.toMatchObject(expected);
    await ec2.ModifyInstanceAttribute({ InstanceId, ...change });
    expect(await ec2.DescribeInstanceAttribute({ InstanceId, Attribute })).toMatchObject(expected);
  });

  test("its groups decide who reaches it", async () => {
    const { region, ec2, id, describe } = await withService();
    const { GroupId } = await ec2.CreateSecurityGroup({
      GroupName: "closed",
      Description: "closed",
      VpcId: id("vpc"),
    });
    const address = (await describe(id("instance")))?.PublicIpAddress;
    expect(outcomeAt(region, address)).toBe("open");
    await ec2.ModifyInstanceAttribute({ InstanceId: id("instance"), Groups: [GroupId] });
    expect(outcomeAt(region, address)).toBe("dropped");
  });

  test("its metadata options decide what its metadata service answers", async () => {
    const { region, ec2, launch } = await setUp();
    const InstanceId = await launch();
    const url = "http://169.254.169.254/latest/meta-data/instance-id";
    const answer = () => answerTo(url, { through: region.ec2.instances.hosts.get(InstanceId)?.proxyUrl });
    expect((await answer()).status).toBe(401);
    const { InstanceMetadataOptions } = await ec2.ModifyInstanceMetadataOptions({
      InstanceId,
      HttpTokens: "optional",
    });
    expect(InstanceMetadataOptions).toMatchObject({ State: "pending", HttpTokens: "optional" });
    expect(await answer()).toMatchObject({ status: 200, text: InstanceId });
    await ec2.ModifyInstanceMetadataOptions({ InstanceId, HttpEndpoint: "disabled" });
    expect((await answer()).status).toBe(403);
  });

  test("its CPU credits, unlimited unless it is a T2", async () => {
    const { ec2, launch } = await setUp();
    const [InstanceId, t2] = [await launch(), await launch({ InstanceType: "t2.micro" })];
    const credits = async () => {
      const { InstanceCreditSpecifications } = await ec2.DescribeInstanceCreditSpecifications({
        InstanceIds: [InstanceId, t2],
      });
      return InstanceCreditSpecifications.map(({ CpuCredits }) => CpuCredits);
    };
    expect(await credits()).toEqual(["unlimited", "standard"]);
    await ec2.ModifyInstanceCreditSpecification({
      InstanceCreditSpecifications: [{ InstanceId, CpuCredits: "standard" }],
    });
    expect(await credits()).toEqual(["standard", "standard"]);
  });

  test("its monitoring", async () => {
    const { ec2, launch, describe } = await setUp();
    const id = await launch();
    const { InstanceMonitorings } = await ec2.MonitorInstances({ InstanceIds: [id] });
    expect(InstanceMonitorings).toEqual([{ InstanceId: id, Monitoring: { State: "pending" } }]);
    expect((await describe(id))?.Monitoring).toEqual({ State: "enabled" });
    await ec2.UnmonitorInstances({ InstanceIds: [id] });
    expect((await describe(id))?.Monitoring).toEqual({ State: "disabled" });
  });
});
