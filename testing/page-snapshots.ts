/** Regions as the live page is sent them, written by hand: the program's, larger and smaller ones, an empty one. */
import type {
  Activity,
  CpuMinute,
  Drop,
  Hop,
  InstanceNode,
  LoadBalancerNode,
  NetworkAcl,
  Node,
  SecurityGroup,
  SecurityGroupRule,
  Snapshot,
  Subnet,
} from "../local/page/events";

const minute = 60_000;
/** 09:44 of the region's first day. */
export const now = 44 * minute;
const startedAt = Date.UTC(2026, 10, 25, 9);

const anywhere = "0.0.0.0/0";
export const aclId = "acl-0d67c87edd70ce87f";
export const groupName = "fleet-016fddd";
export const keys = {
  data: "i-0d669f6a9eee71dc8",
  stress: "i-0c84b745af5569d45",
  receiver: (number: number) => `i-0d13f2a02e4b4b9${String(number).padStart(2, "0")}`,
  fleet: ["i-0a4c81f09b3d7e523", "i-07be2215c6fa9d3f8", "i-0f93d1a4427c60b1e"],
  receiverLb: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/receiver-lb-695eebe/9306",
  fleetLb: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/fleet-lb-7455893/2855",
} as const;

export interface Shape {
  receivers?: number;
  /** Instances of the group. */
  fleet?: number;
  /** A subnet that the program's hint doesn't know. */
  withFifthSubnet?: boolean;
  withoutHint?: boolean;
}

