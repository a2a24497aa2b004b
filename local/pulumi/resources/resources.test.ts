import "../../../testing/runtime"; // first: the others load what it stands in for
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { resourceHandlers, type Provisioning } from ".";
import { ports } from "../../../apps/ports";
import { cleanUp } from "../../../testing/clean-up";
import { Region, type RegionOptions } from "../../region";
import {
  make,
  makeSamples,
  openRegion,
  operatorAddress,
  samples,
  type Made,
} from "../../../testing/sample-resources";
import { temporaryFolder } from "../../../testing/folders";
import type { DeclaredResources } from "../declared-resources";
import { publicKeyOf } from "./identity";

// Processes take their time on a busy machine.
jest.setTimeout(30_000);
afterEach(cleanUp);

type Opened = Pick<Awaited<ReturnType<typeof openRegion>>, "region" | "resources">;

/** All that the region has in it, as text to compare. */
function contentOf({ region, resources }: Opened): string {
  const { iam, dns, network, ec2, elbv2, autoScaling } = region;
  const groups = [...autoScaling.groups].map(([id, { settings, desiredCapacity, instances, policies }]) => [
    id,
    { settings, desiredCapacity, instances, policies },
  ]);
  const listeners = Object.fromEntries(
    [...elbv2.loadBalancers].map(([id, { listeners }]) => [id, [...listeners.keys()]]),
  );
  const targets = Object.fromEntries(
    [...elbv2.targetGroups].map(([id, { group }]) => [id, group.describe()]),
  );
  const content = {
    vpc: ec2.vpc,
    roles: iam.roles,
    instanceProfiles: iam.instanceProfiles,
    names: Reflect.get(dns, "records") as unknown,
    hosts: [...ec2.instances.hosts.keys()],
    keyPairs: ec2.keyPairs,
    listeners,
    targets,
    images: ec2.images,
    // Versions only ever grow in number.
    templates: [...ec2.launchTemplates].map(([id, { versions }]) => [id, [...versions.values()].at(-1)]),
    groups,
    privateAddresses: Reflect.get(ec2.interfaces, "privateAddresses") as unknown,
    publicAddresses: Reflect.get(ec2.interfaces, "publicAddresses") as unknown,
    endpoints: [...(Reflect.get(network, "endpoints") as Map<string, number>).keys()],
    declarations: resources.declarations,
  };
  const plain = (_key: string, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;
  return JSON.stringify(content, plain, 1);
}

/** A region with what stands before the type, and a sample of it. */
async function before(type: string) {
  const opened = await openRegion();
  const all = samples();
  const sample = all.find(each => each.type === type);
  if (!sample) throw new Error(`there is no sample of ${type}`);
  const made: Made = {};
  for (const each of all.slice(0, all.indexOf(sample))) await make(opened.resources, each, made);
  return { ...opened, made, sample };
}

const handlers = resourceHandlers(new Region({ name: "us-east-1" } as RegionOptions), {} as Provisioning);
const types = Object.keys(handlers);
const updatable = types.filter(type => handlers[type]?.update !== undefined);

test("there is a sample of every type that the region knows, and another input for those that are updated", () => {
  const all = samples();
  expect([...new Set(all.map(({ type }) => type))].sort()).toEqual([...types].sort());
  expect([...new Set(all.filter(({ changed }) => changed).map(({ type }) => type))].sort()).toEqual(
    [...updatable].sort(),
  );
});

test("the samples of all types, deleted in reverse, leave at each step what was there before", async () => {
  const { region, resources, clock } = await openRegion();
  const made: Made = {};
  const states: string[] = [contentOf({ region, resources })];
  const pending: number[] = [clock.pending];
  // What a command has done stays, as with the command provider.
  const all = samples().filter(({ type }) => !type.startsWith("command:"));
  for (const sample of all) {
    await make(resources, sample, made);
    states.push(contentOf({ region, resources }));
    pending.push(clock.pending);
  }
  expect(new Set(states).size).toBe(states.length);
  for (const { type, name } of all.reverse()) {
    states.pop();
    await resources.delete(type, name);
    if (type.endsWith("TargetGroupAttachment")) clock.advance(30_000); // the deregistration delay
    expect(contentOf({ region, resources })).toEqual(states.at(-1));
    pending.pop();
    expect(clock.pending).toBe(pending.at(-1));
  }
  expect(states).toHaveLength(1);
});

describe.each(types)("%s", type => {
  test("refuses an input that the region does not know, and makes nothing", async () => {
    const { region, resources, sample, made } = await before(type);
    const content = contentOf({ region, resources });
    const { name, inputs } = sample;
    await expect(
      resources.create({ type, name, inputs: { ...inputs(made), surprise: true } }),
    ).rejects.toThrow(/^the local region can't make .*\n[^]*Unrecognized key: "surprise"/);
    expect(contentOf({ region, resources })).toBe(content);
    // Refused is not declared: the right one can still be made.
    await expect(make(resources, sample, made)).resolves.toBeUndefined();
  });

  test("can be made again under its name once it is deleted", async () => {
    const { resources, sample, made } = await before(type);
    await make(resources, sample, made);
    const { id } = made[sample.name] ?? {};
    const declaration = await resources.delete(type, sample.name);
    expect(declaration).toMatchObject({ type, name: sample.name });
    const again = await resources.create(declaration);
    // What the program names itself is known by that name.
    if (Object.values(declaration.inputs).includes(id)) expect(again.id).toBe(id);
    else expect(again.id).not.toBe(id);
  });
});

test.each(updatable)("%s is updated in place, and back to what it was", async type => {
  const { region, resources, sample, made } = await before(type);
  await make(resources, sample, made);
  const { name, inputs, changed = inputs } = sample;
  const content = contentOf({ region, resources });
  await resources.update({ type, name, inputs: changed(made) });
  expect(contentOf({ region, resources })).not.toBe(content);
  await resources.update({ type, name, inputs: inputs(made) });
  expect(contentOf({ region, resources })).toBe(content);
});

test.each(types.filter(type => !updatable.includes(type)))("%s is not updated in place", async type => {
  const { resources, sample, made } = await before(type);
  await make(resources, sample, made);
  await expect(resources.update({ type, name: sample.name, inputs: sample.inputs(made) })).rejects.toThrow(
    `${type} is replaced, not updated`,
  );
});

describe("what AWS refuses", () => {
  const arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:none";
  const rule = "aws:ec2/networkAclRule:NetworkAclRule";
  const scalingGroup = "aws:autoscaling/group:Group";
  test.each<[string, string, (inputs: Record<string, unknown>) => object, string]>([
    [
      "a route in a table that there is not",
      "aws:ec2/route:Route",
      () => ({ routeTableId: "rtb-0" }),
      "InvalidRouteTableID.NotFound",
    ],
    [
      "an entry of an ACL that there is not",
      rule,
      () => ({ networkAclId: "acl-0" }),
      "InvalidNetworkAclID.NotFound",
    ],
    ["an entry beyond the last number", rule, () => ({ ruleNumber: 32767 }), "ruleNumber"],
    ["a range that is none", rule, () => ({ cidrBlock: "10.0.0.0" }), "cidrBlock"],
    ["a port that is none", rule, () => ({ toPort: 65536 }), "toPort"],
    [
      "a policy of a role that there is not",
      "aws:iam/rolePolicy:RolePolicy",
      () => ({ role: "none" }),
      "NoSuchEntity",
    ],
    [
      "a policy that is no JSON",
      "aws:iam/rolePolicy:RolePolicy",
      () => ({ policy: "{" }),
      "MalformedPolicyDocument",
    ],
    [
      "a role that others may assume",
      "aws:iam/role:Role",
      inputs => ({ assumeRolePolicy: String(inputs["assumeRolePolicy"]).replace("ec2", "lambda") }),
      "ec2.amazonaws.com",
    ],
    [
      "a rule with two other ends",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      () => ({ referencedSecurityGroupId: "sg-0" }),
      "exactly one of cidrIpv4 and referencedSecurityGroupId",
    ],
    [
      "a rule with none",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      () => ({ cidrIpv4: undefined }),
      "exactly one of cidrIpv4 and referencedSecurityGroupId",
    ],
    [
      "a key of another kind",
      "aws:ec2/keyPair:KeyPair",
      () => ({ publicKey: "ssh-rsa AAAA" }),
      "InvalidKey.Format",
    ],
    [
      "an RSA key, which the region can't make",
      "tls:index/privateKey:PrivateKey",
      () => ({ algorithm: "RSA" }),
      "algorithm",
    ],
    [
      "an instance in a subnet that there is not",
      "aws:ec2/instance:Instance",
      () => ({ subnetId: "subnet-0" }),
      "InvalidSubnetID.NotFound",
    ],
    [
      "metadata by the old version",
      "aws:ec2/instance:Instance",
      () => ({
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "optional", httpPutResponseHopLimit: 1 },
      }),
      "httpTokens",
    ],
    [
      "a load balancer in one subnet",
      "aws:lb/loadBalancer:LoadBalancer",
      inputs => ({ subnets: (inputs["subnets"] as string[]).slice(1) }),
      "subnets",
    ],
    [
      "a listener of no load balancer",
      "aws:lb/listener:Listener",
      () => ({ loadBalancerArn: arn }),
      "LoadBalancerNotFound",
    ],
    [
      "a listener to no target group",
      "aws:lb/listener:Listener",
      () => ({ defaultActions: [{ type: "forward", targetGroupArn: arn }] }),
      "TargetGroupNotFound",
    ],
    [
      "a target of no group",
      "aws:lb/targetGroupAttachment:TargetGroupAttachment",
      () => ({ targetGroupArn: arn }),
      "TargetGroupNotFound",
    ],
    [
      "a target that does not run",
      "aws:lb/targetGroupAttachment:TargetGroupAttachment",
      () => ({ targetId: "i-0" }),
      "InvalidTarget",
    ],
    [
      "another command than the installer's",
      "command:remote:Command",
      () => ({ create: "rm -rf /" }),
      "runs no other command",
    ],
    [
      "a group of a template that there is not",
      scalingGroup,
      () => ({ launchTemplate: { id: "lt-0", version: "1" } }),
      "InvalidLaunchTemplateId.NotFound",
    ],
    [
      "a group of a version that there is not",
      scalingGroup,
      inputs => ({ launchTemplate: { ...(inputs["launchTemplate"] as object), version: "2" } }),
      "InvalidLaunchTemplateId.VersionNotFound",
    ],
    [
      "a group of the latest version, whichever it is",
      scalingGroup,
      inputs => ({ launchTemplate: { ...(inputs["launchTemplate"] as object), version: "$Latest" } }),
      "must be a version's number",
    ],
    [
      "a group in a subnet that there is not",
      scalingGroup,
      () => ({ vpcZoneIdentifiers: ["subnet-0"] }),
      "ValidationError: The subnet ID 'subnet-0' does not exist",
    ],
    [
      "a group with bounds the wrong way round",
      scalingGroup,
      () => ({ minSize: 1 }),
      "ValidationError: Max bound, 0, must be greater than or equal to min bound, 1",
    ],
    [
      "a group that wants more than it may have",
      scalingGroup,
      () => ({ desiredCapacity: 1 }),
      "ValidationError: Desired capacity:1 must be between the specified min size:0 and max size:0",
    ],
    [
      "a policy of a group that there is not",
      "aws:autoscaling/policy:Policy",
      () => ({ autoscalingGroupName: "none" }),
      "ValidationError: AutoScalingGroup name not found - none",
    ],
    [
      "a dashboard that is no JSON",
      "aws:cloudwatch/dashboard:Dashboard",
      () => ({ dashboardBody: "{" }),
      "InvalidParameterInput: The dashboard body is invalid",
    ],
    [
      "an image of an instance that there is not",
      "aws:ec2/amiFromInstance:AmiFromInstance",
      () => ({ sourceInstanceId: "i-0" }),
      "InvalidInstanceID.NotFound",
    ],
    ["a manifest that is none", "command:remote:Command", () => ({ stdin: "{}" }), "service"],
  ])("%s", async (_name, type, change, message) => {
    const { region, resources, sample, made } = await before(type);
    const content = contentOf({ region, resources });
    const inputs = sample.inputs(made);
    const declaration = { type, name: sample.name, inputs: { ...inputs, ...change(inputs) } };
    await expect(resources.create(declaration)).rejects.toThrow(message);
    expect(contentOf({ region, resources })).toBe(content);
  });

  test("a second entry of one number and direction", async () => {
    const { resources, sample, made } = await before(rule);
    await make(resources, sample, made);
    await expect(
      resources.create({ type: rule, name: "second", inputs: sample.inputs(made) }),
    ).rejects.toThrow(
      "NetworkAclEntryAlreadyExists: The network acl entry identified by 100 already exists.",
    );
  });

  test("a second listener on a port", async () => {
    const { resources, sample, made } = await before("aws:lb/listener:Listener");
    await make(resources, sample, made);
    await expect(
      resources.create({ type: sample.type, name: "second", inputs: sample.inputs(made) }),
    ).rejects.toThrow("DuplicateListener");
  });

  test("a load balancer whose name is too long, once it has its suffix", async () => {
    const { resources, sample, made } = await before("aws:lb/loadBalancer:LoadBalancer");
    const name = "x".repeat(25);
    await expect(resources.create({ type: sample.type, name, inputs: sample.inputs(made) })).rejects.toThrow(
      /ValidationError: Load balancer name 'x{25}-[0-9a-f]{7}' is longer than 32/,
    );
    await expect(
      resources.create({ type: sample.type, name: name.slice(1), inputs: sample.inputs(made) }),
    ).resolves.toBeDefined();
  });
});

test("a load balancer takes its listeners along: nothing listens, and no port is held", async () => {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources, "aws:lb/targetGroupAttachment:TargetGroupAttachment");
  const { id = "" } = made["aws:lb/loadBalancer:LoadBalancer"] ?? {};
  const server = region.elbv2.loadBalancers.get(id)?.listeners.get(80)?.server;
  expect(server?.listening).toBe(true);
  await resources.delete("aws:lb/loadBalancer:LoadBalancer", "balancer");
  expect(server?.listening).toBe(false);
  await expect(resources.delete("aws:lb/listener:Listener", "listener")).resolves.toBeDefined();
});

