/** Texts and numbers for the members of inputs: mostly what a caller would send, at times what none should. */
import { kindOf, type Context, type KnownValues } from "./known-values";
import type { Random } from "./random";

/** Where a value goes. */
export interface Place {
  member: string;
  /** The member that holds the structure of this one; empty at the top. */
  parent: string;
  /** The client of the service, which has the enumerations. */
  model: object;
  context: Context;
}

const names = ["alpha", "beta", "gamma", "delta"];
const everyone = { Effect: "Allow", Action: "*", Resource: "*" };
const ec2 = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } };
const policy = JSON.stringify({ Version: "2012-10-17", Statement: [everyone] });
const trust = JSON.stringify({ Version: "2012-10-17", Statement: [ec2] });
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJaANkJ8gXwSZdl7yzWpmVZ4JPBZjlVmdJoIjVrQ776V any";

interface Choices<T> {
  usual: readonly T[];
  /** Refused where it is meant, or nearly. */
  odd?: readonly T[];
}

/** By kind; a kind qualified by its parent comes first. */
const texts: Record<string, Choices<string>> = {
  actiontype: { usual: ["forward", "forward", "redirect", "fixed-response"], odd: ["authenticate-oidc"] },
  assumerolepolicydocument: { usual: [trust], odd: [policy, "{", "null"] },
  attribute: {
    usual: [
      "instanceType",
      "disableApiTermination",
      "groupSet",
      "description",
      "enableDnsSupport",
      "userData",
    ],
    odd: ["nope"],
  },
  availabilityzone: { usual: ["us-east-1a", "us-east-1b"], odd: ["us-east-1f", "us-east-1z", "eu-west-1a"] },
  comparisonoperator: { usual: ["GreaterThanThreshold", "LessThanOrEqualToThreshold"] },
  cpucredit: { usual: ["standard", "unlimited"], odd: ["none"] },
  dashboardbody: { usual: ['{"widgets":[]}', '{"widgets":[{}]}'], odd: ["{", "null", "[]"] },
  defaultactiontype: { usual: ["forward", "forward", "redirect", "fixed-response"], odd: ["nope"] },
  devicename: { usual: ["/dev/xvda", "/dev/sdf"], odd: ["xvdb"] },
  filtername: {
    usual: [
      ...["vpc-id", "subnet-id", "instance-id", "group-id", "group-name", "image-id", "key-name", "owner-id"],
      ...["tag:Name", "tag-key", "state", "instance-state-name", "availability-zone", "cidr", "is-default"],
      ...["resource-type", "resource-id", "key", "value", "default", "association.subnet-id"],
    ],
    odd: ["tag:", "nope", "*"],
  },
  filtervalue: {
    usual: ["alpha", "a*", "?", "*", "true", "running", "available", "us-east-1a"],
    odd: ["\\*"],
  },
  healthchecktype: { usual: ["EC2", "ELB"], odd: ["EC2,ELB", "NONE"] },
  healthcheckpath: { usual: ["/", "/health"], odd: ["health"] },
  healthcheckport: { usual: ["traffic-port", "80"], odd: ["0"] },
  healthstatus: { usual: ["Healthy", "Unhealthy"], odd: ["healthy"] },
  httpcode: { usual: ["200", "200-299", "200,202"], odd: ["99", "500-400"] },
  instancetype: { usual: ["t3.micro", "t3.small", "t2.micro"], odd: ["t4g.micro", "t3.nope"] },
  ipaddresstype: { usual: ["ipv4"], odd: ["dualstack"] },
  ipprotocol: { usual: ["tcp", "tcp", "udp", "icmp", "-1", "6"], odd: ["256", "nope"] },
  key: { usual: ["Name", "project"], odd: ["aws:name", ""] },
  marker: { usual: ["MTA="], odd: ["nope"] },
  metricgranularity: { usual: ["1Minute"], odd: ["5Minute"] },
  metricname: { usual: ["CPUUtilization", "RequestCount", ...names], odd: [] },
  namespace: { usual: ["Mine"], odd: ["AWS/EC2", "AWS/ApplicationELB", "AWS/AutoScaling"] },
  nexttoken: { usual: ["MTA="], odd: ["nope"] },
  path: { usual: ["/", "/mine/"], odd: ["nope"] },
  policydocument: { usual: [policy], odd: [trust, "{", "[]"] },
  policytype: { usual: ["TargetTrackingScaling"], odd: ["SimpleScaling", "StepScaling"] },
  predefinedmetrictype: {
    usual: ["ASGAverageCPUUtilization"],
    odd: ["ASGAverageNetworkIn", "ALBRequestCountPerTarget"],
  },
  protocol: { usual: ["HTTP", "HTTP", "6", "-1"], odd: ["tcp", "udp", "TCP", "HTTPS", "300"] },
  protocolversion: { usual: ["HTTP1"], odd: ["HTTP2"] },
  resourcetype: {
    usual: [
      ...["instance", "vpc", "subnet", "security-group", "launch-template", "image", "volume", "snapshot"],
      ...["internet-gateway", "route-table", "network-acl", "key-pair", "network-interface"],
      ...["security-group-rule", "auto-scaling-group"],
    ],
    odd: ["nope"],
  },
  ruleaction: { usual: ["allow", "deny"], odd: ["maybe"] },
  scheme: { usual: ["internet-facing"], odd: ["internal", "nope"] },
  stat: { usual: ["Average", "Sum", "Maximum"], odd: ["p99", "tm(10%:90%)"] },
  statistic: { usual: ["Average", "Sum", "Maximum"], odd: ["p99"] },
  tagkey: { usual: ["Name", "project"], odd: [""] },
  targettype: { usual: ["instance"], odd: ["ip", "lambda"] },
  terminationpolicy: { usual: ["Default", "OldestInstance", "NewestInstance"], odd: ["nope"] },
  type: { usual: ["application"], odd: ["network"] },
  userdata: { usual: ["IyEvYmluL3NoCg=="], odd: ["#!/bin/sh"] },
  version: { usual: ["$Latest", "$Default", "1"], odd: ["2", "0"] },
  volumetype: { usual: ["gp3", "gp2"], odd: ["io1", "nope"] },
};