/** The program's region after a while of use. */
export function programSnapshot(shape: Shape = {}): Snapshot {
  const { receivers = 2, fleet = 3, withFifthSubnet = false, withoutHint = false } = shape;
  const subnets = [
    subnet("edge-a", "10.0.11.0/24", 0),
    subnet("edge-b", "10.0.12.0/24", 0),
    subnet("receiver", "10.0.2.0/24", 1),
    { ...subnet("data", "10.0.1.0/24", 2), networkAclId: aclId },
    ...(withFifthSubnet ? [{ ...subnet("reports", "10.0.20.0/24", 0), place: undefined }] : []),
  ];
  const receiverNodes = Array.from({ length: receivers }, (_, index) => receiver(index + 1));
  const fleetNodes = keys.fleet.slice(0, fleet).map(fleetInstance);
  const nodes: Node[] = [
    ...outside(),
    balancer("receiver-lb", keys.receiverLb, "10.0.11.10", receiverNodes),
    { ...balancer("fleet-lb", keys.fleetLb, "10.0.11.11", fleetNodes), place: { column: 0, row: 1 } },
    ...receiverNodes,
    instance("data", keys.data, "data", "10.0.1.10", "data-access", [5000, 8080], "data-access", {
      portNames: { read: 5000, update: 8080 },
    }),
    instance("stress", keys.stress, "edge-a", "10.0.11.12", "stress", [8080], "stress"),
    ...(withFifthSubnet
      ? [instance("reporter", "i-0555d1a4427c60aaa", "reports", "10.0.20.10", "reporter", [9000], "receiver")]
      : []),
    ...fleetNodes,
  ];
  return {
    at: now,
    region: { name: "us-east-1", speed: 60, startedAt, stack: "elastic-fleet/dev" },
    progress: { ready: true, made: 67, declared: 67 },
    outputs: {},
    storedNumber: 5755,
    storedOn: keys.data,
    vpcs: [
      { id: "vpc-1", name: "fleet", cidrBlock: "10.0.0.0/16", isDefault: false },
      { id: "vpc-0", name: "vpc-0", cidrBlock: "172.31.0.0/16", isDefault: true },
    ],
    subnets: [
      ...subnets.map(each => (withoutHint ? { ...each, place: undefined } : each)),
      ...defaultSubnets(),
    ],
    nodes: withoutHint ? nodes.map(node => ({ ...node, place: undefined })) : nodes,
    securityGroups: securityGroups(),
    networkAcls: [dataAcl(), openAcl("acl-default", "vpc-1"), openAcl("acl-open", "vpc-0")],
    autoScalingGroups: [
      {
        autoScalingGroupName: groupName,
        name: "fleet",
        minSize: 0,
        maxSize: 3,
        desiredCapacity: 3,
        subnetIds: ["subnet-edge-a", "subnet-edge-b"],
        warmupSeconds: 300,
        instances: fleetNodes.map(({ instanceId }, index) => ({
          instanceId,
          lifecycleState: "InService",
          warmingUp: index === 2,
          unhealthy: false,
        })),
        targetTracking: {
          targetValue: 50,
          high: { threshold: 50, evaluationPeriods: 3, state: "ALARM" },
          low: { threshold: 35, evaluationPeriods: 15, state: "OK" },
        },
        imageSource: keys.stress,
      },
    ],
    suggestions: suggestions(),
    hits: {
      ...Object.fromEntries(ruleKeys().map((key, index) => [key, (index * 131 + 4) % 700] as const)),
      ...Object.fromEntries(
        entryKeys.map((key, index) => [key, [6, 231, 421, 5, 663, 0][index] ?? 0] as const),
      ),
    },
    flows: [
      flow("internet", keys.data, 5000, [`${aclId}/ingress/300`, "sgr-data-access-in-read"], 421),
      flow("internet", keys.receiverLb, 80, ["sgr-load-balancer-in-http"], 402),
      flow(
        keys.receiverLb,
        keys.receiver(1),
        8080,
        ["sgr-load-balancer-out-receiver", "sgr-receiver-in-http"],
        201,
      ),
      flow(keys.receiver(1), keys.data, 8080, ["sgr-receiver-out-update", `${aclId}/ingress/200`], 231),
      flow(keys.receiver(1), "ec2-api", 443, ["sgr-receiver-out-https"], 231),
      flow(keys.fleetLb, keys.fleet[0], 8080, ["sgr-load-balancer-out-stress"], 238),
      {
        ...flow(keys.receiverLb, keys.receiver(2), 8080, ["sgr-receiver-in-http"], 1_900),
        healthCheck: true,
      },
      { ...flow("internet", keys.data, 8080, [`${aclId}/ingress/*`], 3), verdict: "dropped" },
      { ...flow(keys.data, "internet", 80, [`${aclId}/ingress/*`], 2), verdict: "dropped", packet: "reply" },
      { ...flow("internet", keys.fleet[0], 8080, [], 1), verdict: "dropped" },
    ],
    drops: [knockDrop(3, 42), replyDrop(2, 35), groupDrop(1, 32)],
    activities: activities(),
    cpu: anHour(),
  };
}

/** An account as it is at first. */
export function emptySnapshot(): Snapshot {
  const { region, vpcs, networkAcls } = programSnapshot();
  return {
    at: 0,
    region: { name: region.name, speed: region.speed, startedAt: region.startedAt },
    progress: { ready: true, made: 0, declared: 0 },
    outputs: {},
    vpcs: vpcs.filter(({ isDefault }) => isDefault),
    subnets: defaultSubnets(),
    nodes: outside(),
    securityGroups: [],
    networkAcls: networkAcls.filter(({ id }) => id === "acl-open"),
    autoScalingGroups: [],
    suggestions: [],
    hits: {},
    flows: [],
    drops: [],
    activities: [],
    cpu: [],
  };
}

/** Halfway through a start: nothing has happened yet, and not all is there. */
export function startingSnapshot(): Snapshot {
  const whole = programSnapshot({ fleet: 0 });
  return {
    ...whole,
    progress: { ready: false, made: 31, declared: 67 },
    nodes: whole.nodes
      .filter(({ kind }) => kind !== "load-balancer")
      .map(node =>
        node.kind === "instance" ? { ...node, state: "pending", services: [], targets: [] } : node,
      ),
    autoScalingGroups: [],
    ...{ suggestions: [], hits: {}, flows: [], drops: [], activities: [], cpu: [], storedNumber: undefined },
  };
}

