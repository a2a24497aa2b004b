/** Entries of network ACLs. Sources: EC2 API Reference, "CreateNetworkAclEntry" and the like. */
import type { CreateNetworkAclEntryRequest } from "@aws-sdk/client-ec2";
import type { NetworkAclEntry } from "../../../network/reachability/vpc-model";
import { lastRuleNumber } from "../../../network/reachability/network-acl";
import { deleteEntry, entryWith, putEntry } from "../network-acls";
import { networkRefusals } from "../network-refusals";
import { find } from "../resource-types";
import type { Ec2Actions } from "./context";
import { assertNoDryRun } from "./describe";
import { hasPorts, isIcmp, portRange, protocolNumber } from "./protocol-numbers";
import { ipv4Range, oneOf, required } from "./validation";

const entryParameters = [
  "NetworkAclId",
  "RuleNumber",
  "Egress",
  "Protocol",
  "RuleAction",
  "CidrBlock",
  "PortRange",
  "IcmpTypeCode",
  "DryRun",
] as const;

export const networkAclEntryActions = {
  CreateNetworkAclEntry: {
    parameters: entryParameters,
    handle({ ec2: { vpc } }, input) {
      const acl = find(vpc.networkAcls, "network-acl", input.NetworkAclId);
      const entry = entryOf(input);
      if (entryWith(acl, entry)) throw networkRefusals.entryExists(entry.ruleNumber);
      assertNoDryRun(input);
      putEntry(acl, entry);
      return {};
    },
  },

  ReplaceNetworkAclEntry: {
    parameters: entryParameters,
    handle({ ec2: { vpc } }, input) {
      const acl = find(vpc.networkAcls, "network-acl", input.NetworkAclId);
      const entry = entryOf(input);
      if (!entryWith(acl, entry)) throw networkRefusals.entryNotFound(entry.ruleNumber, entry.egress);
      assertNoDryRun(input);
      putEntry(acl, entry);
      return {};
    },
  },

  DeleteNetworkAclEntry: {
    parameters: ["NetworkAclId", "RuleNumber", "Egress", "DryRun"],
    handle({ ec2: { vpc } }, input) {
      const acl = find(vpc.networkAcls, "network-acl", input.NetworkAclId);
      const number = entryNumberOf(input);
      if (!entryWith(acl, number)) throw networkRefusals.entryNotFound(number.ruleNumber, number.egress);
      assertNoDryRun(input);
      deleteEntry(acl, number);
      return {};
    },
  },
} satisfies Partial<Ec2Actions>;

function entryNumberOf(input: Pick<CreateNetworkAclEntryRequest, "RuleNumber" | "Egress">) {
  const ruleNumber = required(input.RuleNumber, "ruleNumber");
  if (ruleNumber < 1 || ruleNumber >= lastRuleNumber) throw networkRefusals.ruleNumber(ruleNumber);
  return { ruleNumber, egress: required(input.Egress, "egress") };
}

/** Ports are kept for TCP and UDP only, and a type and code for ICMP: EC2 ignores them elsewhere. */
function entryOf(input: CreateNetworkAclEntryRequest): NetworkAclEntry {
  const protocol = protocolNumber(required(input.Protocol, "protocol"));
  const entry = {
    ...entryNumberOf(input),
    protocol,
    ruleAction: oneOf("ruleAction", required(input.RuleAction, "ruleAction"), ["allow", "deny"] as const),
    cidrBlock: ipv4Range("cidrBlock", required(input.CidrBlock, "cidrBlock")),
  };
  if (hasPorts(protocol))
    return { ...entry, portRange: portRange(input.PortRange?.From, input.PortRange?.To) };
  if (!isIcmp(protocol)) return entry;
  const { Type, Code } = input.IcmpTypeCode ?? {};
  if (Type === undefined || Code === undefined) throw networkRefusals.icmpMissing();
  return { ...entry, icmpTypeCode: { type: Type, code: Code } };
}