/** What breaks parsers, escapes and look-ups. */
const oddities = [
  "",
  " ",
  "x".repeat(300),
  "é😀\u2028",
  `<&>"'`,
  "tab\tand\nline",
  "\u0001\u0000",
  "__proto__",
  "constructor",
  "*",
  "(a+)+$",
  "-1",
  "NaN",
  "null",
  "arn:aws:",
  "i-nope",
  "../../etc",
  "%00%2e",
];

/** Kinds whose numbers start instances, which must stay few. */
const few = /^(max|min)(count|size)$|^desiredcapacity$/;

const numbers: Record<string, Choices<number>> = {
  code: { usual: [0, -1, 8], odd: [255, 256] },
  deviceindex: { usual: [0], odd: [1] },
  fromport: { usual: [80, 22, 0], odd: [-1, 65535, 65536] },
  healthcheckintervalsecond: { usual: [10, 30], odd: [5, 4, 300, 301] },
  healthchecktimeoutsecond: { usual: [5], odd: [2, 1, 120, 121] },
  healthythresholdcount: { usual: [2, 5], odd: [1, 10, 11] },
  unhealthythresholdcount: { usual: [2, 5], odd: [1, 10, 11] },
  httpputresponsehoplimit: { usual: [1, 2], odd: [0, 65] },
  iops: { usual: [3000], odd: [2999, 16_001] },
  maxresult: { usual: [5, 6, 1000], odd: [1, 1001, 0] },
  maxrecord: { usual: [1, 5, 100], odd: [0, 101] },
  pagesize: { usual: [1, 5, 400], odd: [0, 401] },
  period: { usual: [60, 300], odd: [1, 0, 61] },
  port: { usual: [80, 80, 8080, 22], odd: [0, 1, 65535, 65536] },
  priority: { usual: [1, 2, 50_000], odd: [0, 50_001] },
  rulenumber: { usual: [100, 200, 1], odd: [32_766, 32_767, 0] },
  storageresolution: { usual: [60], odd: [1, 30] },
  targetvalue: { usual: [50, 80], odd: [0.01, 0, -1] },
  throughput: { usual: [125], odd: [124, 1001] },
  toport: { usual: [80, 443], odd: [-1, 65535, 65536] },
  type: { usual: [-1, 8], odd: [0, 256] },
  volumesize: { usual: [8, 30], odd: [1, 0] },
  weight: { usual: [1, 0], odd: [-1, 1000] },
};

const boundaries = [0, 1, 2, 3, 5, 10, 30, 60, 300, 3600, 86_400, -1, 255, 256, 65_536, 2 ** 31 - 1];