/** The data subnet's ACL without an inbound entry that the page has removed. */
export function withRemoved({ networkAcls }: Snapshot, number: number): Snapshot["networkAcls"] {
  return networkAcls.map(acl => ({
    ...acl,
    entries: acl.entries.map(entry =>
      acl.id === aclId && entry.direction === "ingress" && entry.ruleNumber === number
        ? { ...entry, removedAt: now }
        : entry,
    ),
  }));
}

function subnet(name: string, cidrBlock: string, column: number): Subnet {
  return {
    ...{ id: `subnet-${name}`, name, vpcId: "vpc-1", cidrBlock, networkAclId: "acl-default" },
    availabilityZone: name === "edge-b" || name === "receiver" ? "us-east-1b" : "us-east-1a",
    place: { column, row: 0 },
  };
}

function defaultSubnets(): Subnet[] {
  return ["a", "b", "c", "d", "f"].map((zone, index) => ({
    ...{ id: `subnet-0f00${index}a1b2c3d4e5f${index}`, name: `subnet-0f00${index}a1b2c3d4e5f${index}` },
    ...{ vpcId: "vpc-0", cidrBlock: `172.31.${index * 16}.0/20`, networkAclId: "acl-open" },
    availabilityZone: `us-east-1${zone}`,
  }));
}

function outside(): Node[] {
  return [
    { key: "internet", kind: "internet", name: "Internet", address: "198.51.100.7" },
    { key: "operator", kind: "operator", name: "Operator", address: "198.51.100.10" },
    { key: "ec2-api", kind: "api", name: "EC2 API", address: "203.0.113.250" },
  ];
}

function balancer(name: string, arn: string, address: string, targets: InstanceNode[]): LoadBalancerNode {
  return {
    ...{ key: arn, kind: "load-balancer", name, arn, dnsName: `${name}.us-east-1.elb.test`, vpcId: "vpc-1" },
    interfaces: ["edge-a", "edge-b"].map((zone, index) => ({
      id: `eni-${name}-${zone}`,
      subnetId: `subnet-${zone}`,
      privateIpAddress: index === 0 ? address : address.replace(".11.", ".12."),
      publicIpAddress: `203.0.113.${10 + index}`,
    })),
    securityGroupIds: ["sg-load-balancer"],
    listeners: [{ port: 80, url: "http://127.0.0.1:4080/" }],
    targets: targets.flatMap(each => each.targets),
  };
}

function instance(
  name: string,
  instanceId: string,
  subnetName: string,
  address: string,
  service: string,
  ports: number[],
  group: string,
  more: Partial<InstanceNode["services"][number]> = {},
): InstanceNode {
  return {
    ...{ key: instanceId, kind: "instance", name, instanceId, vpcId: "vpc-1", state: "running" },
    interfaces: [
      {
        id: `eni-${instanceId}`,
        subnetId: `subnet-${subnetName}`,
        privateIpAddress: address,
        publicIpAddress: `203.0.113.${100 + Number(address.split(".").at(-1))}`,
      },
    ],
    securityGroupIds: [`sg-${group}`],
    services: [{ name: service, release: "9f0c44b1de20", ports, pid: 4711, ...more }],
    targets: [],
    metadataRequests: { tokens: 0, credentials: 0 },
  };
}

function receiver(number: number): InstanceNode {
  const key = keys.receiver(number);
  const host = instance(
    `receiver-${number}`,
    key,
    "receiver",
    `10.0.2.${9 + number}`,
    "receiver",
    [8080],
    "receiver",
  );
  return {
    ...host,
    metadataRequests: { tokens: 4, credentials: 2 },
    targets: [{ targetGroup: "receiver-lb", target: key, port: 8080, state: "healthy" }],
  };
}

