import { join } from "node:path";
import { z } from "zod";
import { Host } from "../hosts/host";
import { resourceId } from "../identifiers";
import { tags } from "./ec2-network";
import { handler, type Handlers } from "./handler";

const instance = z.strictObject({
  ami: z.string(),
  instanceType: z.string(),
  subnetId: z.string(),
  vpcSecurityGroupIds: z.array(z.string()),
  associatePublicIpAddress: z.boolean().optional(),
  keyName: z.string().optional(),
  iamInstanceProfile: z.string().optional(),
  metadataOptions: z.strictObject({
    httpEndpoint: z.literal("enabled"),
    httpTokens: z.literal("required"),
    httpPutResponseHopLimit: z.literal(1),
  }),
  creditSpecification: z.strictObject({ cpuCredits: z.string() }).optional(),
  rootBlockDevice: z.strictObject({ volumeType: z.string(), encrypted: z.boolean(), tags }).optional(),
  tags,
});

export const instances: Handlers = {
  "aws:ec2/instance:Instance": handler({
    inputs: instance,
    async create({ region, name }, inputs) {
      const { vpc, iam } = region;
      const subnet = vpc.subnets.get(inputs.subnetId);
      if (!subnet)
        throw new Error(`InvalidSubnetID.NotFound: The subnet ID '${inputs.subnetId}' does not exist`);
      const instanceId = resourceId("i");
      const interfaceId = region.attachInterface({
        subnetId: subnet.id,
        groupIds: inputs.vpcSecurityGroupIds,
        publicAddress: inputs.associatePublicIpAddress ?? false,
        description: name,
      });
      const { privateIpAddress: privateIp, publicIpAddress: publicIp } = region.interface(interfaceId);

      const host = new Host({
        name: inputs.tags["Name"] ?? name,
        instanceId,
        interfaceId,
        root: join(region.folder, "hosts", `${name}-${instanceId}`),
        keyName: inputs.keyName,
        metadata: () => {
          const profile = iam.instanceProfiles.get(inputs.iamInstanceProfile ?? "");
          return {
            instanceId,
            imageId: inputs.ami,
            instanceType: inputs.instanceType,
            privateIp,
            publicIp,
            region: region.name,
            availabilityZone: subnet.availabilityZone,
            securityGroupNames: inputs.vpcSecurityGroupIds.map(
              id => vpc.securityGroups.get(id)?.groupName ?? id,
            ),
            profile,
            credentials: () => iam.credentialsFor(instanceId, profile?.roleName ?? ""),
          };
        },
        fabric: region.fabric,
        names: region.names,
        ec2Api: region.ec2Api,
        report: region.report,
      });
      await host.boot();
      region.hosts.set(instanceId, host);
      return {
        id: instanceId,
        outputs: {
          privateIp,
          publicIp: publicIp ?? "",
          primaryNetworkInterfaceId: interfaceId,
          instanceState: "running",
        },
      };
    },
    async delete({ region, id }) {
      const host = region.hosts.get(id);
      if (!host) return;
      region.hosts.delete(id);
      await host.terminate();
      region.detachInterface(host.options.interfaceId);
    },
  }),
};
