/** How requests name launch templates. */
import { computeRefusals as refusals } from "../compute-refusals";
import { templateWith, type LaunchTemplate } from "../launch-template";

interface TemplateName {
  LaunchTemplateId?: string;
  LaunchTemplateName?: string;
}

/** @throws AwsError unless exactly one of id and name is given, and a template has it */
export function templateNamed(
  templates: ReadonlyMap<string, LaunchTemplate>,
  { LaunchTemplateId: id, LaunchTemplateName: name }: TemplateName,
): LaunchTemplate {
  if (id !== undefined && name !== undefined) throw refusals.templateTwice();
  if (id !== undefined) return templateWith(templates, id);
  if (name === undefined) throw refusals.templateUnnamed();
  const found = [...templates.values()].find(each => each.name === name);
  if (!found) throw refusals.templateNameNotFound(name);
  return found;
}
