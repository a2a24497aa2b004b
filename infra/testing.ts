/** Evaluates the whole program without an engine, for tests: what it declares, in which order, and its outputs. */
import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { Release } from "../apps/shipping/release";
import type * as Runtime from "../apps/shipping/runtime";

/** Stands in inputs and outputs for what is not known yet in a preview. */
export const unknown = "(unknown)";

/** A resource as the engine is asked for it. */
export interface Declared {
  type: string;
  name: string;
  urn: string;
  /** False for a component. */
  custom: boolean;
  /** Secrets are unwrapped, an asset is its path. */
  inputs: Record<string, unknown>;
  /** The same where secrets are left out. */
  publicInputs: Record<string, unknown>;
  /** What a component registered when it was complete, without secrets; undefined before that. */
  publicOutputs?: Record<string, unknown>;
  /** Of its parent; empty at the top. */
  parent: string;
  /** URNs, sorted: what it waits for though none of its inputs comes from there. */
  dependsOn: string[];
  /** Every option that is set, as its name in pulumi.CustomResourceOptions. */
  options: Record<string, unknown>;
  /** URN and id of an explicit provider; empty for the default one. */
  provider: string;
}

export interface StackOutput {
  value: unknown;
  secret: boolean;
}

/** A function of a provider that the program called. */
export interface Call {
  token: string;
  inputs: Record<string, unknown>;
  provider?: string;
}

export interface Evaluation {
  resources: Declared[];
  calls: Call[];
  outputs: Record<string, StackOutput>;
}

/** Where the SDK keeps the state of an evaluation; not in its types. */
const { withLocalStorage } = jest.requireActual<{ withLocalStorage: <T>(run: () => T) => T }>(
  "@pulumi/pulumi/runtime/state",
);

/** Functions of the provider that the program may call, by token. */
export type Answers = Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>;

export const answers: Answers = {
  "aws:index/getRegion:getRegion": () => ({ region: "us-east-1" }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({ names: ["zone-c", "zone-a", "zone-b"] }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": () => ({ locations: ["zone-b", "zone-c"] }),
  "aws:ssm/getParameter:getParameter": ({ name }) => ({ value: `image of ${String(name)}` }),
};

/**
 * What AWS alone decides of a resource and the program uses. Such an answer says in angle brackets where it
 * comes from, as an id does: `<publicIp of data>`, `<Subnet data>`.
 */
const computed: Record<string, string[]> = {
  "aws:autoscaling/group:Group": ["name"],
  "aws:ec2/instance:Instance": ["publicIp", "privateIp"],
  "aws:ec2/keyPair:KeyPair": ["keyName"],
  "aws:ec2/launchTemplate:LaunchTemplate": ["latestVersion"],
  "aws:iam/instanceProfile:InstanceProfile": ["name"],
  "aws:iam/role:Role": ["name"],
  "aws:lb/loadBalancer:LoadBalancer": ["arn", "arnSuffix", "dnsName"],
  "aws:lb/targetGroup:TargetGroup": ["arn", "arnSuffix"],
  "tls:index/privateKey:PrivateKey": ["publicKeyOpenssh", "privateKeyOpenssh"],
};

export const releases: Record<string, Release> = {
  "data-access": { service: "data-access", sha256: "da".repeat(32), archive: "/cache/data-access.tar" },
  receiver: { service: "receiver", sha256: "4e".repeat(32), archive: "/cache/receiver.tar" },
  stress: { service: "stress", sha256: "57".repeat(32), archive: "/cache/stress.tar" },
};
export const runtimeArchive = "/cache/runtime.tgz";

export interface Options {
  /** The stack's configuration; keys without a colon are the project's. */
  config?: Record<string, string>;
  stack?: string;
  preview?: boolean;
  answers?: Answers;
  /** Sees every resource the moment that it is asked for. */
  onDeclared?: (type: string, name: string) => void;
}

/**
 * Each evaluation loads the program anew. Neither bundles nor fetches anything.
 * @throws the first error of the program or of a call without an answer; an error in an `apply` reaches nobody
 * but Jest, which fails the test for it
 */
export async function evaluate(options: Options = {}): Promise<Evaluation> {
  jest.resetModules();
  // The SDKs take seconds to load and listen to the process: once is enough.
  const sdks = {
    "@pulumi/aws": aws,
    "@pulumi/command": command,
    "@pulumi/pulumi": pulumi,
    "@pulumi/tls": tls,
  };
  for (const [name, sdk] of Object.entries(sdks)) jest.doMock(name, () => sdk);
  // A store of its own: what a failed evaluation leaves behind goes on in the background.
  return withLocalStorage(() => evaluateHere(options));
}

async function evaluateHere(options: Options): Promise<Evaluation> {
  jest.doMock("../apps/shipping/release", () => ({ buildRelease: (service: string) => releases[service] }));
  jest.doMock("../apps/shipping/runtime", () => ({
    ...jest.requireActual<typeof Runtime>("../apps/shipping/runtime"),
    fetchRuntime: () => Promise.resolve(runtimeArchive),
  }));

  // A resource or call that fails would leave what depends on it waiting for ever.
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  failure.catch(() => undefined);
  const refuse = (error: unknown) => {
    fail(error);
    return new Promise<never>(() => undefined);
  };
  const declared = new Map<string, Declared>();
  const calls: Call[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name }) => {
        options.onDeclared?.(type, name);
        return { id: idOf(type, name, options), state: stateOf(type, name, options) };
      },
      call: ({ token, inputs: given, provider }) => {
        const inputs = given as Call["inputs"];
        calls.push({ token, inputs, provider });
        const answer = (options.answers ?? answers)[token];
        return answer
          ? answer(inputs)
          : refuse(new Error(`the program called ${token}, which has no answer`));
      },
    },
    "elastic-fleet",
    options.stack ?? "dev",
    options.preview ?? false,
  );
  const configured: Record<string, string> = { "aws:region": "us-east-1" };
  for (const [key, value] of Object.entries(options.config ?? {}))
    configured[key.includes(":") ? key : `elastic-fleet:${key}`] = value;
  pulumi.runtime.setAllConfig(configured);
  watch(declared, fail);

  const exported = jest.requireActual<Record<string, unknown>>(".");
  await Promise.race([pulumi.runtime.disconnect(), failure]);
  const outputs = await Promise.race([Promise.all(Object.entries(exported).map(settled)), failure]);
  return { resources: [...declared.values()], calls, outputs: Object.fromEntries(outputs) };
}

