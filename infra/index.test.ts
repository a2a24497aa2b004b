/**
 * Tests what the program declares: all of it against a reviewed snapshot, plus what must hold however the snapshot
 * changes. Does not prove that AWS accepts any of it.
 */
import { Document, visit } from "yaml";
import { ports, sshPort, type ServiceName } from "../apps/ports";
import { installCommand } from "../apps/shipping/ship";
import { unknown } from "../local/pulumi/evaluate";
import type { Registration } from "../testing/registrations";
import { rulesOf } from "./security-groups";
import { evaluate, type Evaluation } from "./testing";

/** First, so that its leftovers finish while the other tests run. */
test("a call without an answer fails the evaluation", async () => {
  await expect(evaluate({ answers: {} })).rejects.toThrow(/^the program called aws:.* which has no answer$/);
});

let usual: Evaluation;
beforeAll(async () => {
  usual = await evaluate();
});

/** The last part of its type, prefixed with "infra:" for components and "local:" for commands on this machine. */
const kindOf = ({ type }: Registration) => /(infra:|local:)?\w+$/.exec(type)?.[0] ?? type;
const label = (resource: Registration) => `${kindOf(resource)} ${resource.name}`;
const labels = ({ resources }: Evaluation) => resources.map(label).sort();
const ofKind = (...kinds: string[]) => usual.resources.filter(resource => kinds.includes(kindOf(resource)));
const byUrn = ({ resources }: Evaluation) => new Map(resources.map(resource => [resource.urn, resource]));

function find(wanted: string, { resources } = usual): Registration {
  const [only, ...others] = resources.filter(resource => label(resource) === wanted);
  if (!only || others.length > 0) throw new Error(`expected exactly one ${wanted}`);
  return only;
}

/** The picked inputs, by resource name. */
const inputsOf = (resources: Registration[], pick: (inputs: Record<string, unknown>) => unknown) =>
  Object.fromEntries(resources.map(({ name, inputs }) => [name, pick(inputs)]));

const dashboardUrl =
  "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/elastic-fleet-dev";

