/** Instances and images. */
import { z } from "zod";
import { resourceId } from "../../identifiers";
import type { Ec2 } from "../../services/ec2/ec2";
import { metadataOptionsOf } from "../../services/ec2/instance-settings";
import { notFound } from "../../services/ec2/resource-types";
import { handler, tags, type Handlers } from "./handler";

export const metadataOptions = z.strictObject({
  httpEndpoint: z.literal("enabled"),
  httpTokens: z.literal("required"),
  httpPutResponseHopLimit: z.literal(1),
});
export const creditSpecification = z.strictObject({ cpuCredits: z.string() }).optional();

export type InstanceContext = Pick<Ec2, "instances" | "interfaces" | "images">;

export const instanceHandlers = (ec2: InstanceContext): Handlers => ({
  "aws:ec2/instance:Instance": handler({
    inputs: z.strictObject({
      ami: z.string(),
      instanceType: z.string(),
      subnetId: z.string(),
      vpcSecurityGroupIds: z.array(z.string()),
      associatePublicIpAddress: z.boolean().default(false),
      keyName: z.string().optional(),
      iamInstanceProfile: z.string().optional(),
      metadataOptions,
      creditSpecification,
      rootBlockDevice: z.strictObject({ volumeType: z.string(), encrypted: z.boolean(), tags }).optional(),
      tags,
    }),
    async create(name, inputs) {
      const { options } = await ec2.instances.launch({
        instanceId: resourceId("i"),
        name: inputs.tags["Name"] ?? name,
        imageId: inputs.ami,
        instanceType: inputs.instanceType,
        subnetId: inputs.subnetId,
        securityGroupIds: inputs.vpcSecurityGroupIds,
        publicAddress: inputs.associatePublicIpAddress,
        keyName: inputs.keyName,
        instanceProfileName: inputs.iamInstanceProfile,
        detailedMonitoring: false,
        tags: inputs.tags,
        settings: {
          metadataOptions: metadataOptionsOf({
            HttpTokens: inputs.metadataOptions.httpTokens,
            HttpPutResponseHopLimit: inputs.metadataOptions.httpPutResponseHopLimit,
          }),
        },
      });
      const { instanceId, interfaceId } = options;
      const { privateIpAddress: privateIp, publicIpAddress: publicIp = "" } = ec2.interfaces.get(interfaceId);
      return {
        id: instanceId,
        outputs: { privateIp, publicIp, primaryNetworkInterfaceId: interfaceId, instanceState: "running" },
      };
    },
    delete: ({ id }) => ec2.instances.terminate(id),
  }),

  "aws:ec2/amiFromInstance:AmiFromInstance": handler({
    inputs: z.strictObject({ name: z.string().min(3).max(128), sourceInstanceId: z.string(), tags }),
    async create(_name, input) {
      const instance = ec2.instances.records.get(input.sourceInstanceId);
      const disk = instance && ec2.instances.diskOf(instance);
      if (!disk) throw notFound("instance", [input.sourceInstanceId]);
      const { image, ready } = ec2.images.create(instance, disk, { name: input.name, tags: input.tags });
      await ready;
      return { id: image.id };
    },
    delete: ({ id }) => ec2.images.deregister(id),
  }),
});
