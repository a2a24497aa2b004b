/** Evaluates the whole program on an engine that records what it declares and makes up AWS's answers. */
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { ServiceName } from "../apps/ports";
import type { Release } from "../apps/shipping/release";
import type * as Runtime from "../apps/shipping/runtime";
import { evaluate as evaluateProgram, type StackOutput } from "../local/pulumi/evaluate";
import { recordInto, type Registration } from "../testing/registrations";
import { fullKey, readProject } from "../local/pulumi/stack";

/** A provider function that the program called. */
export interface Call {
  token: string;
  inputs: Record<string, unknown>;
  provider?: string;
}

export interface Evaluation {
  resources: Registration[];
  calls: Call[];
  outputs: Record<string, StackOutput>;
}

/** Results of the provider functions that the program may call, by token. */
export type Answers = Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>;

const answers: Answers = {
  "aws:index/getRegion:getRegion": () => ({ region: "us-east-1" }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({ names: ["zone-c", "zone-a", "zone-b"] }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": () => ({ locations: ["zone-b", "zone-c"] }),
  "aws:ssm/getParameter:getParameter": ({ name }) => ({ value: `image of ${String(name)}` }),
};

/**
 * Properties that AWS computes and the program reads. Made-up values, like ids, name their origin in angle brackets:
 * `<publicIp of data>`, `<Subnet data>`.
 */
const computed: Record<string, string[]> = {
  "aws:autoscaling/group:Group": ["name"],
  "aws:ec2/instance:Instance": ["publicIp", "privateIp"],
  "aws:ec2/keyPair:KeyPair": ["keyName"],
  "aws:ec2/launchTemplate:LaunchTemplate": ["latestVersion"],
  "aws:iam/instanceProfile:InstanceProfile": ["name"],
  "aws:iam/role:Role": ["name"],
  "aws:lb/listener:Listener": ["arn"],
  "aws:lb/loadBalancer:LoadBalancer": ["arn", "arnSuffix", "dnsName"],
  "aws:lb/targetGroup:TargetGroup": ["arn", "arnSuffix"],
  "tls:index/privateKey:PrivateKey": ["publicKeyOpenssh", "privateKeyOpenssh"],
};

const releases: Record<ServiceName, Release> = {
  "data-access": releaseOf("data-access", "da"),
  receiver: releaseOf("receiver", "4e"),
  stress: releaseOf("stress", "57"),
};

function releaseOf(service: ServiceName, byte: string): Release {
  return { service, sha256: byte.repeat(32), archive: `/cache/${service}.tar` };
}

export interface Options {
  /** Overrides Pulumi.yaml's defaults; keys without a colon are the project's. */
  config?: Record<string, string>;
  stack?: string;
  preview?: boolean;
  answers?: Answers;
  /** Replaces the made-up values of what AWS computes. */
  madeUp?: (type: string, name: string, property: string) => string;
  /** Called as each resource is requested. */
  onDeclared?: (type: string, name: string) => void;
}

/**
 * Reloads the program for each evaluation, without bundling or downloading anything.
 * @throws the first error of the program, or of a call without an answer; an error in an `apply` reaches only Jest,
 * which fails the test
 */
export async function evaluate(options: Options = {}): Promise<Evaluation> {
  const { config = {}, stack = "dev", preview = false, madeUp = inAngleBrackets } = options;
  resetModules();
  jest.spyOn(console, "warn").mockImplementation(); // the warning about port 22 is tested in config.test.ts
  const { project, config: defaults } = readProject(join(__dirname, ".."));
  const configured = Object.entries(config).map(([key, value]) => [fullKey(key, project), value] as const);
  const calls: Call[] = [];
  const registrations = new Map<string, Registration>();
  const outputs = await evaluateProgram(
    join(__dirname, "index.ts"),
    { project, stack, config: { ...defaults, "aws:region": "us-east-1", ...Object.fromEntries(configured) } },
    {
      newResource: ({ type, name }) => {
        options.onDeclared?.(type, name);
        const known = preview ? [] : (computed[type] ?? []);
        return Promise.resolve({
          id: preview ? "" : madeUp(type, name, "id"),
          state: Object.fromEntries(known.map(property => [property, madeUp(type, name, property)])),
        });
      },
      call: async ({ token, inputs: given, provider }) => {
        const inputs = given as Call["inputs"];
        calls.push({ token, inputs, provider });
        const answer = (options.answers ?? answers)[token];
        if (!answer) throw new Error(`the program called ${token}, which has no answer`);
        return Promise.resolve(answer(inputs));
      },
    },
    { preview, revealSecrets: true, ...recordInto(registrations) },
  );
  return { resources: [...registrations.values()], calls, outputs };
}

function inAngleBrackets(type: string, name: string, property: string): string {
  return property === "id"
    ? `<${type.slice(type.lastIndexOf(":") + 1)} ${name}>`
    : `<${property} of ${name}>`;
}

function resetModules(): void {
  jest.resetModules();
  // Load the SDKs only once: they take seconds, and each load adds listeners to the process.
  const sdks = {
    "@pulumi/aws": aws,
    "@pulumi/command": command,
    "@pulumi/pulumi": pulumi,
    "@pulumi/tls": tls,
  };
  for (const [name, sdk] of Object.entries(sdks)) jest.doMock(name, () => sdk);
  jest.doMock("../apps/shipping/release", () => ({ buildReleases: () => Promise.resolve(releases) }));
  jest.doMock("../apps/shipping/runtime", () => ({
    ...jest.requireActual<typeof Runtime>("../apps/shipping/runtime"),
    fetchRuntime: () => Promise.resolve("/cache/runtime.tgz"),
  }));
}
