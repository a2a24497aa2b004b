/** Texts and numbers for the members of inputs: mostly what a caller would send, at times what none should. */
import { kindOf, type KnownValues } from "./known-values";
import type { Random } from "./random";

/** Where a value goes. */
export interface Place {
  member: string;
  /** The member that holds the structure of this one; empty at the top. */
  parent: string;
  /** The client of the service, which has the enumerations. */
  model: object;
}

const names = ["alpha", "beta", "gamma", "delta"];
const everyone = { Effect: "Allow", Action: "*", Resource: "*" };
const ec2 = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } };
const policy = JSON.stringify({ Version: "2012-10-17", Statement: [everyone] });
const trust = JSON.stringify({ Version: "2012-10-17", Statement: [ec2] });
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJaANkJ8gXwSZdl7yzWpmVZ4JPBZjlVmdJoIjVrQ776V any";

/** By kind; a kind qualified by its parent comes first. */
const texts: Record<string, readonly string[]> = {
  assumerolepolicydocument: [trust, trust, policy, "{", "null"],
  attribute: [
    "userData",
    "instanceType",
    "disableApiTermination",
    "groupSet",
    "description",
    "enableDnsSupport",
  ],
  autoscalinggroupname: names,
  availabilityzone: ["us-east-1a", "us-east-1b", "us-east-1f", "us-east-1z", "eu-west-1a"],
  comparisonoperator: ["GreaterThanThreshold", "LessThanOrEqualToThreshold"],
  cpucredit: ["standard", "unlimited", "none"],
  dashboardbody: ['{"widgets":[]}', '{"widgets":[{}]}', "{", "null", "[]"],
  devicename: ["/dev/xvda", "/dev/sdf", "xvdb"],
  filtername: [
    ...["vpc-id", "subnet-id", "instance-id", "group-id", "group-name", "image-id", "key-name", "owner-id"],
    ...[
      "tag:Name",
      "tag-key",
      "tag:",
      "state",
      "instance-state-name",
      "availability-zone",
      "cidr",
      "is-default",
    ],
    ...["resource-type", "resource-id", "key", "value", "default", "association.subnet-id", "nope", "*"],
  ],
  filtervalue: ["alpha", "a*", "?", "*", "true", "running", "available", "us-east-1a", "\\*"],
  healthchecktype: ["EC2", "ELB", "EC2,ELB", "NONE"],
  healthcheckpath: ["/", "/health", "health"],
  healthcheckport: ["traffic-port", "80", "0"],
  healthstatus: ["Healthy", "Unhealthy", "healthy"],
  httpcode: ["200", "200-299", "200,202", "99", "500-400"],
  instancetype: ["t3.micro", "t3.micro", "t3.small", "t2.micro", "m5.large", "t4g.micro", "t3.nope"],
  ipprotocol: ["tcp", "tcp", "udp", "icmp", "-1", "6", "17", "256", "nope"],
  key: ["Name", "project", "aws:name", ""],
  metricname: ["CPUUtilization", "RequestCount", "GroupDesiredCapacity", ...names],
  namespace: ["Mine", "Mine", "AWS/EC2", "AWS/ApplicationELB", "AWS/AutoScaling"],
  nexttoken: ["nope", "MTA="],
  marker: ["nope", "MTA="],
  operator: ["", "nope"],
  path: ["/", "/", "/mine/", "nope"],
  policydocument: [policy, policy, trust, "{", "[]"],
  policytype: ["TargetTrackingScaling", "SimpleScaling", "StepScaling"],
  predefinedmetrictype: ["ASGAverageCPUUtilization", "ASGAverageNetworkIn", "ALBRequestCountPerTarget"],
  protocol: ["HTTP", "tcp", "6", "-1", "udp", "TCP", "HTTPS", "300"],
  ruleaction: ["allow", "deny", "maybe"],
  statistic: ["Average", "Sum", "p99", "Maximum"],
  stat: ["Average", "Sum", "p99", "tm(10%:90%)"],
  tagkey: ["Name", "project"],
  targettype: ["instance", "ip", "lambda"],
  userdata: ["IyEvYmluL3NoCg==", "#!/bin/sh"],
  version: ["$Latest", "$Default", "1", "2", "0"],
  volumetype: ["gp3", "gp2", "io1", "nope"],
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

const numbers: Record<string, readonly number[]> = {
  code: [0, -1, 8, 255, 256],
  deviceindex: [0, 0, 1],
  fromport: [80, 80, 0, 22, -1, 65535, 65536],
  httpputresponsehoplimit: [1, 2, 0, 65],
  maxresult: [5, 5, 6, 1000, 1, 1001, 0],
  maxrecord: [1, 5, 100, 0, 101],
  pagesize: [1, 5, 400, 0, 401],
  period: [60, 300, 1, 0, 61],
  port: [80, 80, 8080, 0, 1, 65535, 65536],
  priority: [1, 2, 50_000, 0, 50_001],
  rulenumber: [100, 100, 200, 1, 32_766, 32_767, 0],
  targetvalue: [50, 0.01, 0, -1],
  toport: [80, 80, 443, -1, 65535, 65536],
  type: [-1, 8, 0, 256],
  volumesize: [8, 30, 1, 0],
};

const boundaries = [0, 1, 2, 3, 5, 10, 30, 60, 300, 3600, 86_400, -1, 255, 256, 65_536, 2 ** 31 - 1];

export function textFor(place: Place, random: Random, known: KnownValues): string {
  if (random.chance(0.03)) return random.of(oddities);
  const kind = kindOf(place.member);
  const listed = texts[kindOf(place.parent) + kind] ?? texts[kind];
  const fromAnswers = known.pick(random, place.member, place.parent);
  if (fromAnswers !== undefined && random.chance(0.04)) return unknownLike(fromAnswers, random);
  if (kind.endsWith("cidr") || kind.endsWith("cidrblock") || kind === "cidrip")
    return rangeWithin(fromAnswers, random);
  if (kind.endsWith("ipaddress") || kind.endsWith("privateip")) return addressNear(fromAnswers, random);
  const enumerated = enumeration(place);
  if (listed) return random.chance(0.1) && fromAnswers !== undefined ? fromAnswers : random.of(listed);
  // New names are made as often as known ones are repeated.
  const isName = kind.endsWith("name") || kind === "description" || kind === "value";
  if (fromAnswers !== undefined && (!isName || random.chance(0.5)) && !(enumerated && random.chance(0.7)))
    return fromAnswers;
  if (enumerated) return random.of(enumerated);
  return isName ? `${random.of(names)}-${random.below(20)}` : random.of(names);
}

export function numberFor({ member, parent }: Place, random: Random): number {
  const kind = kindOf(member);
  if (few.test(kind))
    return random.weighted([
      [1, 6],
      [2, 3],
      [0, 2],
      [-1, 0.3],
    ] as const);
  const listed = numbers[kindOf(parent) + kind] ?? numbers[kind];
  return random.of(listed && random.chance(0.95) ? listed : boundaries);
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
  const [, a = "10", b = "0"] = /^(\d+)\.(\d+)\./.exec(range ?? "") ?? [];
  const within = `${a}.${b}.${random.below(32) * 8}.0/${random.of([20, 24, 24, 24, 28])}`;
  const choices = ["10.0.0.0/16", "10.1.0.0/16", "0.0.0.0/0", "203.0.113.7/32", "10.0.0.0/8", "10.0.0.1/16"];
  if (random.chance(0.6)) return within;
  return random.of([
    ...choices,
    range ?? within,
    "10.0.0.0/29",
    "10.0.0.0/33",
    "300.0.0.0/16",
    "::/0",
    "10.0.0.0",
  ]);
}

function addressNear(address: string | undefined, random: Random): string {
  const [, start = "172.31.0."] = /^(\d+\.\d+\.\d+\.)\d+$/.exec(address ?? "") ?? [];
  return start + String(random.of([4, 10, 20, 30, 254, 255, 0, 256, random.below(256)]));
}
