/** Launch templates: what an Auto Scaling group launches, in immutable versions. */
import { AwsError } from "../../api/aws-error";
import type { LaunchSpecification } from "./instance-records";

export type LaunchTemplateData = Pick<
  LaunchSpecification,
  "imageId" | "instanceType" | "keyName" | "securityGroupIds" | "detailedMonitoring" | "tags"
>;

export interface LaunchTemplate {
  name: string;
  /** By version number, latest last. */
  versions: Map<number, LaunchTemplateData>;
  defaultVersion: number;
}

/** The number of a template's latest or default version; undefined for an unknown template. */
export function currentVersion(
  templates: ReadonlyMap<string, LaunchTemplate>,
  id: string,
  which: "$Latest" | "$Default",
): number | undefined {
  const template = templates.get(id);
  return which === "$Latest" ? template && Math.max(...template.versions.keys()) : template?.defaultVersion;
}

/**
 * The data of one template version.
 * @throws AwsError for an unknown template or version
 */
export function dataOf(
  templates: ReadonlyMap<string, LaunchTemplate>,
  { id, version }: { id: string; version: number },
): LaunchTemplateData {
  const template = templates.get(id);
  if (!template)
    throw new AwsError(
      "InvalidLaunchTemplateId.NotFound",
      `The specified launch template, with template ID ${id}, does not exist.`,
    );
  const data = template.versions.get(version);
  if (!data)
    throw new AwsError(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find the specified version ${version} for the launch template with ID ${id}.`,
    );
  return data;
}