export function textFor(place: Place, random: Random, known: KnownValues): string {
  if (random.chance(0.015)) return random.of(oddities);
  const kind = kindOf(place.member);
  const listed = texts[kindOf(place.parent) + kind] ?? texts[kind];
  const fromAnswers = known.pick(random, place.member, place.parent, place.context);
  if (fromAnswers !== undefined && random.chance(0.03)) return unknownLike(fromAnswers, random);
  if (kind.endsWith("cidr") || kind.endsWith("cidrblock") || kind === "cidrip")
    return rangeWithin(fromAnswers, random);
  if (kind.endsWith("ipaddress") || kind.endsWith("privateip")) return addressNear(fromAnswers, random);
  if (listed) return choose(listed, random);
  const enumerated = enumeration(place);
  // New names are made as often as known ones are repeated.
  const isName = kind.endsWith("name") || kind === "description" || kind === "value";
  const repeats = isName ? random.chance(kind === "name" ? 0.2 : 0.6) : !enumerated || random.chance(0.3);
  if (fromAnswers !== undefined && repeats) return fromAnswers;
  if (enumerated) return random.of(enumerated);
  return isName ? `${random.of(names)}-${random.below(40)}` : random.of(names);
}

export function numberFor({ member, parent }: Place, random: Random): number {
  const kind = kindOf(member);
  if (few.test(kind)) return fewOf(kind, random);
  const listed = numbers[kindOf(parent) + kind] ?? numbers[kind];
  return listed && random.chance(0.97) ? choose(listed, random) : random.of(boundaries);
}

function choose<T>({ usual, odd = [] }: Choices<T>, random: Random): T {
  return random.of(odd.length > 0 && random.chance(0.08) ? odd : usual);
}

/** At most two, and mostly a minimum below its maximum. */
function fewOf(kind: string, random: Random): number {
  if (random.chance(0.03)) return -1;
  if (kind === "minsize") return random.of([0, 0, 0, 1]);
  if (kind === "mincount") return 1;
  return random.of([1, 1, 1, 2]);
}

export function timeFor({ member }: Place, random: Random): Date {
  const ago = random.of([0, 60, 3600, 86_400, 366 * 86_400]) * (member.startsWith("End") ? -1 : 1);
  return new Date(Date.now() - ago * 1000);
}

export function bytesFor({ member }: Place, random: Random): Uint8Array {
  const isKey = member === "PublicKeyMaterial" && random.chance(0.8);
  return Buffer.from(isKey ? publicKey : random.of([...oddities, "AAAA"]));
}

/** The values of the member's enumeration, which the client exports under its shape's name. */
function enumeration({ member, model }: Place): string[] | undefined {
  const exported: unknown =
    Reflect.get(model, member) ?? Reflect.get(model, `${member}Enum`) ?? Reflect.get(model, `${member}Type`);
  if (typeof exported !== "object" || exported === null) return undefined;
  const values: unknown[] = Object.values(exported);
  return values.length > 0 && values.every(value => typeof value === "string") ? values : undefined;
}

/** Well-formed, but of nothing that exists. */
function unknownLike(value: string, random: Random): string {
  if (/-[0-9a-f]{17}$/.test(value)) return value.slice(0, -17) + random.hex(17);
  return `${value}${random.below(10)}`;
}

function rangeWithin(range: string | undefined, random: Random): string {
  const [, a = "10", b = "0"] = /^(10|172|192)\.(\d+)\./.exec(range ?? "") ?? [];
  const rest = `${random.below(64) * 4}.0/${random.of([22, 24, 24, 24, 28])}`;
  const odd = ["10.0.0.0/8", "10.0.0.1/16", "10.0.0.0/29", "10.0.0.0/33", "300.0.0.0/16", "::/0", "10.0.0.0"];
  return random.weighted([
    [`${a}.${b}.${rest}`, 40],
    ["10.0.0.0/16", 30],
    [range ?? "10.0.0.0/16", 10],
    ["0.0.0.0/0", 10],
    ["203.0.113.7/32", 5],
    [random.of(odd), 5],
  ]);
}

function addressNear(address: string | undefined, random: Random): string {
  const [, start = "172.31.0."] = /^(\d+\.\d+\.\d+\.)\d+$/.exec(address ?? "") ?? [];
  return start + String(random.of([4, 10, 20, 30, 254, 255, 0, 256, random.below(256)]));
}