describe("what is declared", () => {
  test("matches the reviewed snapshot", () => {
    const declared = usual.resources.toSorted((one, other) => label(one).localeCompare(label(other)));
    const calls = usual.calls.toSorted((one, other) => one.token.localeCompare(other.token));
    const asYaml = inYaml({
      ...Object.fromEntries(calls.map(({ token, inputs }) => [token, inputs])),
      ...Object.fromEntries(declared.map(resource => [label(resource), described(resource)])),
    });
    expect(`\n${asYaml}`).toMatchSnapshot();
  });

  /** In readable form: without empty fields, with JSON strings parsed and other resources named by their labels. */
  function described(resource: Registration): object {
    const { type, inputs, registeredOutputs, parent, dependsOn, options, provider } = resource;
    const resources = byUrn(usual);
    const labelOf = (urn: string) => label(resources.get(urn) ?? resource);
    const fields = {
      type,
      parent: parent && labelOf(parent),
      provider: provider.split("::").at(-1),
      dependsOn: summarized(dependsOn.map(labelOf)),
      options,
      // The command is tested in "get every service".
      inputs: parsed({ ...inputs, create: undefined }),
      registeredOutputs,
    };
    const filled = Object.entries(fields).filter(([, field]) => field && Object.keys(field).length > 0);
    return Object.fromEntries(filled);
  }

  function parsed(value: unknown): unknown {
    if (typeof value === "string" && value.startsWith("{")) return JSON.parse(value) as unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields.map(([key, field]) => [key, parsed(field)]));
  }

  /** Collections of plain values go on one line. */
  function inYaml(value: object): string {
    const document = new Document(value, { aliasDuplicateObjects: false });
    visit(document, {
      Collection(_key, node) {
        const text = JSON.stringify(node);
        node.flow = text.length < 100 && !/[[{]/.test(text.slice(1));
      },
    });
    return document.toString({ lineWidth: 0, flowCollectionPadding: false }).replace(/\n(?=\S)/g, "\n\n");
  }

  /** Replaces all resources of a kind with "every Kind". */
  function summarized(found: string[]): string[] {
    const isWhole = (kind: string) => ofKind(kind).every(resource => found.includes(label(resource)));
    const summary = found.map(each => {
      const [kind = ""] = each.split(" ");
      return ofKind(kind).length > 1 && isWhole(kind) ? `every ${kind}` : each;
    });
    return [...new Set(summary)].sort();
  }

  test("has unique URNs and labels", () => {
    const { resources } = usual;
    for (const id of [resources.map(({ urn }) => urn), labels(usual)]) {
      expect(id).toHaveLength(new Set(id).size);
    }
  });

  test("uses the program's own provider for every AWS resource", () => {
    const { urn } = find("aws aws");
    for (const resource of usual.resources) {
      const by = resource.type.startsWith("aws:") ? `${urn}::<aws aws>` : "";
      expect([label(resource), resource.provider]).toEqual([label(resource), by]);
    }
    expect(usual.calls.map(({ provider }) => provider)).toEqual(usual.calls.map(() => `${urn}::<aws aws>`));
  });
});

describe("order beyond data flow", () => {
  const routing = () => ofKind("Route", "RouteTableAssociation").map(label);
  const rules = () => ofKind("SecurityGroupIngressRule", "SecurityGroupEgressRule").map(label);
  const association = "NetworkAclAssociation data";
  const reachable = () => [...routing(), ...rules(), association];
  const copies = (name: string) => [`CopyToRemote ${name}-runtime`, `CopyToRemote ${name}-release`];
  /** Deleted after the attachment, which is when the target drains. */
  const drained = (name: string) => [`local:Command receiver-lb-${name}-drained`];
  const policy = "RolePolicy receiver-describe-network-acls";

  test("is exactly this", () => {
    const resources = byUrn(usual);
    const declared = usual.resources
      .filter(({ dependsOn }) => dependsOn.length > 0)
      .map(each => [label(each), each.dependsOn.map(id => label(resources.get(id) ?? each)).sort()]);
    const order: Record<string, string[]> = {
      // Without its entries, an ACL denies everything.
      [association]: ofKind("NetworkAclRule").map(label),
      // AWS rejects a load balancer in a VPC without a gateway.
      "LoadBalancer receiver-lb": routing(),
      "LoadBalancer fleet-lb": routing(),
      "Instance receiver-1": routing(),
      "Instance receiver-2": routing(),
      "Instance stress": routing(),
      // Otherwise it would run under the default ACL at first, which allows everything.
      "Instance data": [...routing(), association],
      ...Object.fromEntries(ofKind("CopyToRemote").map(copy => [label(copy), reachable()])),
      "Command data-access": [...reachable(), ...copies("data-access")],
      "Command stress": [...reachable(), ...copies("stress")],
      // One at a time, so that the load balancer always has a healthy target.
      "Command receiver-1": [...reachable(), ...copies("receiver-1"), policy, "Command data-access"],
      "Command receiver-2": [...reachable(), ...copies("receiver-2"), policy, "Command receiver-1"],
      // On its whole service component.
      "TargetGroupAttachment receiver-lb-receiver-1": [
        ...drained("receiver-1"),
        "Command receiver-1",
        ...copies("receiver-1"),
      ],
      "TargetGroupAttachment receiver-lb-receiver-2": [
        ...drained("receiver-2"),
        "Command receiver-2",
        ...copies("receiver-2"),
      ],
      "AmiFromInstance stress": ["Command stress"],
      "Group fleet": [...routing(), ...rules(), "Listener fleet-lb", "AmiFromInstance stress"],
    };
    const sorted = Object.entries(order).map(([name, after]) => [name, after.sort()]);
    expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(sorted));
  });

  test("covers every route, rule and entry", () => {
    const { resources } = usual;
    expect(routing()).toHaveLength(1 + ofKind("Subnet").length);
    expect(rules()).toHaveLength(resources.filter(({ type }) => /securityGroup.*Rule/i.test(type)).length);
    expect(ofKind("NetworkAclRule").length).toBeGreaterThan(0);
  });
});