describe("the key that provisioning uses", () => {
  async function makeKey() {
    const { resources } = await openRegion();
    const { outputs } = await resources.create({
      type: "tls:index/privateKey:PrivateKey",
      name: "key",
      inputs: { algorithm: "ED25519" },
    });
    return outputs as Record<
      "publicKeyOpenssh" | "privateKeyOpenssh" | "privateKeyPem" | "publicKeyPem",
      string
    >;
  }

  test("is one key in each of its forms", async () => {
    const { publicKeyOpenssh, privateKeyOpenssh, privateKeyPem, publicKeyPem } = await makeKey();
    expect(publicKeyOpenssh).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68}\n$/);
    expect(`${publicKeyOf(privateKeyOpenssh)}\n`).toBe(publicKeyOpenssh);
    const fromPrivate = createPublicKey(createPrivateKey(privateKeyPem)).export({
      type: "spki",
      format: "pem",
    });
    expect(fromPrivate).toBe(publicKeyPem);
    const { x = "" } = createPublicKey(publicKeyPem).export({ format: "jwk" });
    const blob = Buffer.from(publicKeyOpenssh.split(" ")[1] ?? "", "base64");
    expect(blob.subarray(-32)).toEqual(Buffer.from(x, "base64url"));
  });

  const sshKeygen = ["/usr/bin/ssh-keygen", "/bin/ssh-keygen", "/usr/local/bin/ssh-keygen"].find(existsSync);
  const testWhereSshIs = sshKeygen === undefined ? test.skip : test;
  testWhereSshIs("is taken by OpenSSH, which finds the same public key in it", async () => {
    // Several, as each has other bytes.
    for (let i = 0; i < 3; i++) {
      const { publicKeyOpenssh, privateKeyOpenssh } = await makeKey();
      const file = join(temporaryFolder(), "key");
      writeFileSync(file, privateKeyOpenssh, { mode: 0o600 });
      const found = execFileSync(sshKeygen ?? "", ["-y", "-f", file], { encoding: "utf8" });
      expect(found.trim()).toBe(publicKeyOpenssh.trim());
      await cleanUp();
    }
  });

  test.each(["", "no key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"])(
    "%j holds no key",
    text => {
      expect(publicKeyOf(text)).toBeUndefined();
    },
  );
});

