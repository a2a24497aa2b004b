import "../../../testing/runtime"; // first: the others load what it stands in for
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { resourceHandlers, type Provisioning } from ".";
import { ports } from "../../../apps/ports";
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
import { publicKeyOf } from "../../services/ec2/openssh-keys";

type Opened = Pick<Awaited<ReturnType<typeof openRegion>>, "region" | "resources">;

/** Everything in the region, as text to compare. */
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
  // A subnet's association with a network ACL has a new id each time.
  const aclOfSubnets = [...ec2.vpc.networkAclAssociations.values()]
    .map(({ subnetId, networkAclId }) => `${subnetId} ${networkAclId}`)
    .sort();
  const content = {
    vpc: Object.entries(ec2.vpc).filter(([name]) => name !== "networkAclAssociations"),
    aclOfSubnets,
    roles: iam.roles,
    instanceProfiles: iam.instanceProfiles,
    names: Reflect.get(dns, "records") as unknown,
    hosts: [...ec2.instances.hosts.keys()],
    keyPairs: ec2.keyPairs,
    listeners,
    targets,
    images: ec2.images,
    // Earlier versions are never removed.
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

/** A region with all samples that precede the type, and the type's own sample, not created yet. */
async function before(type: string) {
  const opened = await openRegion();
  const all = samples();
  const sample = all.find(each => `:${each.type}`.endsWith(`:${type}`));
  if (!sample) throw new Error(`no sample of ${type}`);
  const made: Made = {};
  for (const each of all.slice(0, all.indexOf(sample))) await make(opened.resources, each, made);
  return { ...opened, made, sample };
}

const handlers = resourceHandlers(new Region({ name: "us-east-1" } as RegionOptions), {} as Provisioning);
const types = Object.keys(handlers);
const updatable = types.filter(type => handlers[type]?.update !== undefined);

test("every supported type has a sample, with changed inputs if it can be updated", () => {
  const all = samples();
  expect([...new Set(all.map(({ type }) => type))].sort()).toEqual([...types].sort());
  expect([...new Set(all.filter(({ changed }) => changed).map(({ type }) => type))].sort()).toEqual(
    [...updatable].sort(),
  );
});

test("deleting all samples in reverse restores the previous state at each step", async () => {
  const { region, resources, clock } = await openRegion();
  const made: Made = {};
  const states: string[] = [contentOf({ region, resources })];
  const pending: number[] = [clock.pending];
  // The effects of commands remain, as with the command provider.
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
  test("rejects an unsupported input, and creates nothing", async () => {
    const { region, resources, sample, made } = await before(type);
    const content = contentOf({ region, resources });
    const { name, inputs } = sample;
    await expect(
      resources.create({ type, name, inputs: { ...inputs(made), surprise: true } }),
    ).rejects.toThrow(/^the local region can't create .*\n[^]*Unrecognized key: "surprise"/);
    expect(contentOf({ region, resources })).toBe(content);
    // A rejected resource isn't declared, so a valid one can still be created.
    await expect(make(resources, sample, made)).resolves.toBeUndefined();
  });

  test("can be recreated under its name once deleted", async () => {
    const { resources, sample, made } = await before(type);
    await make(resources, sample, made);
    const { id } = made[sample.name] ?? {};
    const declaration = await resources.delete(type, sample.name);
    expect(declaration).toMatchObject({ type, name: sample.name });
    const recreated = await resources.create(declaration);
    // The id is the same only if the program's inputs set it.
    if (Object.values(declaration.inputs).includes(id)) expect(recreated.id).toBe(id);
    else expect(recreated.id).not.toBe(id);
  });
});

test.each(updatable)("%s can be updated in place and changed back", async type => {
  const { region, resources, sample, made } = await before(type);
  await make(resources, sample, made);
  const { name, inputs, changed = inputs } = sample;
  const content = contentOf({ region, resources });
  await resources.update({ type, name, inputs: changed(made) });
  expect(contentOf({ region, resources })).not.toBe(content);
  await resources.update({ type, name, inputs: inputs(made) });
  expect(contentOf({ region, resources })).toBe(content);
});

test.each(types.filter(type => !updatable.includes(type)))("%s can't be updated in place", async type => {
  const { resources, sample, made } = await before(type);
  await make(resources, sample, made);
  await expect(resources.update({ type, name: sample.name, inputs: sample.inputs(made) })).rejects.toThrow(
    `${type} is replaced, not updated`,
  );
});

describe("rejects, as AWS does,", () => {
  const unknown = (kind: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${kind}/none/0`;
  type Inputs = Record<string, unknown>;
  test.each<[string, string, Inputs | ((inputs: Inputs) => object), string]>([
    ["a route in an unknown table", "Route", { routeTableId: "rtb-0" }, "InvalidRouteTableID.NotFound"],
    [
      "an entry of an unknown ACL",
      "NetworkAclRule",
      { networkAclId: "acl-0" },
      "InvalidNetworkAclID.NotFound",
    ],
    ["an entry number that is too high", "NetworkAclRule", { ruleNumber: 32767 }, "ruleNumber"],
    ["an invalid range", "NetworkAclRule", { cidrBlock: "10.0.0.0" }, "cidrBlock"],
    ["an invalid port", "NetworkAclRule", { toPort: 65536 }, "toPort"],
    ["a policy of an unknown role", "RolePolicy", { role: "none" }, "NoSuchEntity"],
    ["a policy that isn't JSON", "RolePolicy", { policy: "{" }, "MalformedPolicyDocument"],
    [
      "a role for another service",
      "Role",
      inputs => ({ assumeRolePolicy: String(inputs["assumeRolePolicy"]).replace("ec2", "lambda") }),
      "ec2.amazonaws.com",
    ],
    [
      "a rule with two peers",
      "SecurityGroupIngressRule",
      { referencedSecurityGroupId: "sg-0" },
      "exactly one of cidrIpv4 and referencedSecurityGroupId",
    ],
    [
      "a rule without a peer",
      "SecurityGroupIngressRule",
      { cidrIpv4: undefined },
      "exactly one of cidrIpv4 and referencedSecurityGroupId",
    ],
    ["a public key of another type", "KeyPair", { publicKey: "ssh-rsa AAAA" }, "InvalidKey.Format"],
    ["an RSA key, which the region can't generate", "PrivateKey", { algorithm: "RSA" }, "algorithm"],
    ["an instance in an unknown subnet", "Instance", { subnetId: "subnet-0" }, "InvalidSubnetID.NotFound"],
    [
      "version 1 of the instance metadata service",
      "Instance",
      {
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "optional", httpPutResponseHopLimit: 1 },
      },
      "httpTokens",
    ],
    [
      "a load balancer in one subnet",
      "LoadBalancer",
      inputs => ({ subnets: (inputs["subnets"] as string[]).slice(1) }),
      "subnets",
    ],
    [
      "a listener of an unknown load balancer",
      "Listener",
      { loadBalancerArn: unknown("loadbalancer/app") },
      "LoadBalancerNotFound",
    ],
    [
      "a listener for an unknown target group",
      "Listener",
      { defaultActions: [{ type: "forward", targetGroupArn: unknown("targetgroup") }] },
      "TargetGroupNotFound",
    ],
    [
      "a target of an unknown group",
      "TargetGroupAttachment",
      { targetGroupArn: unknown("targetgroup") },
      "TargetGroupNotFound",
    ],
    ["a target that isn't running", "TargetGroupAttachment", { targetId: "i-0" }, "InvalidTarget"],
    [
      "a command other than the installer's",
      "Command",
      { create: "rm -rf /" },
      "runs only the command that installs a service",
    ],
    [
      "a group with an unknown template",
      "Group",
      { launchTemplate: { id: "lt-0", version: "1" } },
      "InvalidLaunchTemplateId.NotFound",
    ],
    [
      "a group with an unknown template version",
      "Group",
      inputs => ({ launchTemplate: { ...(inputs["launchTemplate"] as object), version: "2" } }),
      "InvalidLaunchTemplateId.VersionNotFound",
    ],
    [
      "a group that follows the latest version",
      "Group",
      inputs => ({ launchTemplate: { ...(inputs["launchTemplate"] as object), version: "$Latest" } }),
      "must be a version number",
    ],
    [
      "a group in an unknown subnet",
      "Group",
      { vpcZoneIdentifiers: ["subnet-0"] },
      "ValidationError: The subnet ID 'subnet-0' does not exist",
    ],
    [
      "a group whose minimum exceeds its maximum",
      "Group",
      { minSize: 1 },
      "ValidationError: Max bound, 0, must be greater than or equal to min bound, 1",
    ],
    [
      "a group whose desired capacity exceeds its maximum",
      "Group",
      { desiredCapacity: 1 },
      "ValidationError: Desired capacity:1 must be between the specified min size:0 and max size:0",
    ],
    [
      "a policy of an unknown group",
      "Policy",
      { autoscalingGroupName: "none" },
      "ValidationError: AutoScalingGroup name not found - none",
    ],
    [
      "a dashboard that isn't JSON",
      "Dashboard",
      { dashboardBody: "{" },
      "InvalidParameterInput: The dashboard body is invalid",
    ],
    [
      "an image of an unknown instance",
      "AmiFromInstance",
      { sourceInstanceId: "i-0" },
      "InvalidInstanceID.NotFound",
    ],
    ["an invalid manifest", "Command", { stdin: "{}" }, "service"],
  ])("%s", async (_name, type, change, message) => {
    const { region, resources, sample, made } = await before(type);
    const content = contentOf({ region, resources });
    const inputs = sample.inputs(made);
    const changed = typeof change === "function" ? change(inputs) : change;
    const declaration = { type: sample.type, name: sample.name, inputs: { ...inputs, ...changed } };
    await expect(resources.create(declaration)).rejects.toThrow(message);
    expect(contentOf({ region, resources })).toBe(content);
  });

  test.each([
    [
      "entry with the same number and direction",
      "NetworkAclRule",
      "NetworkAclEntryAlreadyExists: The network acl entry identified by 100 already exists.",
    ],
  ])("a second %s", async (_name, type, message) => {
    const { resources, sample, made } = await before(type);
    await make(resources, sample, made);
    const second = { type: sample.type, name: "second", inputs: sample.inputs(made) };
    await expect(resources.create(second)).rejects.toThrow(message);
  });

  test("a load balancer whose name is too long with its suffix", async () => {
    const { resources, sample, made } = await before("LoadBalancer");
    const name = "x".repeat(25);
    await expect(resources.create({ type: sample.type, name, inputs: sample.inputs(made) })).rejects.toThrow(
      /ValidationError: Load balancer name 'x{25}-[0-9a-f]{7}' cannot be longer than '32' characters/,
    );
    await expect(
      resources.create({ type: sample.type, name: name.slice(1), inputs: sample.inputs(made) }),
    ).resolves.toBeDefined();
  });
});

test("deleting a load balancer closes its listeners", async () => {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources, "aws:lb/targetGroupAttachment:TargetGroupAttachment");
  const { id = "" } = made["aws:lb/loadBalancer:LoadBalancer"] ?? {};
  const [{ server } = {}] = region.elbv2.loadBalancers.get(id)?.listeners.values() ?? [];
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

  test("is the same key in all formats", async () => {
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
  const testWithSsh = sshKeygen === undefined ? test.skip : test;
  testWithSsh("is accepted by OpenSSH, which derives the same public key from it", async () => {
    // Several keys, since their bytes differ.
    for (let i = 0; i < 3; i++) {
      const { publicKeyOpenssh, privateKeyOpenssh } = await makeKey();
      const file = join(temporaryFolder(), "key");
      writeFileSync(file, privateKeyOpenssh, { mode: 0o600 });
      const derived = execFileSync(sshKeygen ?? "", ["-y", "-f", file], { encoding: "utf8" });
      expect(derived.trim()).toBe(publicKeyOpenssh.trim());
    }
  });

  test.each(["", "no key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"])(
    "%j contains no key",
    text => {
      expect(publicKeyOf(text)).toBeUndefined();
    },
  );
});

describe("an SSH connection", () => {
  const copyType = "command:remote:CopyToRemote";

  type ConnectionChange = (resources: DeclaredResources) => object | Promise<object>;

  async function copy(change: ConnectionChange) {
    const { region, resources, sample, made } = await before(copyType);
    const inputs = sample.inputs(made);
    const connection = inputs["connection"] as Record<string, unknown>;
    const changed = await change(resources);
    const result = resources.create({
      type: copyType,
      name: "copy",
      inputs: { ...inputs, connection: { ...connection, ...changed } },
    });
    return { region, made, result, remotePath: String(inputs["remotePath"]) };
  }

  test("copies a file to its path on the host", async () => {
    const { region, made, result, remotePath } = await copy(() => ({
      dialErrorLimit: 60,
      perDialTimeout: 15,
    }));
    await result;
    const host = region.ec2.instances.hosts.get(made["instance"]?.id ?? "");
    expect(readFileSync(join(host?.root ?? "", remotePath)).length).toBeGreaterThan(0);
  });

  test("never writes outside the host's folder", async () => {
    const { region, resources, sample, made } = await before(copyType);
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "content");
    const source = new pulumi.asset.FileAsset(file);
    const inputs = { ...sample.inputs(made), source, remotePath: "/../../../escaped" };
    await resources.create({ type: copyType, name: "copy", inputs });
    const { root = "" } = region.ec2.instances.hosts.get(made["instance"]?.id ?? "") ?? {};
    expect(readFileSync(join(root, "escaped"), "utf8")).toBe("content");
  });

  test.each<[string, ConnectionChange, RegExp]>([
    ["for another user", () => ({ user: "root" }), /^ssh: handshake failed: .*root@/],
    [
      "with another key",
      async resources => {
        const other = await resources.create({
          type: "tls:index/privateKey:PrivateKey",
          name: "other",
          inputs: { algorithm: "ED25519" },
        });
        return { privateKey: other.outputs["privateKeyOpenssh"] };
      },
      /^ssh: handshake failed/,
    ],
    ["without a key", () => ({ privateKey: "" }), /^ssh: handshake failed/],
    [
      "to another port that the network allows",
      () => ({ port: 8080 }),
      /connection refused: nothing listens there/,
    ],
    [
      "to an unassigned address",
      () => ({ host: "203.0.113.99" }),
      /^ssh: dial tcp 203\.0\.113\.99:22: i\/o timeout\nIGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS: /,
    ],
    [
      "if no security group rule allows it",
      async resources => {
        await resources.delete("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "in");
        return {};
      },
      /i\/o timeout\nENI_SG_RULES_MISMATCH: the request from 198\.51\.100\.10:\d+ to /,
    ],
    [
      "if no ACL entry allows the reply",
      async resources => {
        await resources.delete("aws:ec2/networkAclRule:NetworkAclRule", "entry-out");
        return {};
      },
      /i\/o timeout\nSUBNET_ACL_RESTRICTION: the reply /,
    ],
  ])("fails %s", async (_name, change, message) => {
    const { result } = await copy(change);
    await expect(result).rejects.toThrow(message);
  });
});

test("the installer's command starts the service and reports it", async () => {
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
    ["its instances", () => ({ imageId: "ami-2" }), 2, 2],
    [
      "its instances, but keeps the default version",
      () => ({ imageId: "ami-2", updateDefaultVersion: false }),
      2,
      1,
    ],
    ["its instances' tags", () => ({ tagSpecifications: [] }), 2, 2],
    ["only its own tags", () => ({ tags: {} }), 1, 1],
    ["nothing", () => ({}), 1, 1],
  ])(
    "has the right versions after an update that changes %s",
    async (_name, change, latestVersion, defaultVersion) => {
      const { resources, sample, made } = await before(type);
      await make(resources, sample, made);
      const inputs = sample.inputs(made);
      const outputs = await resources.update({
        type,
        name: sample.name,
        inputs: { ...inputs, ...change(inputs) },
      });
      expect(outputs).toMatchObject({ latestVersion, defaultVersion });
    },
  );

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
    expect(template?.versions.get(2)).toEqual({
      ...first,
      data: { ...first?.data, InstanceType: "t3.small" },
    });
  });
});