function fleetInstance(id: string, index: number): InstanceNode {
  const zone = index % 2 === 0 ? "edge-a" : "edge-b";
  return {
    ...instance("fleet", id, zone, `10.0.${11 + (index % 2)}.${21 + index}`, "stress", [8080], "stress"),
    autoScalingGroupName: groupName,
    targets: [{ targetGroup: "fleet-lb", target: id, port: 8080, state: "healthy" }],
  };
}

function dataAcl(): NetworkAcl {
  const entry = (
    direction: "ingress" | "egress",
    ruleNumber: number,
    cidrBlock: string,
    ports?: [number, number],
  ) => ({
    key: `${aclId}/${direction}/${ruleNumber}`,
    ...{ direction, ruleNumber, ruleAction: "allow" as const, protocol: "6", cidrBlock },
    ...(ports && { fromPort: ports[0], toPort: ports[1] }),
  });
  const last = (direction: "ingress" | "egress") => ({
    key: `${aclId}/${direction}/*`,
    ...{ direction, ruleNumber: 32767, ruleAction: "deny" as const, protocol: "-1", cidrBlock: anywhere },
  });
  return {
    ...{ id: aclId, name: "data", vpcId: "vpc-1", isDefault: false, subnetIds: ["subnet-data"] },
    entries: [
      entry("ingress", 100, anywhere, [22, 22]),
      entry("ingress", 200, "10.0.2.0/24", [8080, 8080]),
      entry("ingress", 300, anywhere, [5000, 5000]),
      last("ingress"),
      entry("egress", 100, anywhere, [0, 65535]),
      last("egress"),
    ],
  };
}

const entryKeys = dataAcl().entries.map(({ key }) => key);

function openAcl(id: string, vpcId: string): NetworkAcl {
  const entries = (["ingress", "egress"] as const).flatMap(direction => [
    {
      key: `${id}/${direction}/100`,
      ...{ direction, ruleNumber: 100, ruleAction: "allow" as const, protocol: "-1", cidrBlock: anywhere },
    },
    {
      key: `${id}/${direction}/*`,
      ...{ direction, ruleNumber: 32767, ruleAction: "deny" as const, protocol: "-1", cidrBlock: anywhere },
    },
  ]);
  return { id, name: id, vpcId, isDefault: true, subnetIds: [], entries };
}

type RuleShape = [direction: "ingress" | "egress", name: string, port: number | undefined, peer: string];

function securityGroups(): SecurityGroup[] {
  const groups: Record<string, RuleShape[]> = {
    "data-access": [
      ["ingress", "in-read", 5000, anywhere],
      ["ingress", "in-ssh", 22, anywhere],
      ["ingress", "in-update", 8080, "10.0.2.0/24"],
      ["egress", "out-all", undefined, anywhere],
    ],
    receiver: [
      ["ingress", "in-http", 8080, anywhere],
      ["ingress", "in-ssh", 22, anywhere],
      ["egress", "out-https", 443, anywhere],
      ["egress", "out-read", 5000, "10.0.1.0/24"],
      ["egress", "out-update", 8080, "10.0.1.0/24"],
    ],
    "load-balancer": [
      ["ingress", "in-http", 80, anywhere],
      ["egress", "out-receiver", 8080, "sg-receiver"],
      ["egress", "out-stress", 8080, "sg-stress"],
    ],
    stress: [
      ["ingress", "in-http", 8080, "sg-load-balancer"],
      ["ingress", "in-ssh", 22, anywhere],
    ],
  };
  return Object.entries(groups).map(([name, rules]) => ({
    ...{ id: `sg-${name}`, name, vpcId: "vpc-1" },
    rules: rules.map(([direction, rule, port, peer]): SecurityGroupRule => {
      const id = `sgr-${name}-${rule}`;
      return {
        ...{ key: id, id, name: `${name}-${rule}`, direction, peer },
        ipProtocol: port === undefined ? "-1" : "tcp",
        ...(port !== undefined && { fromPort: port, toPort: port }),
      };
    }),
  }));
}

