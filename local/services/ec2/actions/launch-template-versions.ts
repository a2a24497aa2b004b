/** Versions of launch templates. Source: EC2 API Reference, "DescribeLaunchTemplateVersions". */
import type {
  LaunchTemplateVersion as VersionDescription,
  RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import { accountId } from "../../../identifiers";
import { computeRefusals as refusals } from "../compute-refusals";
import { userDataOf } from "../instance-settings";
import { instanceTypeNamed } from "../instance-types";
import { versionNumber, type LaunchTemplate, type LaunchTemplateVersion } from "../launch-template";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { templateNamed } from "./launch-template-names";

export const launchTemplateVersionActions = {
  DescribeLaunchTemplateVersions: {
    parameters: [
      "LaunchTemplateId",
      "LaunchTemplateName",
      "Versions",
      "MinVersion",
      "MaxVersion",
      ...pageParameters,
    ],
    // The region's templates name images by their ids.
    inert: ["ResolveAlias"],
    handle(context, input) {
      assertNoDryRun(input);
      const described = templatesFor(context, input).flatMap(template => {
        const numbers = new Set(input.Versions?.map(version => versionNumber(template, version)));
        const least = Number(input.MinVersion ?? 1);
        const most = Number(input.MaxVersion ?? Infinity);
        return [...template.versions]
          .filter(([number]) => numbers.size === 0 || numbers.has(number))
          .filter(([number]) => number >= least && number <= most)
          .map(([number, version]) => versionDescriptionOf(context, template, number, version));
      });
      const { page, NextToken } = describe(described, kind, input);
      return { LaunchTemplateVersions: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

/** The template that a request names, or all for a request for their latest or default versions. */
function templatesFor(
  { ec2: { launchTemplates } }: Ec2ActionContext,
  input: { LaunchTemplateId?: string; LaunchTemplateName?: string; Versions?: string[] },
): LaunchTemplate[] {
  if ((input.LaunchTemplateId ?? input.LaunchTemplateName) !== undefined)
    return [templateNamed(launchTemplates, input)];
  const { Versions = [] } = input;
  if (Versions.length === 0 || Versions.some(version => version !== "$Latest" && version !== "$Default"))
    throw refusals.versionsWithoutTemplate();
  return [...launchTemplates.values()];
}

/**
 * A template's data as given. Images, groups and key pairs are looked up only when it is launched, as on AWS.
 * @throws AwsError for what no launch could take
 */
export function templateDataOf(data: RequestLaunchTemplateData | undefined): RequestLaunchTemplateData {
  if (!data) throw refusals.templateData();
  if (data.InstanceType !== undefined) instanceTypeNamed(data.InstanceType);
  userDataOf(data.UserData);
  return data;
}

export function versionDescriptionOf(
  { wallClock }: Ec2ActionContext,
  template: LaunchTemplate,
  number: number,
  { data, description, createdAt }: LaunchTemplateVersion,
): VersionDescription {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: number,
    VersionDescription: description,
    CreateTime: wallClock.show(createdAt),
    CreatedBy: `arn:aws:iam::${accountId}:root`,
    DefaultVersion: number === template.defaultVersion,
    LaunchTemplateData: data,
    Operator: { Managed: false },
  };
}

const kind: ResourceKind<VersionDescription & { Tags?: never[] }> = {
  type: "launch-template",
  idOf: version => version.LaunchTemplateId,
  filterable: {
    "create-time": version => version.CreateTime?.toISOString(),
    "ebs-optimized": version => version.LaunchTemplateData?.EbsOptimized,
    "http-endpoint": version => version.LaunchTemplateData?.MetadataOptions?.HttpEndpoint,
    "http-tokens": version => version.LaunchTemplateData?.MetadataOptions?.HttpTokens,
    "iam-instance-profile": version => version.LaunchTemplateData?.IamInstanceProfile?.Arn,
    "image-id": version => version.LaunchTemplateData?.ImageId,
    "instance-type": version => version.LaunchTemplateData?.InstanceType,
    "is-default-version": version => version.DefaultVersion,
    "kernel-id": () => [],
    "ram-disk-id": () => [],
  },
};