describe("an SSH connection", () => {
  const copyType = "command:remote:CopyToRemote";

  async function copy(
    change: (
      inputs: Record<string, unknown>,
      made: Made,
      resources: DeclaredResources,
    ) => object | Promise<object>,
  ) {
    const { region, resources, sample, made } = await before(copyType);
    const inputs = sample.inputs(made);
    const connection = inputs["connection"] as Record<string, unknown>;
    const changed = await change(connection, made, resources);
    const result = resources.create({
      type: copyType,
      name: "copy",
      inputs: { ...inputs, connection: { ...connection, ...changed } },
    });
    return { region, made, result, remotePath: String(inputs["remotePath"]) };
  }

  test("copies the file to its place on the host", async () => {
    const { region, made, result, remotePath } = await copy(() => ({
      dialErrorLimit: 60,
      perDialTimeout: 15,
    }));
    await result;
    const host = region.ec2.instances.hosts.get(made["instance"]?.id ?? "");
    expect(readFileSync(join(host?.root ?? "", remotePath)).length).toBeGreaterThan(0);
  });

  test("never leaves the folder of the host", async () => {
    const { region, resources, sample, made } = await before(copyType);
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "content");
    const source = new pulumi.asset.FileAsset(file);
    const inputs = { ...sample.inputs(made), source, remotePath: "/../../../escaped" };
    await resources.create({ type: copyType, name: "copy", inputs });
    const { root = "" } = region.ec2.instances.hosts.get(made["instance"]?.id ?? "") ?? {};
    expect(readFileSync(join(root, "escaped"), "utf8")).toBe("content");
  });

  test.each<
    [
      string,
      (
        connection: Record<string, unknown>,
        made: Made,
        resources: DeclaredResources,
      ) => object | Promise<object>,
      RegExp,
    ]
  >([
    ["another user", () => ({ user: "root" }), /^ssh: handshake failed: .*root@/],
    [
      "another key",
      async (_connection, _made, resources) => {
        const other = await resources.create({
          type: "tls:index/privateKey:PrivateKey",
          name: "other",
          inputs: { algorithm: "ED25519" },
        });
        return { privateKey: other.outputs["privateKeyOpenssh"] };
      },
      /^ssh: handshake failed/,
    ],
    ["no key at all", () => ({ privateKey: "" }), /^ssh: handshake failed/],
    [
      "another port, which the fences let through",
      () => ({ port: 8080 }),
      /connection refused: nothing listens there/,
    ],
    [
      "an address that nobody has",
      () => ({ host: "203.0.113.99" }),
      /^ssh: dial tcp 203\.0\.113\.99:22: i\/o timeout\nIGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS: /,
    ],
    [
      "a security group that does not let it in",
      async (_connection, _made, resources) => {
        await resources.delete("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "in");
        return {};
      },
      /i\/o timeout\nENI_SG_RULES_MISMATCH: the request from 198\.51\.100\.10:\d+ to /,
    ],
    [
      "an ACL that does not let the answer out",
      async (_connection, _made, resources) => {
        await resources.delete("aws:ec2/networkAclRule:NetworkAclRule", "entry-out");
        return {};
      },
      /i\/o timeout\nSUBNET_ACL_RESTRICTION: the reply /,
    ],
  ])("is not made with %s", async (_name, change, message) => {
    const { result } = await copy(change);
    await expect(result).rejects.toThrow(message);
  });
});

