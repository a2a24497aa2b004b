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

function dataIn(inputs: z.infer<typeof template>): LaunchTemplateData {
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

/** Whether a template differs in what it launches, and not only in its own tags: then it gets a new version. */
function launchesOther(before: z.infer<typeof template>, now: z.infer<typeof template>): boolean {
  const launched = { tags: undefined, updateDefaultVersion: undefined };
  return !isDeepStrictEqual({ ...before, ...launched }, { ...now, ...launched });
}

export const launchTemplateHandlers = (launchTemplates: Map<string, LaunchTemplate>): Handlers => ({
  "aws:ec2/launchTemplate:LaunchTemplate": handler({
    inputs: template,
    create(name, inputs) {
      const id = resourceId("lt");
      const templateName = autoName(name);
      const versions = new Map([[1, dataIn(inputs)]]);
      launchTemplates.set(id, { name: templateName, versions, defaultVersion: 1 });
      return { id, outputs: { name: templateName, latestVersion: 1, defaultVersion: 1 } };
    },
    update({ id, inputs: before, outputs }, inputs) {
      const known = launchTemplates.get(id);
      if (!known || !launchesOther(before, inputs)) return outputs;
      const latestVersion = known.versions.size + 1;
      known.versions.set(latestVersion, dataIn(inputs));
      if (inputs.updateDefaultVersion === true) known.defaultVersion = latestVersion;
      return { ...outputs, latestVersion, defaultVersion: known.defaultVersion };
    },
    delete({ id }) {
      launchTemplates.delete(id);
    },
  }),
});
