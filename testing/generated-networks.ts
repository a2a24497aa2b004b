/** VPCs with whatever rules chance makes, and connections that meet them: near the edges of their ports and ranges. */
import type { ConnectionAttempt } from "../local/network/reachability/verdict";
import {
  VpcModel,
  type NetworkAclEntry,
  type SecurityGroupRule,
} from "../local/network/reachability/vpc-model";
import { vpcOf } from "./declared-network";
import type { Random } from "./random";

const vpcs = ["vpc-1", "vpc-1", "vpc-1", "vpc-2"];
const groupIds = ["sg-1", "sg-2", "sg-3"];
const edges = [0, 22, 80, 1023, 1024, 5000, 8080, 32767, 32768, 40000, 60999, 61000, 65535];
const prefixes = [0, 0, 1, 8, 12, 16, 20, 24, 24, 30, 31, 32];
/** On the Internet, and private or shared ones outside the VPCs. */
const outside = [
  "198.51.100.7",
  "192.0.2.80",
  "8.8.8.8",
  "203.0.113.200",
  "192.168.1.1",
  "172.16.5.5",
  "100.64.0.1",
];
const linkLocal = "169.254.169.254";

export function generatedNetwork(random: Random): VpcModel {
  const model = new VpcModel();
  const tags = {};
  for (const id of new Set(vpcs)) {
    model.vpcs.set(id, vpcOf(id, "10.0.0.0/16"));
    if (random.chance(0.9)) {
      const vpcId = random.chance(0.95) ? id : undefined;
      model.internetGateways.set(`igw-${id}`, { id: `igw-${id}`, vpcId, tags });
    }
    for (const kind of ["main", "other"]) {
      const table = `rtb-${kind}-${id}`;
      const routes = [{ destinationCidrBlock: "10.0.0.0/16", gatewayId: "local" }];
      if (random.chance(0.9)) routes.push({ destinationCidrBlock: "0.0.0.0/0", gatewayId: `igw-${id}` });
      if (random.chance(0.2))
        routes.push({ destinationCidrBlock: range(random), gatewayId: random.of([`igw-${id}`, "igw-gone"]) });
      const mainAssociationId = kind === "main" ? `rtbassoc-${id}` : undefined;
      model.routeTables.set(table, { id: table, vpcId: id, mainAssociationId, routes, tags });
    }
  }
  vpcs.forEach((vpcId, index) => {
    const id = `subnet-${index}`;
    const cidrBlock = `10.0.${index}.0/24`;
    const settings = { availabilityZone: "us-east-1a", defaultForAz: false, mapPublicIpOnLaunch: true };
    model.subnets.set(id, { id, vpcId, cidrBlock, ...settings, tags });
    const aclId = `acl-${index}`;
    model.networkAcls.set(aclId, { id: aclId, vpcId, isDefault: false, entries: entries(random), tags });
    const association = { id: `aclassoc-${index}`, subnetId: id, networkAclId: aclId };
    model.networkAclAssociations.set(association.id, association);
    if (random.chance(0.5))
      model.routeTableAssociations.set(`rtbassoc-${index}`, {
        id: `rtbassoc-${index}`,
        subnetId: id,
        routeTableId: `rtb-other-${vpcId}`,
      });
    for (const host of [1, 2]) {
      const eni = `eni-${index}-${host}`;
      model.networkInterfaces.set(eni, {
        id: eni,
        subnetId: id,
        privateIpAddress: `10.0.${index}.${host * 10}`,
        ...(random.chance(0.85) && { publicIpAddress: `203.0.113.${index * 10 + host}` }),
        groupIds: random.chance(0.3) ? [random.of(groupIds), random.of(groupIds)] : [random.of(groupIds)],
        ...(random.chance(0.03) && { isDown: true }),
        description: eni,
        sourceDestCheck: true,
        tags,
      });
    }
  });
  for (let number = random.below(25); number >= 0; number--) {
    const rule = groupRule(random, `sgr-${number}`);
    model.securityGroupRules.set(rule.id, rule);
  }
  return model;
}

function entries(random: Random): NetworkAclEntry[] {
  return [true, false].flatMap(egress => {
    const numbers = new Set(Array.from({ length: random.below(6) }, () => 1 + random.below(20)));
    const made = [...numbers].map((ruleNumber): NetworkAclEntry => ({
      ruleNumber,
      egress,
      protocol: random.weighted([
        ["6", 6],
        ["-1", 2],
        ["17", 1],
      ]),
      ruleAction: random.chance(0.75) ? "allow" : "deny",
      cidrBlock: range(random),
      ...(random.chance(0.9) && { portRange: ports(random) }),
    }));
    const open: NetworkAclEntry = {
      ruleNumber: 100,
      egress,
      protocol: "-1",
      ruleAction: "allow",
      cidrBlock: "0.0.0.0/0",
    };
    return random.chance(0.6) ? [open, ...made] : made;
  });
}

function groupRule(random: Random, id: string): SecurityGroupRule {
  const { from: fromPort, to: toPort } = ports(random);
  return {
    id,
    groupId: random.of(groupIds),
    egress: random.chance(0.5),
    ipProtocol: random.weighted([
      ["tcp", 5],
      ["-1", 3],
      ["udp", 1],
    ]),
    fromPort,
    toPort,
    ...(random.chance(0.25)
      ? { referencedSecurityGroupId: random.of(groupIds) }
      : { cidrIpv4: range(random) }),
    tags: {},
  };
}

function ports(random: Random): { from: number; to: number } {
  if (random.chance(0.3)) return { from: 0, to: 65535 };
  const [one, other] = [random.of(edges), random.of(edges)];
  return { from: Math.min(one, other), to: Math.max(one, other) };
}

/** Host bits may be set: they don't count. */
function range(random: Random): string {
  const address = random.chance(0.7)
    ? `10.0.${random.below(4)}.${random.of([10, 20])}`
    : random.of([...outside, "203.0.113.1"]);
  return `${address}/${random.of(prefixes)}`;
}

export function generatedConnection(random: Random, { networkInterfaces }: VpcModel): ConnectionAttempt {
  const interfaces = [...networkInterfaces.values()];
  const target = random.of(interfaces);
  const address = random.weighted([
    [target.privateIpAddress, 8],
    [target.publicIpAddress ?? target.privateIpAddress, 6],
    [random.of(outside), 4],
    ["10.0.1.99", 1],
    [linkLocal, 0.2],
  ]);
  return {
    from: random.chance(0.7)
      ? { interfaceId: random.of(interfaces).id }
      : { internetAddress: random.of(outside) },
    sourcePort: random.chance(0.8) ? 32768 + random.below(28232) : portNear(random),
    to: { address, port: portNear(random) },
  };
}

function portNear(random: Random): number {
  return Math.min(65535, Math.max(1, random.of(edges) + random.below(3) - 1));
}