test("the installer's command brings the service up, and says so", async () => {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources);
  expect(made["command"]?.outputs).toMatchObject({
    stdout: expect.stringMatching(/^receiver release [0-9a-f]{12} is installed and healthy$/) as string,
    stderr: "",
  });
  const host = region.ec2.instances.hosts.get(made["instance"]?.id ?? "");
  expect([...(host?.services.keys() ?? [])]).toEqual(["receiver"]);
  const { publicIp } = made["instance"]?.outputs ?? {};
  const route = region.network.routerFrom({ internetAddress: operatorAddress });
  expect(route({ address: String(publicIp), port: ports.receiver.http }).outcome).toBe("open");
});

describe("a launch template", () => {
  const type = "aws:ec2/launchTemplate:LaunchTemplate";

  test.each<[string, (inputs: Record<string, unknown>) => object, number, number]>([
    ["what it launches", () => ({ imageId: "ami-2" }), 2, 2],
    [
      "what it launches, but not the default",
      () => ({ imageId: "ami-2", updateDefaultVersion: false }),
      2,
      1,
    ],
    ["tags of what it launches", () => ({ tagSpecifications: [] }), 2, 2],
    ["only its own tags", () => ({ tags: {} }), 1, 1],
    ["nothing", () => ({}), 1, 1],
  ])("that changes %s", async (_name, change, latestVersion, defaultVersion) => {
    const { resources, sample, made } = await before(type);
    await make(resources, sample, made);
    const inputs = sample.inputs(made);
    const outputs = await resources.update({
      type,
      name: sample.name,
      inputs: { ...inputs, ...change(inputs) },
    });
    expect(outputs).toMatchObject({ latestVersion, defaultVersion });
  });

  test("keeps its earlier versions", async () => {
    const { region, resources, sample, made } = await before(type);
    await make(resources, sample, made);
    const [template] = region.ec2.launchTemplates.values();
    const first = template?.versions.get(1);
    await resources.update({
      type,
      name: sample.name,
      inputs: { ...sample.inputs(made), instanceType: "t3.small" },
    });
    expect(template?.versions.get(1)).toBe(first);
    expect(template?.versions.get(2)).toEqual({ ...first, instanceType: "t3.small" });
  });
});
