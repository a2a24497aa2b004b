/** Reads project and stack files as the Pulumi CLI does. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

export interface Stack {
  project: string;
  stack: string;
  /** Configuration by full key, for example "elastic-fleet:vpcCidr"; values as text, objects as JSON. */
  config: Record<string, string>;
}

const projectSchema = z.object({
  name: z.string(),
  config: z.record(z.string(), z.object({ default: z.unknown().optional() })).optional(),
});
const stackSchema = z.object({ config: z.record(z.string(), z.unknown()).nullish() }).nullable();

/** The project's name and its configuration defaults by full key, which an engine fills in. */
export function readProject(root: string): Pick<Stack, "project" | "config"> {
  const { name, config } = projectSchema.parse(parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")));
  const defaults = Object.entries(config ?? {}).flatMap(([key, { default: value }]) =>
    value === undefined ? [] : [[fullKey(key, name), toText(value)] as const],
  );
  return { project: name, config: Object.fromEntries(defaults) };
}

/**
 * @param overrides keys with or without the project's name, as `pulumi config set` takes them
 * @throws with a message for users if the stack doesn't exist or its file is invalid
 */
export function readStack(root: string, stack: string, overrides: Record<string, string> = {}): Stack {
  const { project, config: defaults } = readProject(root);
  const file = `Pulumi.${stack}.yaml`;
  if (!/^[A-Za-z0-9_.-]+$/.test(stack) || !existsSync(join(root, file))) {
    const stacks = readdirSync(root).flatMap(name => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
    throw new Error(
      `no stack ${JSON.stringify(stack)}: ${file} does not exist; existing stacks: ${stacks.join(", ")}`,
    );
  }
  let content: z.infer<typeof stackSchema>;
  try {
    content = stackSchema.parse(parse(readFileSync(join(root, file), "utf8")));
  } catch (error) {
    throw new Error(`${file} is not a valid stack file: ${(error as Error).message}`, { cause: error });
  }
  const values = [...Object.entries(content?.config ?? {}), ...Object.entries(overrides)];
  const config = { ...defaults };
  for (const [key, value] of new Map(values.map(([key, value]) => [fullKey(key, project), value]))) {
    if (typeof value === "object" && value !== null && "secure" in value)
      throw new Error(
        `${file}: ${key} is encrypted; the local region can't decrypt it, pass it with --config ${key}=VALUE`,
      );
    config[key] = toText(value);
  }
  return { project, stack, config };
}

export function fullKey(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