function idOf(type: string, name: string, { preview }: Options): string | undefined {
  const leaf = type.slice(type.lastIndexOf(":") + 1);
  return preview ? undefined : `<${leaf} ${name}>`;
}

function stateOf(type: string, name: string, { preview }: Options): Record<string, string> {
  const known = preview ? [] : (computed[type] ?? []);
  return Object.fromEntries(known.map(property => [property, `<${property} of ${name}>`]));
}

async function settled([name, exported]: [string, unknown]): Promise<[string, StackOutput]> {
  const output = pulumi.output(exported) as pulumi.Output<unknown> & {
    isKnown: Promise<boolean>;
    isSecret: Promise<boolean>;
    promise(withUnknowns: boolean): Promise<unknown>;
  };
  const value = await output.promise(true);
  return [name, { value: (await output.isKnown) ? value : unknown, secret: await output.isSecret }];
}

/** The part of a gRPC request that the SDK has no types for. */
interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getDependenciesList(): string[];
  getPropertydependenciesMap(): { forEach(visit: (of: { getUrnsList(): string[] }) => void): void };
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getDeletebeforereplacedefined(): boolean;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getAliasurnsList(): string[];
  getAliasesList(): { getSpec(): { toObject(): { type: string } } | undefined }[];
  getImportid(): string;
  getDeletedwith(): string;
  getCustomtimeouts(): { toObject(): object } | undefined;
}

interface Monitor {
  registerResource(request: Request, callback: Callback): void;
  registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): { toJavaScript(): Record<string, unknown> } },
    callback: Callback,
  ): void;
}

type Callback = (error: unknown, response?: { getUrn(): string }) => void;

/** Mocks see neither options nor order: the requests to the resource monitor do. */
function watch(declared: Map<string, Declared>, fail: (error: unknown) => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const registerResource = monitor.registerResource.bind(monitor);
  const registerResourceOutputs = monitor.registerResourceOutputs.bind(monitor);

  monitor.registerResource = (request, callback) => {
    registerResource(request, (error, response) => {
      if (error || !response) {
        fail(error);
        return;
      }
      const urn = response.getUrn();
      if (declared.has(urn)) fail(new Error(`two resources have the URN ${urn}`));
      declared.set(urn, describe(urn, request));
      callback(error, response);
    });
  };
  monitor.registerResourceOutputs = (request, callback) => {
    const component = declared.get(request.getUrn());
    if (component) component.publicOutputs = plainFields(request.getOutputs().toJavaScript(), "public");
    registerResourceOutputs(request, callback);
  };
}

function describe(urn: string, request: Request): Declared {
  const inputs = request.getObject().toJavaScript();
  const fromInputs = new Set<string>();
  request.getPropertydependenciesMap().forEach(dependencies => {
    for (const dependency of dependencies.getUrnsList()) fromInputs.add(dependency);
  });
  const options = {
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [
      ...request.getAliasurnsList(),
      ...request.getAliasesList().map(alias => alias.getSpec()?.toObject().type),
    ],
    import: request.getImportid(),
    deletedWith: request.getDeletedwith(),
    customTimeouts: Object.values(request.getCustomtimeouts()?.toObject() ?? {}).filter(Boolean),
  };
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    custom: request.getCustom(),
    inputs: plainFields(inputs, "all"),
    publicInputs: plainFields(inputs, "public"),
    parent: request.getParent(),
    dependsOn: request
      .getDependenciesList()
      .filter(dependency => !fromInputs.has(dependency))
      .sort(),
    options: Object.fromEntries(
      Object.entries(options).filter(([, value]) => value && !(Array.isArray(value) && value.length === 0)),
    ),
    provider: request.getProvider(),
  };
}

/** A value of the wire as a test wants to read it. */
function plain(value: unknown, what: "all" | "public"): unknown {
  const { unknownValue, specialSigKey, specialAssetSig, specialSecretSig } = pulumi.runtime;
  if (value === unknownValue) return unknown;
  if (Array.isArray(value)) return value.map(element => plain(element, what));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  switch (fields[specialSigKey]) {
    case undefined:
      return plainFields(fields, what);
    case specialAssetSig:
      return fields["path"];
    case specialSecretSig:
      return what === "public" ? "(secret)" : plain(fields["value"], what);
    default:
      throw new Error(`no plain form is known of ${JSON.stringify(value)}`);
  }
}

function plainFields(fields: Record<string, unknown>, what: "all" | "public"): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, plain(field, what)]));
}
