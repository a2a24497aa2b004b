/** Launch templates, in immutable versions: what RunInstances and Auto Scaling groups launch. */
import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import type { Tags } from "../../network/reachability/vpc-model";
import { computeRefusals as refusals } from "./compute-refusals";
import { notFound } from "./resource-types";

export interface LaunchTemplateVersion {
  /** As given. */
  data: RequestLaunchTemplateData;
  description?: string;
  /** In region milliseconds. */
  createdAt: number;
}

export interface LaunchTemplate {
  id: string;
  name: string;
  /** By version number, latest last. */
  versions: Map<number, LaunchTemplateVersion>;
  /** How many versions it has had: a deleted version's number is never used again. */
  versionCount: number;
  defaultVersion: number;
  tags: Tags;
  /** In region milliseconds. */
  createdAt: number;
}

/** A template with its first version. */
export function newLaunchTemplate(
  identity: Pick<LaunchTemplate, "id" | "name" | "tags">,
  version: LaunchTemplateVersion,
): LaunchTemplate {
  const { createdAt } = version;
  return { ...identity, versions: new Map([[1, version]]), versionCount: 1, defaultVersion: 1, createdAt };
}

/** Adds a version and returns its number. */
export function addVersion(template: LaunchTemplate, version: LaunchTemplateVersion): number {
  const number = ++template.versionCount;
  template.versions.set(number, version);
  return number;
}

export function latestVersion({ versions }: LaunchTemplate): number {
  return Math.max(...versions.keys());
}

/**
 * The number of an existing version.
 * @param version a number, "$Latest" or "$Default"
 * @throws AwsError for an unknown or malformed version
 */
export function versionNumber(template: LaunchTemplate, version: string | number): number {
  if (version === "$Latest") return latestVersion(template);
  if (version === "$Default") return template.defaultVersion;
  if (!/^\d+$/.test(String(version))) throw refusals.templateVersionMalformed(String(version));
  if (!template.versions.has(Number(version))) throw refusals.templateVersion(String(version), template.id);
  return Number(version);
}

/** @throws AwsError for an unknown or malformed id */
export function templateWith(templates: ReadonlyMap<string, LaunchTemplate>, id: string): LaunchTemplate {
  const found = templates.get(id);
  if (found) return found;
  const refusal = notFound("launch-template", [id]);
  throw refusal.code === "InvalidLaunchTemplateId.NotFound" ? refusals.templateNotFound(id) : refusal;
}

/** The number of a template's latest or default version; undefined for an unknown template. */
export function currentVersion(
  templates: ReadonlyMap<string, LaunchTemplate>,
  id: string,
  which: "$Latest" | "$Default",
): number | undefined {
  const template = templates.get(id);
  return template && versionNumber(template, which);
}

/**
 * The data of one template version.
 * @throws AwsError for an unknown template or version
 */
export function dataOf(
  templates: ReadonlyMap<string, LaunchTemplate>,
  { id, version }: { id: string; version: string | number },
): RequestLaunchTemplateData {
  const template = templateWith(templates, id);
  return template.versions.get(versionNumber(template, version))?.data ?? {};
}
