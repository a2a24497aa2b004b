/** A call for each thing that EC2 refuses of instances, images, key pairs and launch templates. */
import "../../../testing/runtime"; // first: the others load what it stands in for
import { testRefusals } from "../../../testing/refusals";
import type { Region } from "../../region";
import type { computeRefusals } from "./compute-refusals";
import { amazonLinux2023 } from "./image";

type Ec2Calls = Region["calls"]["ec2"];

const ImageId = amazonLinux2023;
const one = { ImageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;
const unknownProfile = { Name: "nobody" };

/** Launches an instance; resolves to its id. */
async function launch(ec2: Ec2Calls, request: object = {}): Promise<string> {
  const { Instances } = await ec2.RunInstances({ ...one, ...request });
  return Instances?.[0]?.InstanceId ?? "";
}

/** Launches an instance and waits until it runs. */
async function running(ec2: Ec2Calls, region: Region, request: object = {}): Promise<string> {
  const id = await launch(ec2, request);
  await region.ec2.instances.settled(id);
  return id;
}

async function terminated(ec2: Ec2Calls, region: Region): Promise<string> {
  const id = await running(ec2, region);
  await region.ec2.instances.terminate(id);
  return id;
}

async function subnetId(ec2: Ec2Calls): Promise<string> {
  const { Subnets } = await ec2.DescribeSubnets({});
  return Subnets[0]?.SubnetId ?? "";
}

async function otherGroup(ec2: Ec2Calls): Promise<string> {
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
  const { GroupId } = await ec2.CreateSecurityGroup({
    GroupName: "other",
    Description: "other",
    VpcId: Vpc.VpcId,
  });
  return GroupId;
}

async function volumeId(ec2: Ec2Calls, region: Region): Promise<string> {
  await running(ec2, region);
  const { Volumes } = await ec2.DescribeVolumes({});
  return Volumes[0]?.VolumeId ?? "";
}

async function image(ec2: Ec2Calls, region: Region) {
  const InstanceId = await running(ec2, region);
  const { ImageId: id } = await ec2.CreateImage({ InstanceId, Name: "one" });
  return { InstanceId, id };
}

async function template(ec2: Ec2Calls, LaunchTemplateData: object = {}) {
  const { LaunchTemplate } = await ec2.CreateLaunchTemplate({
    LaunchTemplateName: "one",
    LaunchTemplateData,
  });
  return { LaunchTemplateId: LaunchTemplate.LaunchTemplateId };
}

const device = (DeviceName: string, Ebs: object = {}) => ({ BlockDeviceMappings: [{ DeviceName, Ebs }] });

testRefusals<typeof computeRefusals>({
  keyPairUnnamed: ["MissingParameter", ec2 => ec2.DeleteKeyPair({})],
  keyPairName: ["InvalidParameterValue", ec2 => ec2.CreateKeyPair({ KeyName: "a".repeat(256) })],
  keyPairExists: [
    "InvalidKeyPair.Duplicate",
    async ec2 => {
      await ec2.CreateKeyPair({ KeyName: "one", KeyType: "ed25519" });
      return ec2.CreateKeyPair({ KeyName: "one" });
    },
  ],
  keyPairNotFound: ["InvalidKeyPair.NotFound", ec2 => launch(ec2, { KeyName: "nobody" })],
  keyPairMismatch: [
    "InvalidParameterCombination",
    async ec2 => {
      const { KeyPairId } = await ec2.CreateKeyPair({ KeyName: "one", KeyType: "ed25519" });
      return ec2.DeleteKeyPair({ KeyPairId, KeyName: "other" });
    },
  ],
  publicKeyFormat: [
    "InvalidKey.Format",
    ec2 => ec2.ImportKeyPair({ KeyName: "one", PublicKeyMaterial: Buffer.from("ssh-ed25519 AAAA") }),
  ],
  puttyFormat: ["UnsupportedOperation", ec2 => ec2.CreateKeyPair({ KeyName: "one", KeyFormat: "ppk" })],

  imageName: [
    "InvalidAMIName.Malformed",
    async ec2 => ec2.CreateImage({ InstanceId: await launch(ec2), Name: "a" }),
  ],
  imageExists: [
    "InvalidAMIName.Duplicate",
    async (ec2, region) => {
      const { InstanceId } = await image(ec2, region);
      return ec2.CreateImage({ InstanceId, Name: "one" });
    },
  ],
  imageUnavailable: [
    "InvalidAMIID.Unavailable",
    async (ec2, region) => launch(ec2, { ImageId: (await image(ec2, region)).id }),
  ],
  imageNotOwned: ["AuthFailure", ec2 => ec2.DeregisterImage({ ImageId })],
  imageOfInstance: [
    "InvalidParameterValue",
    async (ec2, region) => ec2.CreateImage({ InstanceId: await terminated(ec2, region), Name: "one" }),
  ],
  imageAttribute: [
    "UnsupportedOperation",
    ec2 => ec2.DescribeImageAttribute({ ImageId, Attribute: "uefiData" }),
  ],
  snapshotInUse: [
    "InvalidSnapshot.InUse",
    async (ec2, region) => {
      await image(ec2, region);
      const { Snapshots } = await ec2.DescribeSnapshots({ OwnerIds: ["self"] });
      return ec2.DeleteSnapshot({ SnapshotId: Snapshots[0]?.SnapshotId });
    },
  ],

  volumeUnchanged: [
    "MissingParameter",
    async (ec2, region) => ec2.ModifyVolume({ VolumeId: await volumeId(ec2, region) }),
  ],
  volumeShrinks: [
    "InvalidParameterValue",
    async (ec2, region) => ec2.ModifyVolume({ VolumeId: await volumeId(ec2, region), Size: 7 }),
  ],
  volumeSize: [
    "InvalidParameterValue",
    async (ec2, region) => ec2.ModifyVolume({ VolumeId: await volumeId(ec2, region), VolumeType: "st1" }),
  ],
  volumeModifying: [
    "IncorrectModificationState",
    async (ec2, region) => {
      const VolumeId = await volumeId(ec2, region);
      await ec2.ModifyVolume({ VolumeId, Size: 9 });
      return ec2.ModifyVolume({ VolumeId, Size: 10 });
    },
  ],

  instanceCount: ["InvalidParameterValue", ec2 => launch(ec2, { MinCount: 0 })],
  instanceCounts: ["InvalidParameterValue", ec2 => launch(ec2, { MinCount: 2 })],
  instanceType: ["InvalidParameterValue", ec2 => launch(ec2, { InstanceType: "t3.huge" })],
  instanceTypes: [
    "InvalidInstanceType",
    ec2 => ec2.DescribeInstanceTypes({ InstanceTypes: ["t3.huge" as "t3.micro"] }),
  ],
  architecture: ["InvalidParameterValue", ec2 => launch(ec2, { InstanceType: "t4g.micro" })],
  noDefaultSubnet: ["MissingInput", ec2 => launch(ec2, { Placement: { AvailabilityZone: "us-east-1z" } })],
  subnetInOtherZone: [
    "InvalidParameterCombination",
    async ec2 =>
      launch(ec2, { SubnetId: await subnetId(ec2), Placement: { AvailabilityZone: "us-east-1z" } }),
  ],
  noFreeAddresses: [
    "InsufficientFreeAddressesInSubnet",
    ec2 => launch(ec2, { MinCount: 5000, MaxCount: 5000 }),
  ],
  groupNamesWithSubnet: [
    "InvalidParameterCombination",
    async ec2 => launch(ec2, { SubnetId: await subnetId(ec2), SecurityGroups: ["default"] }),
  ],
  groupInOtherVpc: [
    "InvalidParameter",
    async ec2 => launch(ec2, { SecurityGroupIds: [await otherGroup(ec2)] }),
  ],
  withInterfaces: [
    "InvalidParameterCombination",
    async ec2 => launch(ec2, { SubnetId: await subnetId(ec2), NetworkInterfaces: [{ DeviceIndex: 0 }] }),
  ],
  oneInterface: [
    "UnsupportedOperation",
    ec2 => launch(ec2, { NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 1 }] }),
  ],
  interfaceKept: [
    "UnsupportedOperation",
    ec2 => launch(ec2, { NetworkInterfaces: [{ DeviceIndex: 0, DeleteOnTermination: false }] }),
  ],
  rootVolumeOnly: ["UnsupportedOperation", ec2 => launch(ec2, device("/dev/sdf"))],
  rootVolumeKept: [
    "UnsupportedOperation",
    ec2 => launch(ec2, device("/dev/xvda", { DeleteOnTermination: false })),
  ],
  profile: ["InvalidParameterValue", ec2 => launch(ec2, { IamInstanceProfile: unknownProfile })],
  profileUnnamed: [
    "MissingParameter",
    async ec2 => ec2.AssociateIamInstanceProfile({ InstanceId: await launch(ec2), IamInstanceProfile: {} }),
  ],
  profileTwice: [
    "InvalidParameterCombination",
    ec2 => launch(ec2, { IamInstanceProfile: { Name: "a", Arn: "b" } }),
  ],
  profileAssociated: [
    "IncorrectState",
    async (ec2, { iam }) => {
      iam.createInstanceProfile({ name: "one", path: "/", tags: {} });
      const IamInstanceProfile = { Name: "one" };
      const InstanceId = await launch(ec2, { IamInstanceProfile });
      return ec2.AssociateIamInstanceProfile({ InstanceId, IamInstanceProfile });
    },
  ],
  profileAssociation: [
    "InvalidAssociationID.NotFound",
    ec2 => ec2.DisassociateIamInstanceProfile({ AssociationId: "iip-assoc-01" }),
  ],
  userData: ["InvalidUserData.Malformed", ec2 => launch(ec2, { UserData: "#!/bin/sh" })],
  userDataSize: [
    "InvalidParameterValue",
    ec2 => launch(ec2, { UserData: Buffer.alloc(16_385).toString("base64") }),
  ],
  hopLimit: [
    "InvalidParameterValue",
    ec2 => launch(ec2, { MetadataOptions: { HttpPutResponseHopLimit: 65 } }),
  ],

  notInState: [
    "IncorrectInstanceState",
    async (ec2, region) => ec2.StartInstances({ InstanceIds: [await terminated(ec2, region)] }),
  ],
  neverRan: ["IncorrectInstanceState", async ec2 => ec2.StopInstances({ InstanceIds: [await launch(ec2)] })],
  notStopped: [
    "IncorrectInstanceState",
    async (ec2, region) =>
      ec2.ModifyInstanceAttribute({
        InstanceId: await running(ec2, region),
        InstanceType: { Value: "t3.small" },
      }),
  ],
  isTerminated: [
    "IncorrectInstanceState",
    async (ec2, region) =>
      ec2.ModifyInstanceMetadataOptions({
        InstanceId: await terminated(ec2, region),
        HttpTokens: "optional",
      }),
  ],
  protectedFrom: [
    "OperationNotPermitted",
    async ec2 =>
      ec2.TerminateInstances({ InstanceIds: [await launch(ec2, { DisableApiTermination: true })] }),
  ],
  noUefiData: [
    "UnsupportedOperation",
    async ec2 => ec2.GetInstanceUefiData({ InstanceId: await launch(ec2) }),
  ],
  credits: [
    "UnsupportedOperation",
    ec2 => launch(ec2, { InstanceType: "m5.large", CreditSpecification: { CpuCredits: "unlimited" } }),
  ],
  cannotHibernate: [
    "UnsupportedOperation",
    async (ec2, region) => ec2.StopInstances({ InstanceIds: [await running(ec2, region)], Hibernate: true }),
  ],

  templateName: [
    "InvalidLaunchTemplateName.MalformedException",
    ec2 => ec2.CreateLaunchTemplate({ LaunchTemplateName: "a", LaunchTemplateData: {} }),
  ],
  templateExists: [
    "InvalidLaunchTemplateName.AlreadyExistsException",
    async ec2 => {
      await template(ec2);
      return template(ec2);
    },
  ],
  templateUnnamed: ["MissingParameter", ec2 => ec2.DeleteLaunchTemplate({})],
  templateTwice: [
    "InvalidParameterCombination",
    ec2 => ec2.DeleteLaunchTemplate({ LaunchTemplateId: "lt-1", LaunchTemplateName: "one" }),
  ],
  templateNotFound: [
    "InvalidLaunchTemplateId.NotFound",
    ec2 => ec2.DeleteLaunchTemplate({ LaunchTemplateId: "lt-0123456789abcdef0" }),
  ],
  templateNameNotFound: [
    "InvalidLaunchTemplateName.NotFoundException",
    ec2 => ec2.DeleteLaunchTemplate({ LaunchTemplateName: "nobody" }),
  ],
  templateVersion: [
    "InvalidLaunchTemplateId.VersionNotFound",
    async ec2 => ec2.ModifyLaunchTemplate({ ...(await template(ec2)), DefaultVersion: "2" }),
  ],
  templateVersionMalformed: [
    "InvalidParameterValue",
    async ec2 => ec2.ModifyLaunchTemplate({ ...(await template(ec2)), DefaultVersion: "latest" }),
  ],
  templateData: [
    "MissingParameter",
    ec2 => ec2.CreateLaunchTemplate({ LaunchTemplateName: "one", LaunchTemplateData: undefined }),
  ],
  versionsWithoutTemplate: ["MissingParameter", ec2 => ec2.DescribeLaunchTemplateVersions({})],
});