const ruleKeys = () => securityGroups().flatMap(({ rules }) => rules.map(({ key }) => key));

function suggestions(): Snapshot["suggestions"] {
  const get = { method: "GET" as const, path: "/" };
  return [
    {
      title: "Read the number",
      explanation: "From the Internet straight to the data host, port 5000: entry 300 lets it in.",
      command: { send: { from: "internet", to: keys.data, port: 5000, ...get } },
    },
    {
      title: "Write a number",
      explanation:
        "By the load balancer and a receiver to port 8080: entry 200, then one call to the EC2 API.",
      command: {
        send: {
          from: "internet",
          to: keys.receiverLb,
          port: 80,
          method: "POST",
          path: "/",
          body: '{"num": 5755}',
        },
      },
    },
    {
      title: "Knock where no rule lets you in",
      explanation: "Port 8080 from the Internet. Silence; see where it ends.",
      command: { send: { from: "internet", to: keys.data, port: 8080, ...get } },
    },
    {
      title: "Let the data host ask",
      explanation: "Its request gets out. Its reply does not get in: the ACL is stateless.",
      command: { send: { from: keys.data, to: keys.receiverLb, port: 80, ...get } },
    },
    {
      title: "Load the fleet",
      explanation: "Ten POSTs. Three minutes above 50 % CPU, and an instance is added.",
      command: { load: { to: keys.fleetLb, count: 10 } },
    },
  ];
}

export function flow(
  from: string,
  to: string,
  port: number,
  rules: string[],
  count: number,
): Snapshot["flows"][number] {
  return { from, to, port, verdict: "allowed", packet: "request", rules, count, healthCheck: false, at: now };
}

const hop = (text: string, more: Partial<Hop> = {}): Hop => ({
  ...{ packet: "request", passed: true, component: "node", ids: [], text },
  ...more,
});

/** From the Internet to the data host's port 8080. */
export function knockDrop(count = 1, minutes = now / minute): Drop {
  const where = hop("network ACL data (ingress rule *, deny all) of subnet data", {
    ...{ passed: false, component: "network-acl", ids: [aclId], direction: "ingress", node: keys.data },
    ...{ rule: `${aclId}/ingress/*`, code: "SUBNET_ACL_RESTRICTION" },
    nearest: {
      rule: `${aclId}/ingress/200`,
      text: "rule 200, allow TCP 8080 from 10.0.2.0/24 (198.51.100.7 doesn't fit)",
    },
  });
  return {
    ...{ kind: "knock", at: minutes * minute, from: "internet", to: keys.data, address: "203.0.113.110" },
    ...{ port: 8080, packet: "request", healthCheck: false, count, where },
    text: "The request was dropped by network ACL data (ingress rule *, deny all) of subnet data.",
    hops: [
      hop("Internet 198.51.100.7"),
      hop("internet gateway: 203.0.113.110 becomes 10.0.1.10", { component: "internet-gateway" }),
      where,
      hop("security group data-access, ingress: no rule", {
        ...{
          passed: false,
          component: "security-group",
          ids: ["sg-data-access"],
          code: "ENI_SG_RULES_MISMATCH",
        },
        nearest: {
          rule: "sgr-data-access-in-update",
          text: "rule data-access-in-update, allow TCP 8080 from 10.0.2.0/24 (198.51.100.7 doesn't fit)",
        },
      }),
      hop("data, port 8080: listens"),
      hop("network ACL data, egress: entry 100, allow TCP all to 0.0.0.0/0", { packet: "reply" }),
    ],
  };
}

