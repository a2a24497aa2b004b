/** The deployed program that a command is about: the region that runs on this machine, or a stack on AWS. */
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import { isLocked } from "../local/cli/lock";
import { readShellEnvironment, shellEnvironmentFile } from "../local/cli/shell-environment";
import { stackCli, type StackCli } from "./pulumi-cli";

const outputsSchema = z.object({
  dataReadUrl: z.string(),
  dataNetworkAclId: z.string(),
  receiverLoadBalancerDns: z.string(),
  receiverLoadBalancerUrl: z.string(),
  fleetLoadBalancerDns: z.string(),
  fleetLoadBalancerUrl: z.string(),
  autoScalingGroupName: z.string(),
  hosts: z.record(
    z.string(),
    z.object({ instanceId: z.string(), publicIp: z.string(), privateIp: z.string() }),
  ),
});

/** The stack's public outputs. */
export type Outputs = z.infer<typeof outputsSchema>;

export interface Deployment {
  /** In a sentence: "the local region". */
  name: string;
  outputs: Outputs;
  /** What every client of AWS's needs to ask it. */
  aws: {
    region?: string;
    endpoint?: string;
    credentials?: { accessKeyId: string; secretAccessKey: string };
  };
  /** URL of the HTTP proxy through which its public addresses are reached; undefined: directly. */
  proxy?: string;
  /** How long a minute of AWS's takes there, in ms. */
  minute: number;
  ssh: {
    /** Path of the configuration that ssh needs to reach hosts by their ids, if it needs one. */
    configFile?: string;
    /** The hosts' private key, if that configuration doesn't name it. */
    privateKey?: () => Promise<string>;
  };
}

/** The stack that `npm run region` writes the configuration of. */
const localStack = "local";

/**
 * @param root the project's root folder
 * @param stack a stack on AWS; without one, the local region of this project
 * @throws an error whose message is meant for the user
 */
export async function findDeployment(root: string, stack?: string): Promise<Deployment> {
  if (stack === localStack)
    throw new Error(`stack ${localStack} is the local region's, which is asked without --stack`);
  return stack === undefined ? localRegion(root) : stackOnAws(stack, stackCli(root, stack));
}

async function localRegion(root: string): Promise<Deployment> {
  const folder = join(root, ".local");
  if (!(await isLocked(folder)))
    throw new Error("no local region runs in this project: `npm start` starts one, --stack NAME asks AWS");
  const environment = await readIfThere(join(folder, shellEnvironmentFile));
  const running = readShellEnvironment(environment ?? "");
  if (running === undefined)
    throw new Error("the local region is still starting: try again once it is ready");
  const { internetUrl, regionName, speed } = running;
  const started = await readIfThere(join(folder, "outputs.json"));
  const cli = stackCli(root, localStack);
  return {
    name: "the local region",
    outputs: outputsOf(started === undefined ? await cli.outputs() : JSON.parse(started), "the local region"),
    aws: {
      region: regionName,
      endpoint: internetUrl,
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
    },
    proxy: internetUrl,
    minute: 60_000 / speed,
    ssh: {
      configFile: join(relative(process.cwd(), folder), "ssh_config"),
      // The configuration names the key that `npm start` made.
      ...(started === undefined && { privateKey: () => cli.secretOutput("sshPrivateKey") }),
    },
  };
}

async function stackOnAws(stack: string, cli: StackCli): Promise<Deployment> {
  const [outputs, config] = await Promise.all([cli.outputs(), cli.config()]);
  const name = `stack ${stack}`;
  // As curl does it, which reads only the lower-case name.
  const { http_proxy: proxy = "" } = process.env;
  return {
    name,
    outputs: outputsOf(outputs, name),
    // Whatever else they need, such as credentials, AWS's clients find as the AWS CLI does.
    aws: { region: config["aws:region"] },
    ...(proxy !== "" && { proxy }),
    minute: 60_000,
    ssh: { privateKey: () => cli.secretOutput("sshPrivateKey") },
  };
}

/** @throws if the program isn't deployed, or only in part */
function outputsOf(value: unknown, name: string): Outputs {
  const { success, data, error } = outputsSchema.safeParse(value);
  if (success) return data;
  const missing = [...new Set(error.issues.map(({ path }) => String(path[0])))].join(", ");
  throw new Error(`${name} lacks these outputs: ${missing}; \`pulumi up\` makes them`);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
