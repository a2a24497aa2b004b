import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { resourceId } from "../../identifiers";
import type { LaunchTemplate, LaunchTemplateData } from "../../services/ec2/launch-template";
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

function templateData(inputs: z.infer<typeof template>): LaunchTemplateData {
  const { imageId, instanceType, keyName, vpcSecurityGroupIds, monitoring, tagSpecifications } = inputs;
  return {
    imageId,
    instanceType,
    keyName,
    securityGroupIds: vpcSecurityGroupIds,
    detailedMonitoring: monitoring.enabled,
    tags: tagSpecifications.find(({ resourceType }) => resourceType === "instance")?.tags ?? {},
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
      const versions = new Map([[1, templateData(inputs)]]);
      launchTemplates.set(id, { name: templateName, versions, defaultVersion: 1 });
      return { id, outputs: { name: templateName, latestVersion: 1, defaultVersion: 1 } };
    },
    update({ id, inputs: before, outputs }, inputs) {
      const existing = launchTemplates.get(id);
      if (!existing || !needsNewVersion(before, inputs)) return outputs;
      const latestVersion = existing.versions.size + 1;
      existing.versions.set(latestVersion, templateData(inputs));
      if (inputs.updateDefaultVersion === true) existing.defaultVersion = latestVersion;
      return { ...outputs, latestVersion, defaultVersion: existing.defaultVersion };
    },
    delete: ({ id }) => launchTemplates.delete(id),
  }),
});