/** The data host asks, and the reply to it dies. */
export function replyDrop(count = 1, minutes = now / minute): Drop {
  const where = hop("network ACL data (ingress rule *, deny all) of subnet data", {
    ...{ packet: "reply", passed: false, component: "network-acl", ids: [aclId], direction: "ingress" },
    ...{ node: keys.data, rule: `${aclId}/ingress/*`, code: "SUBNET_ACL_RESTRICTION" },
    nearest: {
      rule: `${aclId}/ingress/300`,
      text: "rule 300, allow TCP 5000 from 0.0.0.0/0 (port 49160 doesn't fit)",
    },
  });
  return {
    ...{
      kind: "reply",
      at: minutes * minute,
      from: keys.data,
      to: "internet",
      address: "198.51.100.7",
      port: 80,
    },
    ...{ packet: "reply", healthCheck: false, count, where },
    text: "The reply was dropped by network ACL data (ingress rule *, deny all) of subnet data. A network ACL is stateless: it judges replies, too.",
    hops: [
      hop("data 10.0.1.10"),
      hop("network ACL data, egress: entry 100, allow TCP all to 0.0.0.0/0", {
        ...{ component: "network-acl", direction: "egress", rule: `${aclId}/egress/100` },
      }),
      where,
    ],
  };
}

/** From the Internet straight to an instance of the group. */
export function groupDrop(count = 1, minutes = now / minute): Drop {
  const where = hop("security group stress, ingress: no rule", {
    ...{ passed: false, component: "security-group", ids: ["sg-stress"], direction: "ingress" },
    ...{ node: keys.fleet[0], code: "ENI_SG_RULES_MISMATCH" },
    nearest: {
      rule: "sgr-stress-in-http",
      text: "rule stress-in-http, allow TCP 8080 from load-balancer (198.51.100.7 doesn't fit)",
    },
  });
  return {
    ...{ kind: "group", at: minutes * minute, from: "internet", to: keys.fleet[0], address: "203.0.113.121" },
    ...{ port: 8080, packet: "request", healthCheck: false, count, where },
    text: "The request was dropped by security group stress (no ingress rule matches).",
    hops: [hop("Internet 198.51.100.7"), where],
  };
}

function activities(): Activity[] {
  const step = (minutes: number, description: string, summary: string, cause: string): Activity => ({
    activityId: `${minutes} ${description}`,
    autoScalingGroupName: groupName,
    ...{ startTime: minutes * minute, endTime: (minutes + 1) * minute, statusCode: "Successful" },
    ...{ description, summary, cause },
  });
  const launching = (id: string) => `Launching a new EC2 instance: ${id}`;
  return [
    step(
      40,
      launching(keys.fleet[2]),
      "CPU above 50 % for 3 minutes",
      "At 2026-11-25T09:40:00Z a monitor alarm TargetTracking-fleet-016fddd-AlarmHigh in state ALARM triggered policy fleet-cpu changing the desired capacity from 2 to 3.",
    ),
    step(
      17,
      launching(keys.fleet[1]),
      "CPU above 50 % for 3 minutes",
      "At 2026-11-25T09:17:00Z a monitor alarm TargetTracking-fleet-016fddd-AlarmHigh in state ALARM triggered policy fleet-cpu changing the desired capacity from 1 to 2.",
    ),
    step(
      0,
      launching(keys.fleet[0]),
      "the group was made",
      "At 2026-11-25T09:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 1.",
    ),
  ];
}

/** Idle, a load that one instance can't carry, two that can, and again more. */
function anHour(): CpuMinute[] {
  return Array.from({ length: 44 }, (_, at) => {
    const wave = 4 * Math.sin(at * 1.7);
    const mean = at < 12 ? 14 + wave : at < 19 ? 80 + wave : at < 36 ? 42 + wave : 62 + wave;
    const inService = at < 20 ? 1 : at < 42 ? 2 : 3;
    return {
      ...{ at: at * minute, autoScalingGroupName: groupName, mean, inService },
      desiredCapacity: at < 17 ? 1 : at < 40 ? 2 : 3,
      instances: { [keys.fleet[0]]: mean + 3, [keys.fleet[1]]: mean - 3, [keys.fleet[2]]: 29 },
      breaching: { high: at < 36 ? 0 : 3, low: 0 },
    };
  });
}
