import "../../../testing/runtime"; // first: the others load what it stands in for
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { resourceTypes, type ProvisionedRegion, type Provisioning } from ".";
import { ports } from "../../../apps/ports";
import {
  make,
  makeSamples,
  openRegion,
  operatorAddress,
  samples,
  type Made,
} from "../../../testing/sample-resources";
import { temporaryFolder } from "../../../testing/folders";
import { localCommands } from "../../program";
import { DeclaredResources } from "../declared-resources";
import type { Aws } from "./calls";
import { publicKeyOf } from "../../hosts/ssh/openssh-keys";

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

const types = resourceTypes({ ec2: { instances: {} } } as ProvisionedRegion, {} as Provisioning);

test("every supported type has a sample", () => {
  expect([...new Set(samples().map(({ type }) => type))].sort()).toEqual(Object.keys(types).sort());
});

test.each(Object.keys(types))("%s refuses an unsupported input before any call", async type => {
  const sample = samples().find(each => each.type === type);
  const none = new Proxy({} as Aws, {
    get: () => {
      throw new Error("a call was made");
    },
  });
  const inputs = { ...sample?.inputs({}), surprise: true };
  await expect(new DeclaredResources(types, none).create({ type, name: "a", inputs })).rejects.toThrow(
    /^the local region can't create .*\n[^]*Unrecognized key: "surprise"/,
  );
});

describe("what is left out gets the provider's default:", () => {
  async function makeWithout(type: string, ...names: string[]) {
    const opened = await before(type);
    const { resources, sample, made } = opened;
    const inputs = Object.entries(sample.inputs(made)).filter(([name]) => !names.includes(name));
    const declaration = { type: sample.type, name: sample.name, inputs: Object.fromEntries(inputs) };
    return { calls: opened.region.calls, id: (await resources.create(declaration)).id };
  }

  test("a target group's deregistration delay and health check", async () => {
    const { calls, id } = await makeWithout("TargetGroup", "deregistrationDelay", "healthCheck");
    const { TargetGroups } = await calls.elbv2.DescribeTargetGroups({ TargetGroupArns: [id] });
    expect(TargetGroups[0]).toMatchObject({
      HealthCheckIntervalSeconds: 30,
      HealthyThresholdCount: 3,
      UnhealthyThresholdCount: 3,
      Matcher: { HttpCode: "200" },
    });
    const { Attributes } = await calls.elbv2.DescribeTargetGroupAttributes({ TargetGroupArn: id });
    expect(Attributes).toContainEqual({ Key: "deregistration_delay.timeout_seconds", Value: "300" });
  });

  test("a group's grace period, and a template's monitoring", async () => {
    const { calls, id } = await makeWithout("Group", "healthCheckGracePeriod");
    const groups = await calls.autoScaling.DescribeAutoScalingGroups({ AutoScalingGroupNames: [id] });
    expect(groups.AutoScalingGroups[0]?.HealthCheckGracePeriod).toBe(300);
    await expect(makeWithout("LaunchTemplate", "monitoring")).resolves.toMatchObject({
      id: expect.stringMatching(/^lt-/) as string,
    });
  });
});

