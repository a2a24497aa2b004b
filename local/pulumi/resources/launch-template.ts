import { isDeepStrictEqual } from "node:util";
import type { RequestLaunchTemplateData, ResourceType } from "@aws-sdk/client-ec2";
import { z } from "zod";
import { resourceId } from "../../identifiers";
import { addVersion, newLaunchTemplate, type LaunchTemplate } from "../../services/ec2/launch-template";
import { tagList } from "../../services/ec2/tags";
import { autoName } from "../auto-name";
import { handler, tags, type Handlers } from "./handler";
import { creditSpecification, metadataOptions } from "./instances";

const template = z.strictObject({
  imageId: z.string(),
  instanceType: z.string(),
  keyName: z.string().optional(),
  vpcSecurityGroupIds: z.array(z.string()),
  metadataOptions,
  creditSpecification,
  monitoring: z.strictObject({ enabled: z.boolean() }),
  tagSpecifications: z.array(z.strictObject({ resourceType: z.string(), tags })),
  updateDefaultVersion: z.boolean().optional(),
  tags,
});

function templateData(inputs: z.infer<typeof template>): RequestLaunchTemplateData {
  return {
    ImageId: inputs.imageId,
    InstanceType: inputs.instanceType as RequestLaunchTemplateData["InstanceType"],
    KeyName: inputs.keyName,
    SecurityGroupIds: inputs.vpcSecurityGroupIds,
    MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
    Monitoring: { Enabled: inputs.monitoring.enabled },
    TagSpecifications: inputs.tagSpecifications.map(({ resourceType, tags }) => ({
      ResourceType: resourceType as ResourceType,
      Tags: tagList(tags),
    })),
  };
}

/** Whether a change affects launched instances, and not just the template's own tags. */
function needsNewVersion(before: z.infer<typeof template>, after: z.infer<typeof template>): boolean {
  const ignored = { tags: undefined, updateDefaultVersion: undefined };
  return !isDeepStrictEqual({ ...before, ...ignored }, { ...after, ...ignored });
}

export const launchTemplateHandlers = (launchTemplates: Map<string, LaunchTemplate>): Handlers => ({
  "aws:ec2/launchTemplate:LaunchTemplate": handler({
    inputs: template,
    create(name, inputs) {
      const id = resourceId("lt");
      const templateName = autoName(name);
      const version = { data: templateData(inputs), createdAt: 0 };
      launchTemplates.set(id, newLaunchTemplate({ id, name: templateName, tags: inputs.tags }, version));
      return { id, outputs: { name: templateName, latestVersion: 1, defaultVersion: 1 } };
    },
    update({ id, inputs: before, outputs }, inputs) {
      const existing = launchTemplates.get(id);
      if (!existing || !needsNewVersion(before, inputs)) return outputs;
      const latestVersion = addVersion(existing, { data: templateData(inputs), createdAt: 0 });
      if (inputs.updateDefaultVersion === true) existing.defaultVersion = latestVersion;
      return { ...outputs, latestVersion, defaultVersion: existing.defaultVersion };
    },
    delete: ({ id }) => launchTemplates.delete(id),
  }),
});