describe("what is open", () => {
  const everywhere = "0.0.0.0/0";
  const cidrOf = (subnet: string) => String(find(`Subnet ${subnet}`).inputs["cidrBlock"]);

  test("in groups is exactly the table of rules", () => {
    const [dataCidr, receiverCidr] = [cidrOf("data"), cidrOf("receiver")];
    const table = rulesOf({ sshCidr: everywhere, dataCidr, receiverCidr });
    const expected = Object.entries(table).map(([name, { group, direction, port, peer, description }]) => [
      name,
      {
        direction,
        description,
        securityGroupId: `<SecurityGroup ${group}>`,
        ...(port === undefined ? { ipProtocol: "-1" } : { ipProtocol: "tcp", fromPort: port, toPort: port }),
        ...("cidr" in peer
          ? { cidrIpv4: peer.cidr }
          : { referencedSecurityGroupId: `<SecurityGroup ${peer.group}>` }),
      },
    ]);
    const declared = ofKind("SecurityGroupIngressRule", "SecurityGroupEgressRule").map(rule => {
      const direction = kindOf(rule).includes("Ingress") ? "ingress" : "egress";
      return [rule.name, { ...rule.inputs, direction, tags: undefined }];
    });
    expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(expected));
  });

  test("is described in EC2's characters", () => {
    const { resources } = usual;
    const rules = resources.filter(({ type }) => /securityGroup.*Rule/i.test(type));
    for (const { inputs } of rules)
      // Source: EC2 API Reference, "IpRange".
      expect(inputs["description"]).toMatch(/^[A-Z][a-zA-Z0-9. _:/()#,@[\]+=&;{}!$*-]{9,254}$/);
  });

  test("to everyone is exactly this", () => {
    const rules = ofKind("SecurityGroupIngressRule", "SecurityGroupEgressRule");
    const open = rules.filter(({ inputs }) => inputs["cidrIpv4"] === everywhere);
    expect(inputsOf(open, ({ fromPort }) => fromPort)).toEqual({
      "data-access-in-read": ports["data-access"].read,
      "data-access-in-ssh": sshPort, // sshCidr
      "data-access-out-all": undefined,
      "receiver-in-http": ports.receiver.http,
      "receiver-in-ssh": sshPort,
      "receiver-out-https": 443,
      "load-balancer-in-http": 80,
      "stress-in-ssh": sshPort,
    });
  });

  test("in the data subnet's ACL is three ports in and everything out", () => {
    const { read, update } = ports["data-access"];
    const keys = ["egress", "ruleNumber", "ruleAction", "protocol", "fromPort", "toPort", "cidrBlock"];
    const entries = inputsOf(ofKind("NetworkAclRule"), inputs => keys.map(key => inputs[key]));
    expect(entries).toEqual({
      "data-ingress-ssh": [false, 100, "allow", "6", sshPort, sshPort, everywhere],
      "data-ingress-update": [false, 200, "allow", "6", update, update, cidrOf("receiver")],
      "data-ingress-read": [false, 300, "allow", "6", read, read, everywhere],
      "data-egress-all": [true, 100, "allow", "6", 0, 65535, everywhere],
    });
    const associated = inputsOf(ofKind("NetworkAclAssociation"), ({ subnetId }) => subnetId);
    expect(associated).toEqual({ data: "<Subnet data>" });
  });

  test("is opened only by rules and entries", () => {
    const opens = /SecurityGroup|NetworkAcl|NetworkInterface/;
    const openers = usual.resources.filter(({ type, custom }) => custom && opens.test(type));
    expect(new Set(openers.map(kindOf))).toEqual(
      new Set([
        ...["SecurityGroup", "SecurityGroupIngressRule", "SecurityGroupEgressRule"],
        "DefaultSecurityGroup",
        ...["NetworkAcl", "NetworkAclRule", "NetworkAclAssociation"],
      ]),
    );
    for (const { inputs } of ofKind("SecurityGroup", "DefaultSecurityGroup", "NetworkAcl")) {
      expect(inputs).not.toHaveProperty("ingress");
      expect(inputs).not.toHaveProperty("egress");
    }
  });
});

describe("hosts", () => {
  test("require session tokens for metadata and have encrypted disks", () => {
    const launched = ofKind("Instance", "LaunchTemplate");
    const metadataOptions = { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 };
    for (const { inputs } of launched) expect(inputs["metadataOptions"]).toEqual(metadataOptions);
    for (const { inputs } of ofKind("Instance")) {
      expect(inputs["rootBlockDevice"]).toMatchObject({ volumeType: "gp3", encrypted: true });
      expect(inputs).not.toHaveProperty("ebsBlockDevices");
    }
    // The fleet's disks are copies of the image's, which is encrypted like the host it was made from.
    for (const { inputs } of ofKind("LaunchTemplate")) {
      expect(inputs["imageId"]).toBe("<AmiFromInstance stress>");
      expect(inputs).not.toHaveProperty("blockDeviceMappings");
    }
  });

  test("running receivers may describe network ACLs, and no host has other permissions", () => {
    const documents = (kind: string, key: string) =>
      inputsOf(ofKind(kind), inputs => JSON.parse(String(inputs[key])) as unknown);
    const allowing = (statement: object) => ({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", ...statement }],
    });
    const Principal = { Service: "ec2.amazonaws.com" };
    expect(documents("Role", "assumeRolePolicy")).toEqual({
      receiver: allowing({ Principal, Action: "sts:AssumeRole" }),
    });
    expect(documents("RolePolicy", "policy")).toEqual({
      "receiver-describe-network-acls": allowing({ Action: "ec2:DescribeNetworkAcls", Resource: "*" }),
    });
    const launched = ofKind("Instance", "LaunchTemplate");
    expect(inputsOf(launched, ({ iamInstanceProfile }) => iamInstanceProfile)).toEqual({
      data: undefined,
      "receiver-1": "<name of receiver>",
      "receiver-2": "<name of receiver>",
      stress: undefined,
      fleet: undefined,
    });
    const ofIam = usual.resources.filter(({ type }) => type.startsWith("aws:iam/")).map(label);
    const policy = "RolePolicy receiver-describe-network-acls";
    expect(ofIam.sort()).toEqual(["InstanceProfile receiver", "Role receiver", policy]);
  });

  test("get every service, each with its release's install command and a manifest that diffs line by line", () => {
    const manifests = ofKind("Command").map(({ inputs }) => {
      const stdin = String(inputs["stdin"]);
      const manifest = JSON.parse(stdin) as { service: ServiceName; release: { sha256: string } };
      const { service, release } = manifest;
      expect(stdin).toBe(JSON.stringify(manifest, undefined, 2));
      expect(inputs["create"]).toBe(installCommand({ service, sha256: release.sha256 }));
      return service;
    });
    expect(new Set(manifests)).toEqual(new Set(Object.keys(ports)));
  });
});

describe("outputs and secrets", () => {
  test("the outputs are exactly these, and only the key is secret", () => {
    const instance = (name: string) => ({
      instanceId: `<Instance ${name}>`,
      publicIp: `<publicIp of ${name}>`,
      privateIp: `<privateIp of ${name}>`,
    });
    const plain = (value: unknown) => ({ value, secret: false });
    expect(usual.outputs).toEqual({
      dataReadUrl: plain(`http://<publicIp of data>:${ports["data-access"].read}/`),
      dataNetworkAclId: plain("<NetworkAcl data>"),
      receiverLoadBalancerDns: plain("<dnsName of receiver-lb>"),
      receiverLoadBalancerUrl: plain("http://<dnsName of receiver-lb>/"),
      fleetLoadBalancerDns: plain("<dnsName of fleet-lb>"),
      fleetLoadBalancerUrl: plain("http://<dnsName of fleet-lb>/"),
      autoScalingGroupName: plain("<name of fleet>"),
      dashboardUrl: plain(dashboardUrl),
      hosts: plain({
        data: instance("data"),
        "receiver-1": instance("receiver-1"),
        "receiver-2": instance("receiver-2"),
        stress: instance("stress"),
      }),
      sshPrivateKey: { value: "<privateKeyOpenssh of fleet>", secret: true },
    });
  });

  test("the private key never appears in anything displayed", () => {
    const shown = usual.resources.flatMap(each => [each.maskedInputs, each.registeredOutputs]);
    expect(JSON.stringify(shown)).not.toContain("<privateKeyOpenssh of fleet>");
    const connected = ofKind("CopyToRemote", "Command");
    const connections = connected.map(({ maskedInputs }) => maskedInputs["connection"]);
    expect(connections).toEqual(Array(3 * ofKind("infra:Service").length).fill("(secret)"));
  });

  test("every component registers its outputs", () => {
    const components = usual.resources.filter(({ custom }) => !custom);
    for (const { registeredOutputs } of components) expect(registeredOutputs).toBeDefined();
  });
});

describe("a first preview", () => {
  let preview: Evaluation;
  beforeAll(async () => {
    preview = await evaluate({ preview: true });
  });

  test("declares what an update does, except for unknown values", () => {
    const declared = ({ urn, type, name, inputs, parent, dependsOn, options }: Registration) => [
      urn,
      { type, name, inputs, parent, dependsOn, options },
    ];
    const asPreviewed = usual.resources.map(resource =>
      declared({
        ...resource,
        inputs: previewed(resource.inputs) as Registration["inputs"],
        options: previewed(resource.options) as Registration["options"],
      }),
    );
    expect(Object.fromEntries(preview.resources.map(declared))).toEqual(Object.fromEntries(asPreviewed));
  });

  test("only the dashboard's output is known, and only the key is secret", () => {
    const expected = Object.entries(usual.outputs).map(([name, { secret }]) => [
      name,
      { value: name === "dashboardUrl" ? dashboardUrl : unknown, secret },
    ]);
    expect(preview.outputs).toEqual(Object.fromEntries(expected));
  });
});

/**
 * Inputs as a preview has them: nothing the provider would compute is known, and a connection, one whole secret, is
 * unknown altogether.
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
  /** The inputs that differ from the usual ones, by the resource's label. */
  function changed({ resources }: Evaluation): Record<string, Record<string, unknown>> {
    const before = byUrn(usual);
    const changes: Record<string, Record<string, unknown>> = {};
    for (const resource of resources) {
      const { urn, inputs, custom } = resource;
      const usually = before.get(urn)?.inputs;
      if (!custom || !usually) continue;
      const keys = Object.keys({ ...usually, ...inputs });
      const differing = keys.filter(key => JSON.stringify(inputs[key]) !== JSON.stringify(usually[key]));
      if (differing.length > 0) {
        changes[label(resource)] = Object.fromEntries(differing.map(key => [key, inputs[key]]));
      }
    }
    return changes;
  }
  const ofReceiver = (name: string) => [
    ...[`infra:Host ${name}`, `Instance ${name}`, `infra:Service ${name}`],
    ...[`CopyToRemote ${name}-runtime`, `CopyToRemote ${name}-release`, `Command ${name}`],
    `TargetGroupAttachment receiver-lb-${name}`,
    `local:Command receiver-lb-${name}-drained`,
  ];

  test("a third receiver adds its own resources, installed after the second, and changes nothing else", async () => {
    const evaluation = await evaluate({ config: { receiverCount: "3" } });
    expect(labels(evaluation)).toEqual([...labels(usual), ...ofReceiver("receiver-3")].sort());
    expect(changed(evaluation)).toEqual({});
    const hosts = ({ outputs }: Evaluation) => Object.keys(outputs["hosts"]?.value as object);
    expect(hosts(evaluation)).toEqual(hosts(usual).toSpliced(3, 0, "receiver-3"));
    const { dependsOn } = find("Command receiver-3", evaluation);
    const commands = dependsOn.filter(id => id.includes("$command:remote:Command::"));
    expect(commands).toEqual([find("Command receiver-2", evaluation).urn]);
  });

  test("a single receiver removes the second's resources and changes nothing else", async () => {
    const evaluation = await evaluate({ config: { receiverCount: "1" } });
    const second = ofReceiver("receiver-2");
    expect(labels(evaluation)).toEqual(labels(usual).filter(name => !second.includes(name)));
    expect(changed(evaluation)).toEqual({});
  });

  test("every range is derived from vpcCidr", async () => {
    const evaluation = await evaluate({ config: { vpcCidr: "172.16.0.0/19" } });
    const ranges = {
      "10.0.0.0/16": "172.16.0.0/19",
      "10.0.1.0/24": "172.16.0.32/27",
      "10.0.2.0/24": "172.16.0.64/27",
      "10.0.11.0/24": "172.16.1.96/27",
      "10.0.12.0/24": "172.16.1.128/27",
    };
    const inputs = ({ resources }: Evaluation) =>
      Object.fromEntries(resources.map(resource => [resource.urn, resource.inputs]));
    let moved = JSON.stringify(inputs(usual));
    for (const [from, to] of Object.entries(ranges)) moved = moved.replaceAll(from, to);
    expect(inputs(evaluation)).toEqual(JSON.parse(moved));
    expect(moved).not.toMatch(/\b10\.0\./);
    const declared = ofKind("Vpc", "Subnet").map(resource => resource.inputs["cidrBlock"]);
    expect(declared.sort()).toEqual(Object.keys(ranges).sort());
  });

  test("sshCidr narrows port 22 of every host group, and nothing else", async () => {
    const cidrIpv4 = "198.51.100.7/32";
    const narrowed = ofKind("SecurityGroupIngressRule")
      .filter(({ inputs }) => inputs["fromPort"] === sshPort)
      .map(rule => [label(rule), { cidrIpv4 }]);
    expect(narrowed).toHaveLength(ofKind("SecurityGroup").length - 1); // all but the load balancers'
    expect(changed(await evaluate({ config: { sshCidr: cidrIpv4 } }))).toEqual(Object.fromEntries(narrowed));
  });

  test("certificateArn makes both load balancers serve HTTPS, and redirect HTTP to it", async () => {
    const certificateArn =
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";
    const evaluation = await evaluate({ config: { certificateArn } });
    const added = [
      "Listener receiver-lb-https",
      "Listener fleet-lb-https",
      "SecurityGroupIngressRule load-balancer-in-https",
    ];
    expect(labels(evaluation)).toEqual([...labels(usual), ...added].sort());
    const redirect = { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" };
    const redirected = { defaultActions: [{ type: "redirect", redirect }] };
    expect(changed(evaluation)).toEqual({
      "Listener receiver-lb": redirected,
      "Listener fleet-lb": redirected,
    });
    for (const name of ["receiver-lb", "fleet-lb"]) {
      const { inputs, urn } = find(`Listener ${name}-https`, evaluation);
      expect(inputs).toMatchObject({
        loadBalancerArn: `<arn of ${name}>`,
        protocol: "HTTPS",
        port: 443,
        certificateArn,
        // TLS 1.2 and 1.3.
        sslPolicy: expect.stringMatching(/^ELBSecurityPolicy-TLS13-1-2-Res-/) as string,
        defaultActions: [{ type: "forward", targetGroupArn: `<arn of ${name}>` }],
      });
      // There is no moment at which port 80 leads nowhere.
      expect(find(`Listener ${name}`, evaluation).dependsOn).toEqual([urn]);
    }
    expect(find("Group fleet", evaluation).dependsOn).toContain(
      find("Listener fleet-lb-https", evaluation).urn,
    );
    expect(find("SecurityGroupIngressRule load-balancer-in-https", evaluation).inputs).toMatchObject({
      securityGroupId: "<SecurityGroup load-balancer>",
      cidrIpv4: "0.0.0.0/0",
      fromPort: 443,
      toPort: 443,
    });
    expect(evaluation.outputs).toMatchObject({
      receiverLoadBalancerUrl: { value: "https://<dnsName of receiver-lb>/" },
      fleetLoadBalancerUrl: { value: "https://<dnsName of fleet-lb>/" },
    });
  });

  test("sshBastion becomes the proxy of every SSH connection, with the stack's own key or the configured one", async () => {
    const sshBastion = "me@bastion.example.com:2222";
    const proxy = { user: "me", host: "bastion.example.com", port: 2222 };
    const own = find("Command stress").inputs["connection"] as { privateKey: string };
    expect(own).not.toHaveProperty("proxy");
    const sshBastionPrivateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nits own\n";
    for (const [config, privateKey] of [
      [{ sshBastion }, own.privateKey],
      [{ sshBastion, sshBastionPrivateKey }, sshBastionPrivateKey],
    ] as const) {
      const { resources } = await evaluate({ config });
      const reached = resources.filter(({ type }) => type.startsWith("command:remote:"));
      expect(reached).toHaveLength(ofKind("Command", "CopyToRemote").length);
      for (const { inputs, maskedInputs } of reached) {
        expect(inputs["connection"]).toMatchObject({ proxy: { ...proxy, privateKey } });
        expect(maskedInputs["connection"]).toBe("(secret)");
      }
    }
  });

  test("imageId is what every host runs from now on; without it, each keeps its image", async () => {
    for (const { options } of ofKind("Instance")) expect(options["ignoreChanges"]).toEqual(["ami"]);
    const evaluation = await evaluate({ config: { imageId: "ami-0123456789abcdef0" } });
    const instances = evaluation.resources.filter(resource => kindOf(resource) === "Instance");
    expect(instances).toHaveLength(ofKind("Instance").length);
    for (const { inputs, options } of instances) {
      expect(inputs["ami"]).toBe("ami-0123456789abcdef0");
      expect(options).not.toHaveProperty("ignoreChanges");
    }
    expect(evaluation.calls.map(({ token }) => token)).not.toContain("aws:ssm/getParameter:getParameter");
  });

  // trn1 also begins with a t.
  test.each(["m5.large", "trn1.2xlarge"])("%s isn't burstable: no CPU credits", async instanceType => {
    const host = { instanceType, creditSpecification: undefined };
    const hosts = ofKind("Instance").map(instance => [label(instance), host]);
    expect(changed(await evaluate({ config: { instanceType } }))).toEqual({
      ...Object.fromEntries(hosts),
      "LaunchTemplate fleet": host,
    });
  });

  const topicArn = "arn:aws:sns:us-east-1:123456789012:alarms";
  const added = (evaluation: Evaluation) => labels(evaluation).filter(name => !labels(usual).includes(name));

  test("without the options there is no alarm, no log and no protection", () => {
    expect(ofKind("FlowLog", "MetricAlarm", "Notification")).toEqual([]);
    expect(inputsOf(ofKind("LoadBalancer"), ({ accessLogs }) => accessLogs)).toEqual({
      "receiver-lb": { bucket: "", prefix: "receiver-lb", enabled: false },
      "fleet-lb": { bucket: "", prefix: "fleet-lb", enabled: false },
    });
    for (const { options } of usual.resources) expect(options).not.toHaveProperty("protect");
    for (const { inputs } of ofKind("LoadBalancer")) expect(inputs["enableDeletionProtection"]).toBe(false);
  });

  test("accessLogsBucket keeps the access logs of both load balancers, and changes nothing else", async () => {
    const evaluation = await evaluate({ config: { accessLogsBucket: "my-logs" } });
    expect(added(evaluation)).toEqual([]);
    expect(changed(evaluation)).toEqual({
      "LoadBalancer receiver-lb": { accessLogs: { bucket: "my-logs", prefix: "receiver-lb", enabled: true } },
      "LoadBalancer fleet-lb": { accessLogs: { bucket: "my-logs", prefix: "fleet-lb", enabled: true } },
    });
  });

  test("flowLogsDestination keeps all flow logs of the VPC, in the default format", async () => {
    const destination = "arn:aws:s3:::my-logs/elastic-fleet";
    const evaluation = await evaluate({ config: { flowLogsDestination: destination } });
    expect(added(evaluation)).toEqual(["FlowLog fleet", "infra:FlowLog fleet"]);
    expect(changed(evaluation)).toEqual({});
    expect(find("FlowLog fleet", evaluation).inputs).toEqual({
      vpcId: "<Vpc fleet>",
      trafficType: "ALL",
      logDestinationType: "s3",
      logDestination: destination,
      maxAggregationInterval: 60,
      tags: { Name: "fleet", part: "network" },
    });
  });

  describe("alarmsTopicArn", () => {
    let evaluation: Evaluation;
    beforeAll(async () => {
      evaluation = await evaluate({ config: { alarmsTopicArn: topicArn } });
    });
    const alarms = ({ resources }: Evaluation) => resources.filter(each => kindOf(each) === "MetricAlarm");
    const ofLoadBalancers = ["receiver-lb", "fleet-lb"].flatMap(name => [
      `${name}-unhealthy-targets`,
      `${name}-5xx`,
      `${name}-target-5xx`,
    ]);
    const owners = ["data", "receiver-1", "receiver-2", "stress", "fleet"];

    test("adds exactly these, and changes nothing else", () => {
      const names = [...ofLoadBalancers, ...owners.map(owner => `${owner}-charged-credits`)];
      expect(added(evaluation)).toEqual(
        [...names.map(name => `MetricAlarm ${name}`), "Notification fleet", "infra:Alarms fleet"].sort(),
      );
      expect(changed(evaluation)).toEqual({});
    });

    test("watches what a metric has in CloudWatch", () => {
      const balancer = (name: string) => ({ LoadBalancer: `<arnSuffix of ${name}>` });
      const watched = (name: string) => ({
        [`${name}-unhealthy-targets`]: {
          metricName: "UnHealthyHostCount",
          dimensions: { ...balancer(name), TargetGroup: `<arnSuffix of ${name}>` },
        },
        [`${name}-5xx`]: { metricName: "HTTPCode_ELB_5XX_Count", dimensions: balancer(name) },
        [`${name}-target-5xx`]: { metricName: "HTTPCode_Target_5XX_Count", dimensions: balancer(name) },
      });
      const credits = owners.map(owner => [
        `${owner}-charged-credits`,
        {
          metricName: "CPUSurplusCreditsCharged",
          dimensions:
            owner === "fleet"
              ? { AutoScalingGroupName: "<name of fleet>" }
              : { InstanceId: `<Instance ${owner}>` },
        },
      ]);
      const pick = ({ metricName, dimensions }: Record<string, unknown>) => ({ metricName, dimensions });
      expect(inputsOf(alarms(evaluation), pick)).toEqual({
        ...watched("receiver-lb"),
        ...watched("fleet-lb"),
        ...Object.fromEntries(credits),
      });
    });

    test("tells the topic when an alarm goes off and when it is over, and not when nothing is measured", () => {
      for (const { inputs } of alarms(evaluation))
        expect(inputs).toMatchObject({
          alarmActions: [topicArn],
          okActions: [topicArn],
          treatMissingData: "notBreaching",
        });
    });

    test("tells the topic of every scaling", () => {
      const events = ["LAUNCH", "LAUNCH_ERROR", "TERMINATE", "TERMINATE_ERROR"];
      expect(find("Notification fleet", evaluation).inputs).toEqual({
        groupNames: ["<name of fleet>"],
        notifications: events.map(event => `autoscaling:EC2_INSTANCE_${event}`),
        topicArn,
      });
    });

    test("watches no credits of a type that has none", async () => {
      const large = await evaluate({ config: { alarmsTopicArn: topicArn, instanceType: "m5.large" } });
      expect(
        alarms(large)
          .map(({ name }) => name)
          .sort(),
      ).toEqual(ofLoadBalancers.toSorted());
    });
  });

  test("protect guards the data host, and nothing else", async () => {
    const evaluation = await evaluate({ config: { protect: "true" } });
    const guarded = evaluation.resources.filter(({ options }) => options["protect"] === true);
    expect(guarded.map(label)).toEqual(["infra:Host data", "Instance data"]);
    expect(added(evaluation)).toEqual([]);
    expect(changed(evaluation)).toEqual({});
  });

  test("deletionProtection guards both load balancers, and changes nothing else", async () => {
    const on = { enableDeletionProtection: true };
    const evaluation = await evaluate({ config: { deletionProtection: "true" } });
    expect(added(evaluation)).toEqual([]);
    expect(changed(evaluation)).toEqual({ "LoadBalancer receiver-lb": on, "LoadBalancer fleet-lb": on });
  });

  test("all AWS resources are tagged with their stack", async () => {
    const { inputs } = find("aws aws", await evaluate({ stack: "prod" }));
    expect(inputs["defaultTags"]).toBe('{"tags":{"project":"elastic-fleet","stack":"prod"}}');
  });

  test("the stack's whole aws: configuration reaches the provider, and its tags are merged with the program's", async () => {
    const configured = {
      profile: "sandbox",
      allowedAccountIds: '["123456789012"]',
      maxRetries: "3",
      useFipsEndpoint: "true",
      defaultTags: '{"tags":{"team":"edge","stack":"mine"}}',
    };
    const config = Object.entries(configured).map(([key, value]) => [`aws:${key}`, value]);
    const evaluation = await evaluate({ config: Object.fromEntries(config) as Record<string, string> });
    expect(find("aws aws", evaluation).inputs).toEqual({
      ...find("aws aws").inputs,
      ...configured,
      defaultTags: '{"tags":{"team":"edge","stack":"dev","project":"elastic-fleet"}}',
    });
  });
});
