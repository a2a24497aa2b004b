/** What the Pulumi CLI knows of a stack. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";

export interface StackCli {
  outputs(): Promise<unknown>;
  /** The configuration by full key, without secrets. */
  config(): Promise<Record<string, string | undefined>>;
  secretOutput(name: string): Promise<string>;
}

const configSchema = z.record(z.string(), z.object({ value: z.string().optional() }));

export function stackCli(root: string, stack: string): StackCli {
  const pulumi = async (...words: string[]): Promise<string> => {
    const args = [...words, "--stack", stack, "--non-interactive"];
    try {
      const { stdout } = await promisify(execFile)("pulumi", args, { cwd: root, env: process.env });
      return stdout;
    } catch (error) {
      throw problemOf(error as ExecError, `pulumi ${words.slice(0, 2).join(" ")} --stack ${stack}`);
    }
  };
  return {
    outputs: async () => JSON.parse(await pulumi("stack", "output", "--json")) as unknown,
    config: async () => {
      const config = configSchema.parse(JSON.parse(await pulumi("config", "--json")));
      return Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value]));
    },
    secretOutput: name => pulumi("stack", "output", name, "--show-secrets"),
  };
}

interface ExecError extends Error {
  code?: string | number;
  stderr?: string;
}

/** A sentence with what Pulumi says, and what isn't exported that it may need. */
function problemOf({ code, stderr = "", message }: ExecError, command: string): Error {
  if (code === "ENOENT")
    return new Error(`${command} is needed, and pulumi is not in PATH: https://www.pulumi.com/docs/install/`);
  const said = /^error: (.*)/m.exec(stderr)?.[1] ?? stderr.trim().split("\n").at(-1) ?? "";
  const missing = [
    ["PULUMI_BACKEND_URL"],
    ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"],
  ].flatMap(names => (names.some(name => process.env[name] !== undefined) ? [] : names.slice(0, 1)));
  const remedy = missing.length > 0 ? `; export ${missing.join(" and ")} as for \`pulumi up\`` : "";
  return new Error(`${command} failed: ${said || message}${remedy}`);
}
