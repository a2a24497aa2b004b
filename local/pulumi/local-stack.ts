/** The stack file with which `pulumi up -s local` deploys to the local region, by the real providers. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Document, isMap, parseDocument } from "yaml";
import { readProject } from "./stack";

export const localStackFile = "Pulumi.local.yaml";

/** Marks a file as begun here. The Pulumi CLI keeps comments. */
const mark = " Begun by `npm run region`, which sets the keys below at each start and keeps all others.";

/** The AWS provider's canonical names of the services that the region answers, by their signing scope. */
const endpointNames: Readonly<Record<string, string>> = {
  acm: "acm",
  autoscaling: "autoscaling",
  ec2: "ec2",
  elasticloadbalancing: "elbv2",
  iam: "iam",
  monitoring: "cloudwatch",
  ssm: "ssm",
  sts: "sts",
};

export interface LocalStack {
  /** AWS's name for the region. */
  region: string;
  /** Where it answers AWS's API. */
  url: string;
  /** Signing scopes of the services that it answers. */
  scopes: readonly string[];
  operatorAddress: string;
  /** user@host:port */
  sshBastion: string;
}

/** @throws for a service whose endpoint has no known name in the AWS provider's configuration */
function valuesOf({ region, url, scopes, operatorAddress, sshBastion }: LocalStack, project: string) {
  const endpoints = scopes.map(scope => {
    const name = endpointNames[scope];
    if (name === undefined)
      throw new Error(`the AWS provider's name for the endpoint of ${scope} is not known`);
    return [name, url] as const;
  });
  return {
    "aws:region": region,
    // Any will do. Of letters, so that nobody takes them for real ones.
    "aws:accessKey": "local",
    "aws:secretKey": "local",
    // The provider's first check asks AWS itself, whatever the endpoints.
    "aws:skipCredentialsValidation": "true",
    "aws:endpoints": [Object.fromEntries(endpoints)],
    [`${project}:sshCidr`]: `${operatorAddress}/32`,
    [`${project}:sshBastion`]: sshBastion,
  };
}

/**
 * Sets the region's keys in a stack file's text, and keeps the rest.
 * @param text undefined if there is no file
 * @throws if somebody else began it, or it isn't a stack file
 */
export function withLocalStack(text: string | undefined, stack: LocalStack, project: string): string {
  const document = text === undefined ? begin() : parseDocument(text);
  if (!document.commentBefore?.includes(mark))
    throw new Error(
      `${localStackFile} was not begun by \`npm run region\`, and stays as it is; rename it if it is yours, or delete it`,
    );
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new Error(
      `${localStackFile} is not a valid stack file: ${document.errors[0]?.message ?? "not a map"}`,
    );
  for (const [key, value] of Object.entries(valuesOf(stack, project)))
    document.setIn(["config", key], document.createNode(value));
  return document.toString();
}

function begin(): Document {
  const document = new Document({ config: {} });
  document.commentBefore = mark;
  return document;
}

/** Writes the stack file of a running region into the project's root folder. */
export async function writeLocalStack(root: string, stack: LocalStack): Promise<void> {
  const path = join(root, localStackFile);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  const next = withLocalStack(text, stack, readProject(root).project);
  if (next === text) return;
  await writeFile(`${path}.new`, next);
  await rename(`${path}.new`, path);
}
