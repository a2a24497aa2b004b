import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { z } from "zod";
import { autoName } from "../auto-name";
import { creditSpecification, metadataOptions } from "./instances";
import {
  required,
  resourceType,
  tagList,
  tags,
  tagSpecifications,
  type ResourceTypes,
} from "./resource-type";

const template = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  imageId: z.string().optional(),
  instanceType: z.string().optional(),
  keyName: z.string().optional(),
  userData: z.string().optional(),
  vpcSecurityGroupIds: z.array(z.string()).default([]),
  metadataOptions: metadataOptions.optional(),
  creditSpecification,
  monitoring: z.strictObject({ enabled: z.boolean() }).optional(),
  tagSpecifications: z.array(z.strictObject({ resourceType: z.string(), tags })).default([]),
  // Acted on by later versions; the first one is the default.
  updateDefaultVersion: z.boolean().optional(),
  tags,
});

/** Without what isn't set, as the provider sends it. */
function templateData(inputs: z.infer<typeof template>): RequestLaunchTemplateData {
  const { metadataOptions: options, creditSpecification: credits, monitoring } = inputs;
  const data: RequestLaunchTemplateData = {
    ImageId: inputs.imageId,
    InstanceType: inputs.instanceType as "t3.micro",
    KeyName: inputs.keyName,
    UserData: inputs.userData,
    ...(inputs.vpcSecurityGroupIds.length > 0 && { SecurityGroupIds: inputs.vpcSecurityGroupIds }),
    ...(options && {
      MetadataOptions: {
        HttpEndpoint: options.httpEndpoint as "enabled",
        HttpTokens: options.httpTokens as "required",
        HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
      },
    }),
    ...(credits && { CreditSpecification: { CpuCredits: credits.cpuCredits } }),
    ...(monitoring && { Monitoring: { Enabled: monitoring.enabled } }),
    ...(inputs.tagSpecifications.length > 0 && {
      TagSpecifications: inputs.tagSpecifications.map(({ resourceType: type, tags }) => ({
        ResourceType: type as "instance",
        Tags: tagList(tags),
      })),
    }),
  };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

export const launchTemplateTypes: ResourceTypes = {
  "aws:ec2/launchTemplate:LaunchTemplate": resourceType({
    inputs: template,
    async create({ ec2 }, inputs, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      const { LaunchTemplate } = await ec2.CreateLaunchTemplate({
        LaunchTemplateName: name,
        VersionDescription: inputs.description,
        LaunchTemplateData: templateData(inputs),
        ...tagSpecifications("launch-template", inputs.tags),
      });
      return {
        id: required(LaunchTemplate.LaunchTemplateId, "LaunchTemplateId"),
        outputs: {
          name,
          latestVersion: LaunchTemplate.LatestVersionNumber,
          defaultVersion: LaunchTemplate.DefaultVersionNumber,
        },
      };
    },
  }),
};
