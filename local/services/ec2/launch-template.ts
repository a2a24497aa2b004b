/** Launch templates: what an Auto Scaling group launches, in versions that never change. */
import { AwsError } from "../../api/aws-error";
import type { LaunchSpecification } from "./instance-records";

export type LaunchTemplateData = Pick<
  LaunchSpecification,
  "imageId" | "instanceType" | "keyName" | "securityGroupIds" | "detailedMonitoring" | "tags"
>;

export interface LaunchTemplate {
  name: string;
  /** By their number; the latest last. */
  versions: Map<number, LaunchTemplateData>;
  defaultVersion: number;
}

/**
 * One version of a template.
 * @throws AwsError when there is none
 */
export function dataOf(
  templates: ReadonlyMap<string, LaunchTemplate>,
  { id, version }: { id: string; version: number },
): LaunchTemplateData {
  const template = templates.get(id);
  if (!template) {
    throw new AwsError(
      "InvalidLaunchTemplateId.NotFound",
      `The specified launch template, with template ID ${id}, does not exist.`,
    );
  }
  const data = template.versions.get(version);
  if (!data) {
    throw new AwsError(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find the specified version ${version} for the launch template with ID ${id}.`,
    );
  }
  return data;
}