describe("rejects, as AWS does,", () => {
  const arn = (kind: string) =>
    `arn:aws:elasticloadbalancing:us-east-1:123456789012:${kind}/0123456789abcdef`;
  const [loadBalancerArn, targetGroupArn] = [arn("loadbalancer/app/none"), arn("targetgroup/none")];
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
      "a role for something that isn't a service",
      "Role",
      inputs => ({
        assumeRolePolicy: String(inputs["assumeRolePolicy"]).replace("ec2.amazonaws.com", "ec2"),
      }),
      "Invalid principal in policy",
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
      "a load balancer in one subnet",
      "LoadBalancer",
      inputs => ({ subnets: (inputs["subnets"] as string[]).slice(1) }),
      "subnets",
    ],
    ["a listener of an unknown load balancer", "Listener", { loadBalancerArn }, "LoadBalancerNotFound"],
    [
      "a listener for an unknown target group",
      "Listener",
      { defaultActions: [{ type: "forward", targetGroupArn }] },
      "TargetGroupNotFound",
    ],
    ["a target of an unknown group", "TargetGroupAttachment", { targetGroupArn }, "TargetGroupNotFound"],
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
      "ValidationError: You must use a valid fully-formed launch template. The specified launch template, with template ID",
    ],
    [
      "a group with an unknown template version",
      "Group",
      inputs => ({ launchTemplate: { ...(inputs["launchTemplate"] as object), version: "2" } }),
      "ValidationError: You must use a valid fully-formed launch template. Could not find the specified version 2",
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
      "ValidationError: AutoScalingGroup name not found",
    ],
    [
      "a dashboard that isn't JSON",
      "Dashboard",
      { dashboardBody: "{" },
      "InvalidParameterInput: The field DashboardBody must be a valid JSON object",
    ],
    [
      "an image of an unknown instance",
      "AmiFromInstance",
      { sourceInstanceId: "i-0" },
      "InvalidInstanceID.NotFound",
    ],
    ["an invalid manifest", "Command", { stdin: "{}" }, "service"],
  ])("%s", async (_name, type, change, message) => {
    const { resources, sample, made } = await before(type);
    const inputs = sample.inputs(made);
    const changed = typeof change === "function" ? change(inputs) : change;
    const declaration = { type: sample.type, name: sample.name, inputs: { ...inputs, ...changed } };
    await expect(resources.create(declaration)).rejects.toThrow(message);
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

describe("a command on this machine", () => {
  test("is accepted if the program's own, and never runs", async () => {
    const { resources } = await openRegion();
    const marker = join(temporaryFolder(), "marker");
    const create = (name: string, inputs: Record<string, unknown>) =>
      resources.create({ type: "command:local:Command", name, inputs });
    const [known = ""] = localCommands;
    await create("known", { create: known, stdin: "{}", delete: `touch ${marker}` });
    await expect(create("unknown", { create: `touch ${marker}` })).rejects.toThrow(
      `a start runs no command on this machine, and doesn't know "touch ${marker}"`,
    );
    expect(existsSync(marker)).toBe(false);
  });
});

describe("an SSH connection", () => {
  const copyType = "command:remote:CopyToRemote";

  type ConnectionChange = (opened: Awaited<ReturnType<typeof before>>) => object | Promise<object>;

  async function copy(change: ConnectionChange) {
    const opened = await before(copyType);
    const { region, resources, sample, made } = opened;
    const inputs = sample.inputs(made);
    const connection = inputs["connection"] as Record<string, unknown>;
    const changed = await change(opened);
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
      async ({ resources }) => {
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
      async ({ region, made }) => {
        await region.calls.ec2.RevokeSecurityGroupIngress({
          GroupId: made["group"]?.id,
          SecurityGroupRuleIds: [made["in"]?.id ?? ""],
        });
        return {};
      },
      /i\/o timeout\nENI_SG_RULES_MISMATCH: the request from 198\.51\.100\.10:\d+ to /,
    ],
    [
      "if no ACL entry allows the reply",
      async ({ region, made }) => {
        await region.calls.ec2.DeleteNetworkAclEntry({
          NetworkAclId: made["acl"]?.id,
          RuleNumber: 100,
          Egress: true,
        });
        return {};
      },
      /i\/o timeout\nSUBNET_ACL_RESTRICTION: the reply /,
    ],
  ])("fails %s", async (_name, change, message) => {
    const { result } = await copy(change);
    await expect(result).rejects.toThrow(message);
  });
});

test("a VPC's default group is adopted with its tags, and left without a rule", async () => {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources, "aws:ec2/internetGateway:InternetGateway");
  const { SecurityGroups } = await region.calls.ec2.DescribeSecurityGroups({
    GroupIds: [made["default"]?.id ?? ""],
  });
  expect(SecurityGroups).toMatchObject([
    {
      GroupName: "default",
      VpcId: made["vpc"]?.id,
      IpPermissions: [],
      IpPermissionsEgress: [],
      Tags: expect.arrayContaining([{ Key: "Name", Value: "sample" }]) as unknown,
    },
  ]);
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
