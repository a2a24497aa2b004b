/** Launch templates. Sources: EC2 API Reference, "CreateLaunchTemplate", "ModifyLaunchTemplate" and the like. */
import type { LaunchTemplate as TemplateDescription } from "@aws-sdk/client-ec2";
import { accountId, resourceId } from "../../../identifiers";
import { computeRefusals as refusals } from "../compute-refusals";
import {
  addVersion,
  latestVersion,
  newLaunchTemplate,
  versionNumber,
  type LaunchTemplate,
} from "../launch-template";
import { tagList, tagsFor } from "../tags";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { templateNamed } from "./launch-template-names";
import { templateDataOf, versionDescriptionOf } from "./launch-template-versions";
import { required } from "./validation";

export const launchTemplateActions = {
  CreateLaunchTemplate: {
    parameters: [
      "LaunchTemplateName",
      "LaunchTemplateData",
      "VersionDescription",
      "TagSpecifications",
      "ClientToken",
      "DryRun",
    ],
    handle(context, input) {
      const { launchTemplates } = context.ec2;
      const name = required(input.LaunchTemplateName, "LaunchTemplateName");
      if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) throw refusals.templateName();
      if ([...launchTemplates.values()].some(each => each.name === name)) throw refusals.templateExists();
      const data = templateDataOf(input.LaunchTemplateData);
      const tags = tagsFor("launch-template", input.TagSpecifications);
      assertNoDryRun(input);
      const version = { data, description: input.VersionDescription, createdAt: context.now() };
      const template = newLaunchTemplate({ id: resourceId("lt"), name, tags }, version);
      launchTemplates.set(template.id, template);
      return { LaunchTemplate: descriptionOf(context, template) };
    },
  },

  ModifyLaunchTemplate: {
    parameters: ["LaunchTemplateId", "LaunchTemplateName", "DefaultVersion", "ClientToken", "DryRun"],
    handle(context, input) {
      const template = templateNamed(context.ec2.launchTemplates, input);
      const defaultVersion = versionNumber(template, required(input.DefaultVersion, "SetDefaultVersion"));
      assertNoDryRun(input);
      template.defaultVersion = defaultVersion;
      return { LaunchTemplate: descriptionOf(context, template) };
    },
  },

  DeleteLaunchTemplate: {
    parameters: ["LaunchTemplateId", "LaunchTemplateName", "DryRun"],
    handle(context, input) {
      const template = templateNamed(context.ec2.launchTemplates, input);
      assertNoDryRun(input);
      context.ec2.launchTemplates.delete(template.id);
      return { LaunchTemplate: descriptionOf(context, template) };
    },
  },

  DeleteLaunchTemplateVersions: {
    parameters: ["LaunchTemplateId", "LaunchTemplateName", "Versions", "DryRun"],
    handle({ ec2 }, input) {
      const template = templateNamed(ec2.launchTemplates, input);
      const versions = required(input.Versions, "LaunchTemplateVersion");
      assertNoDryRun(input);
      const responses = versions.map(version => deleteVersion(template, version));
      return {
        SuccessfullyDeletedLaunchTemplateVersions: responses.filter(each => !("ResponseError" in each)),
        UnsuccessfullyDeletedLaunchTemplateVersions: responses.filter(each => "ResponseError" in each),
      };
    },
  },

  DescribeLaunchTemplates: {
    parameters: ["LaunchTemplateIds", "LaunchTemplateNames", ...pageParameters],
    handle(context, input) {
      const { launchTemplates } = context.ec2;
      assertNoDryRun(input);
      const named = [
        ...(input.LaunchTemplateIds ?? []).map(id =>
          templateNamed(launchTemplates, { LaunchTemplateId: id }),
        ),
        ...(input.LaunchTemplateNames ?? []).map(name =>
          templateNamed(launchTemplates, { LaunchTemplateName: name }),
        ),
      ];
      const templates = named.length > 0 ? [...new Set(named)] : [...launchTemplates.values()];
      const described = templates.map(template => descriptionOf(context, template));
      const { page, NextToken } = describe(described, kind, input);
      return { LaunchTemplates: page, NextToken };
    },
  },

  CreateLaunchTemplateVersion: {
    parameters: [
      "LaunchTemplateId",
      "LaunchTemplateName",
      "LaunchTemplateData",
      "SourceVersion",
      "VersionDescription",
      "ClientToken",
      "DryRun",
    ],
    handle(context, input) {
      const template = templateNamed(context.ec2.launchTemplates, input);
      const { SourceVersion: source } = input;
      const inherited =
        source === undefined ? {} : template.versions.get(versionNumber(template, source))?.data;
      const data = { ...inherited, ...templateDataOf(input.LaunchTemplateData) };
      assertNoDryRun(input);
      const version = { data, description: input.VersionDescription, createdAt: context.now() };
      const number = addVersion(template, version);
      return { LaunchTemplateVersion: versionDescriptionOf(context, template, number, version) };
    },
  },
} satisfies Partial<Ec2Actions>;

/** One version's part of the response. The default version can't be deleted, and nor can an unknown one. */
function deleteVersion(template: LaunchTemplate, given: string) {
  const response = { LaunchTemplateId: template.id, LaunchTemplateName: template.name };
  const number = Number(given);
  const failure = (Code: "launchTemplateVersionDoesNotExist" | "unexpectedError", Message: string) => ({
    ...response,
    VersionNumber: number,
    ResponseError: { Code, Message },
  });
  if (number === template.defaultVersion)
    return failure("unexpectedError", `Cannot delete the default version ${given} of ${template.id}.`);
  if (!template.versions.delete(number))
    return failure("launchTemplateVersionDoesNotExist", `Could not find the specified version ${given}.`);
  return { ...response, VersionNumber: number };
}

function descriptionOf({ wallClock }: Ec2ActionContext, template: LaunchTemplate): TemplateDescription {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: wallClock.show(template.createdAt),
    CreatedBy: `arn:aws:iam::${accountId}:root`,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: latestVersion(template),
    Operator: { Managed: false },
    Tags: tagList(template.tags),
  };
}

const kind: ResourceKind<TemplateDescription> = {
  type: "launch-template",
  idOf: template => template.LaunchTemplateId,
  filterable: {
    "create-time": template => template.CreateTime?.toISOString(),
    "launch-template-name": template => template.LaunchTemplateName,
  },
};
