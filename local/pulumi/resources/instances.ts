/** Instances and images. */
import { z } from "zod";
import { required, resourceType, tags, tagSpecifications, type ResourceTypes } from "./resource-type";

export const metadataOptions = z.strictObject({
  httpEndpoint: z.string().optional(),
  httpTokens: z.string().optional(),
  httpPutResponseHopLimit: z.int().optional(),
});
export const creditSpecification = z.strictObject({ cpuCredits: z.string() }).optional();

const rootDevice = "/dev/xvda";

export const instanceTypes: ResourceTypes = {
  "aws:ec2/instance:Instance": resourceType({
    inputs: z.strictObject({
      ami: z.string(),
      instanceType: z.string(),
      subnetId: z.string(),
      vpcSecurityGroupIds: z.array(z.string()).optional(),
      associatePublicIpAddress: z.boolean().optional(),
      keyName: z.string().optional(),
      iamInstanceProfile: z.string().optional(),
      monitoring: z.boolean().optional(),
      userData: z.string().optional(),
      metadataOptions: metadataOptions.optional(),
      creditSpecification,
      rootBlockDevice: z
        .strictObject({ volumeType: z.string().optional(), encrypted: z.boolean().optional(), tags })
        .optional(),
      tags,
    }),
    async create({ ec2, until }, inputs) {
      const { metadataOptions: options, rootBlockDevice: root } = inputs;
      const { Instances } = await ec2.RunInstances({
        MinCount: 1,
        MaxCount: 1,
        ImageId: inputs.ami,
        InstanceType: inputs.instanceType as "t3.micro",
        KeyName: inputs.keyName,
        ...(inputs.userData !== undefined && { UserData: Buffer.from(inputs.userData).toString("base64") }),
        ...(inputs.iamInstanceProfile !== undefined && {
          IamInstanceProfile: { Name: inputs.iamInstanceProfile },
        }),
        // A public address can only be asked for on an interface.
        ...(inputs.associatePublicIpAddress === undefined
          ? { SubnetId: inputs.subnetId, SecurityGroupIds: inputs.vpcSecurityGroupIds }
          : {
              NetworkInterfaces: [
                {
                  DeviceIndex: 0,
                  SubnetId: inputs.subnetId,
                  AssociatePublicIpAddress: inputs.associatePublicIpAddress,
                  Groups: inputs.vpcSecurityGroupIds,
                },
              ],
            }),
        ...(inputs.monitoring !== undefined && { Monitoring: { Enabled: inputs.monitoring } }),
        ...(options && {
          MetadataOptions: {
            HttpEndpoint: options.httpEndpoint as "enabled",
            HttpTokens: options.httpTokens as "required",
            HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
          },
        }),
        ...(inputs.creditSpecification && {
          CreditSpecification: { CpuCredits: inputs.creditSpecification.cpuCredits },
        }),
        ...(root && {
          BlockDeviceMappings: [
            {
              DeviceName: rootDevice,
              Ebs: {
                DeleteOnTermination: true,
                ...(root.encrypted !== undefined && { Encrypted: root.encrypted }),
                ...(root.volumeType !== undefined && { VolumeType: root.volumeType as "gp3" }),
              },
            },
          ],
        }),
        TagSpecifications: [
          ...(tagSpecifications("instance", inputs.tags).TagSpecifications ?? []),
          ...(tagSpecifications("volume", root?.tags ?? {}).TagSpecifications ?? []),
        ],
      });
      const id = required(Instances?.[0]?.InstanceId, "InstanceId");
      await until.instanceRunning(id);
      const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [id] });
      const instance = required(Reservations[0]?.Instances?.[0], "instance");
      return {
        id,
        outputs: {
          privateIp: instance.PrivateIpAddress,
          publicIp: instance.PublicIpAddress ?? "",
          publicDns: instance.PublicDnsName,
          privateDns: instance.PrivateDnsName,
          primaryNetworkInterfaceId: instance.NetworkInterfaces?.[0]?.NetworkInterfaceId,
          availabilityZone: instance.Placement?.AvailabilityZone,
          instanceState: instance.State?.Name,
        },
      };
    },
  }),

  "aws:ec2/amiFromInstance:AmiFromInstance": resourceType({
    inputs: z.strictObject({
      name: z.string(),
      description: z.string().optional(),
      sourceInstanceId: z.string(),
      snapshotWithoutReboot: z.boolean().default(false),
      tags,
    }),
    async create({ ec2, until }, { name, description, sourceInstanceId, snapshotWithoutReboot, tags }) {
      const { ImageId } = await ec2.CreateImage({
        Name: name,
        Description: description,
        InstanceId: sourceInstanceId,
        NoReboot: snapshotWithoutReboot,
        ...tagSpecifications("image", tags),
      });
      const id = required(ImageId, "ImageId");
      await until.imageAvailable(id);
      return { id };
    },
  }),
};
