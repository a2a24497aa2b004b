/** Images, their snapshots and volumes, by the API. */
import "../../../../testing/runtime"; // first: the others load what it stands in for
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRegion } from "../../../../testing/sample-resources";
import { amazonLinux2023 } from "../image";
import { find } from "../resource-types";

const one = { ImageId: amazonLinux2023, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;

async function setUp() {
  const { region, clock } = await openRegion();
  const { ec2 } = region.calls;
  const launch = async (request: object = {}) => {
    const { Instances } = await ec2.RunInstances({ ...one, ...request });
    const id = Instances?.[0]?.InstanceId ?? "";
    await region.ec2.instances.settled(id);
    return id;
  };
  const imageWith = async (id: string) => (await ec2.DescribeImages({ ImageIds: [id] })).Images[0];
  return { region, ec2, clock, launch, imageWith };
}

test("an image is pending until the disk is copied; instances launched from it have the disk", async () => {
  const { region, ec2, launch, imageWith } = await setUp();
  const InstanceId = await launch();
  const rootOf = (id: string) => region.ec2.instances.hosts.get(id)?.root ?? "";
  writeFileSync(join(rootOf(InstanceId), "file"), "");
  const tags = (ResourceType: "image" | "snapshot") => ({
    ResourceType,
    Tags: [{ Key: "of", Value: ResourceType }],
  });
  const { ImageId } = await ec2.CreateImage({
    InstanceId,
    Name: "one",
    Description: "an image",
    TagSpecifications: [tags("image"), tags("snapshot")],
  });
  expect(await imageWith(ImageId)).toMatchObject({ State: "pending" });
  const { Snapshots } = await ec2.DescribeSnapshots({ OwnerIds: ["self"] });
  expect(Snapshots).toMatchObject([{ State: "pending", Progress: "0%", Tags: tags("snapshot").Tags }]);
  await region.ec2.instances.settled(InstanceId);
  expect(await imageWith(ImageId)).toMatchObject({
    State: "available",
    Name: "one",
    Description: "an image",
    Public: false,
    RootDeviceName: "/dev/xvda",
    BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId: Snapshots[0]?.SnapshotId } }],
    SourceInstanceId: InstanceId,
    Tags: tags("image").Tags,
  });
  expect(existsSync(join(rootOf(await launch({ ImageId })), "file"))).toBe(true);
});

test("without a reboot, the disk is copied while the instance runs", async () => {
  const { region, ec2, launch } = await setUp();
  const InstanceId = await launch();
  const restart = jest.spyOn(find(region.ec2.instances.hosts, "instance", InstanceId), "restart");
  await ec2.CreateImage({ InstanceId, Name: "one", NoReboot: true });
  expect(restart).not.toHaveBeenCalled();
  await ec2.CreateImage({ InstanceId, Name: "other" });
  expect(restart).toHaveBeenCalledTimes(1);
});

test("an image of a stopped instance", async () => {
  const { region, ec2, launch, imageWith } = await setUp();
  const InstanceId = await launch();
  await ec2.StopInstances({ InstanceIds: [InstanceId] });
  const { ImageId } = await ec2.CreateImage({ InstanceId, Name: "one" });
  await region.ec2.instances.settled(InstanceId);
  expect(await imageWith(ImageId)).toMatchObject({ State: "available" });
});

test("a deregistered image leaves its snapshot, which can then be deleted", async () => {
  const { region, ec2, launch } = await setUp();
  const InstanceId = await launch();
  const { ImageId } = await ec2.CreateImage({ InstanceId, Name: "one" });
  await region.ec2.instances.settled(InstanceId);
  await ec2.DeregisterImage({ ImageId });
  await expect(ec2.DescribeImages({ ImageIds: [ImageId] })).rejects.toMatchObject({
    code: "InvalidAMIID.NotFound",
  });
  const { Snapshots } = await ec2.DescribeSnapshots({ OwnerIds: ["self"] });
  await ec2.DeleteSnapshot({ SnapshotId: Snapshots[0]?.SnapshotId });
  expect((await ec2.DescribeSnapshots({})).Snapshots).toEqual([]);
});

test("images by owner", async () => {
  const { ec2, launch } = await setUp();
  const { ImageId } = await ec2.CreateImage({ InstanceId: await launch(), Name: "one" });
  const ownedBy = async (...Owners: string[]) =>
    (await ec2.DescribeImages({ Owners })).Images.map(each => each.ImageId);
  expect(await ownedBy("amazon")).toEqual([amazonLinux2023]);
  expect(await ownedBy("self")).toEqual([ImageId]);
  expect(await ownedBy()).toEqual([amazonLinux2023, ImageId]);
});

test("a volume is modified at once, and the modification takes its time", async () => {
  const { ec2, clock, launch } = await setUp();
  await launch();
  const {
    Volumes: [volume],
  } = await ec2.DescribeVolumes({});
  const VolumeId = volume?.VolumeId;
  const { VolumeModification } = await ec2.ModifyVolume({ VolumeId, Size: 20, VolumeType: "gp2" });
  expect(VolumeModification).toMatchObject({
    ModificationState: "modifying",
    OriginalVolumeType: "gp3",
    TargetVolumeType: "gp2",
    OriginalSize: 8,
    TargetSize: 20,
  });
  expect((await ec2.DescribeVolumes({})).Volumes).toMatchObject([{ Size: 20, VolumeType: "gp2", Iops: 100 }]);
  clock.advance(5_000);
  const { VolumesModifications } = await ec2.DescribeVolumesModifications({ VolumeIds: [VolumeId ?? ""] });
  expect(VolumesModifications).toMatchObject([{ ModificationState: "completed", Progress: 100 }]);
});
