/**
 * What the program declares, whole: every resource, all of its inputs and options, and the order that no data
 * flow gives. It does not prove that AWS accepts any of it.
 */
import "./expected/fleet";
import "./expected/hosts";
import "./expected/network";
import { provider, table, urn } from "./expected/row";
import { evaluate, unknown, type Declared, type Evaluation } from "./testing";

jest.setTimeout(60_000);
jest.spyOn(console, "warn").mockImplementation(); // that port 22 is open: see config.test.ts

/** First, so that what it leaves behind ends while the other tests run. */
test("a call that nobody has an answer for fails the evaluation", async () => {
  await expect(evaluate({ answers: {} })).rejects.toThrow(/^the program called aws:.* which has no answer$/);
});

let usual: Promise<Evaluation> | undefined;
const evaluateUsual = () => (usual ??= evaluate());

const dashboardUrl =
  "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/elastic-fleet-dev";

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
          stress: "<SecurityGroup stress>",
        },
      },
      "SshKey fleet": { keyName: "<keyName of fleet>" },
      "ReceiverIdentity receiver": { instanceProfileName: "<name of receiver>" },
      "Host data": hostOutputs("data"),
      "Host receiver-1": hostOutputs("receiver-1"),
      "Host receiver-2": hostOutputs("receiver-2"),
      "Host stress": hostOutputs("stress"),
      "Service data-access": {},
      "Service receiver-1": {},
      "Service receiver-2": {},
      "Service stress": {},
      "LoadBalancer receiver-lb": {
        dnsName: "<dnsName of receiver-lb>",
        url: "http://<dnsName of receiver-lb>/",
      },
      "LoadBalancer fleet-lb": {
        dnsName: "<dnsName of fleet-lb>",
        url: "http://<dnsName of fleet-lb>/",
      },
      "GoldenImage stress": { imageId: "<AmiFromInstance stress>" },
      "Fleet fleet": { autoScalingGroupName: "<name of fleet>" },
      "Dashboard fleet": { url: dashboardUrl },
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
      fleetLoadBalancerDns: { value: "<dnsName of fleet-lb>", secret: false },
      fleetLoadBalancerUrl: { value: "http://<dnsName of fleet-lb>/", secret: false },
      autoScalingGroupName: { value: "<name of fleet>", secret: false },
      dashboardUrl: { value: dashboardUrl, secret: false },
      hosts: {
        value: {
          data: instance("data"),
          "receiver-1": instance("receiver-1"),
          "receiver-2": instance("receiver-2"),
          stress: instance("stress"),
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
    expect(connections).toHaveLength(12);
    expect(connections.map(({ publicInputs }) => publicInputs["connection"])).toEqual(
      Array(12).fill("(secret)"),
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

  test("the outputs are unknown but for the dashboard, and only the key is secret", () => {
    const secrets = {
      dataReadUrl: false,
      dataNetworkAclId: false,
      receiverLoadBalancerDns: false,
      receiverLoadBalancerUrl: false,
      fleetLoadBalancerDns: false,
      fleetLoadBalancerUrl: false,
      autoScalingGroupName: false,
      hosts: false,
      sshPrivateKey: true,
    };
    expect(evaluation.outputs).toEqual({
      ...Object.fromEntries(
        Object.entries(secrets).map(([name, secret]) => [name, { value: unknown, secret }]),
      ),
      dashboardUrl: { value: dashboardUrl, secret: false },
    });
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
      "stress",
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

  test("sshCidr narrows port 22 of every group of hosts, and nothing else", async () => {
    expect(await changed(await evaluate({ config: { sshCidr: "198.51.100.7/32" } }))).toEqual({
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule data-access-in-ssh": {
        cidrIpv4: "198.51.100.7/32",
      },
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule receiver-in-ssh": {
        cidrIpv4: "198.51.100.7/32",
      },
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule stress-in-ssh": {
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
        "aws:ec2/instance:Instance stress": host,
        "aws:ec2/launchTemplate:LaunchTemplate fleet": host,
      });
    },
  );

  test("whatever AWS has says which stack it is of", async () => {
    const { resources } = await evaluate({ stack: "prod" });
    expect(resources.find(({ type }) => type === provider.type)?.inputs["defaultTags"]).toBe(
      '{"tags":{"project":"elastic-fleet","stack":"prod"}}',
    );
  });

  test("all of the stack's aws: configuration reaches the provider, and its tags stay beside the program's", async () => {
    const { resources } = await evaluate({
      config: {
        "aws:profile": "sandbox",
        "aws:allowedAccountIds": '["123456789012"]',
        "aws:maxRetries": "3",
        "aws:useFipsEndpoint": "true",
        "aws:defaultTags": '{"tags":{"team":"edge","stack":"mine"}}',
      },
    });
    expect(resources.find(({ type }) => type === provider.type)?.inputs).toEqual({
      ...provider.inputs,
      profile: "sandbox",
      allowedAccountIds: '["123456789012"]',
      maxRetries: "3",
      useFipsEndpoint: "true",
      defaultTags: '{"tags":{"team":"edge","stack":"dev","project":"elastic-fleet"}}',
    });
  });
});
