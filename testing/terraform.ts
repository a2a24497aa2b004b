/** The program's resources as Terraform's JSON configuration, for tools that judge Terraform and don't know Pulumi. */
import type { Registration } from "./registrations";

/** Pulumi's plurals of arguments that are singular in Terraform. */
const singular: Readonly<Record<string, string>> = {
  defaultActions: "default_action",
  vpcZoneIdentifiers: "vpc_zone_identifier",
};

/** Arguments whose keys are the user's own. */
const maps = ["tags", "dimensions"];

export function terraformOf(resources: Registration[]): string {
  const ours = resources.filter(({ type, custom }) => custom && type.startsWith("aws:"));
  return ours
    .map(({ type, name, inputs }) => block(`resource "${terraformType(type)}" "${name}"`, bodyOf(inputs)))
    .join("\n");
}

/** A reference to what AWS computes: a checker follows it from one resource to the next. */
export function reference(type: string, name: string, property: string): string {
  return type.startsWith("aws:")
    ? `\${${terraformType(type)}.${name}.${snake(property)}}`
    : `${property} of ${name}`;
}

/** EC2's types have no prefix in Terraform: aws:ec2/networkAcl:NetworkAcl is aws_network_acl. */
function terraformType(type: string): string {
  const [, module = "", name = ""] = /^aws:(\w+)\/(\w+):/.exec(type) ?? [];
  if (name === "loadBalancer") return "aws_lb";
  return ["aws", ...(module === "ec2" ? [] : [module]), snake(name)].join("_");
}

function block(header: string, body: string[]): string {
  return `${header} {\n${body.join("")}}\n`;
}

/** A value of its own kind, or several, are blocks; everything else is an argument. JSON's strings are HCL's. */
function bodyOf(inputs: object): string[] {
  return Object.entries(inputs).flatMap(([key, value]: [string, unknown]) => {
    const name = singular[key] ?? snake(key);
    if (maps.includes(key) && !Array.isArray(value)) return [`${name} = ${JSON.stringify(value)}\n`];
    // A group's tags are blocks: each says whether instances get it.
    const blocks = [value].flat().filter(element => typeof element === "object" && element !== null);
    return blocks.length > 0
      ? blocks.map(element => block(key === "tags" ? "tag" : name, bodyOf(element)))
      : [`${name} = ${JSON.stringify(value)}\n`];
  });
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
