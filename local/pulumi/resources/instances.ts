/** Instances and images. */
import { join } from "node:path";
import { z } from "zod";
import { resourceId } from "../../identifiers";
import { Image } from "../../services/ec2/image";
import { launch, terminate } from "../../services/ec2/launch";
import { tags } from "./vpc";
import { handler, type Handlers } from "./handler";

export const metadataOptions = z.strictObject({
  httpEndpoint: z.literal("enabled"),
  httpTokens: z.literal("required"),
  httpPutResponseHopLimit: z.literal(1),
});
export const creditSpecification = z.strictObject({ cpuCredits: z.string() }).optional();

export const instances: Handlers = {
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
    async create({ region, name }, inputs) {
      const host = await launch(region, {
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
      });
      const { instanceId, interfaceId } = host.options;
      const { privateIpAddress: privateIp, publicIpAddress: publicIp = "" } = region.interface(interfaceId);
      return {
        id: instanceId,
        outputs: { privateIp, publicIp, primaryNetworkInterfaceId: interfaceId, instanceState: "running" },
      };
    },
    async delete({ region, id }) {
      await terminate(region, id);
    },
  }),

  "aws:ec2/amiFromInstance:AmiFromInstance": handler({
    inputs: z.strictObject({ name: z.string().min(3).max(128), sourceInstanceId: z.string(), tags }),
    async create({ region }, { name, sourceInstanceId }) {
      const host = region.hosts.get(sourceInstanceId);
      if (!host)
        throw new Error(`InvalidInstanceID.NotFound: The instance ID '${sourceInstanceId}' does not exist`);
      const id = resourceId("ami");
      // The host is restarted for its disk to be whole, as EC2 does it.
      await host.restart(async () => {
        region.images.set(id, await Image.of(host.root, join(region.folder, "images", id)));
      });
      region.report(`image ${name} is made of ${host.options.name}`);
      return { id };
    },
    async delete({ region, id }) {
      const image = region.images.get(id);
      region.images.delete(id);
      await image?.deregister();
    },
  }),
};
