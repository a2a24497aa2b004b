/** Load balancers. Sources: ELB API Reference, each action by its name. */
import { isDeepStrictEqual } from "node:util";
import type { AvailabilityZone, LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import { find, notFound, assertArns } from "../arns";
import { assertLogBuckets, loadBalancerAttributes, withAttributes } from "../attributes";
import { assertSecurityGroups, defaultSecurityGroup, vpcOf } from "../placement";
import { refusals } from "../refusals";
import type { RunningLoadBalancer } from "../state";
import { tagList, withTags } from "../tags";
import { assertName } from "../validation";
import type { Elbv2ActionContext, Elbv2Actions } from "./context";
import { assertOneSelector, page } from "./common";

/** Region milliseconds from creation until a load balancer is active. */
const provisioning = 5_000;

export const loadBalancerActions = {
  CreateLoadBalancer: {
    parameters: [
      "Name",
      "Subnets",
      "SubnetMappings.SubnetId",
      "SecurityGroups",
      "Scheme",
      "Tags",
      "Type",
      "IpAddressType",
    ],
    handle(context, { Name = "", Scheme = "internet-facing", Type = "application", Tags, ...input }) {
      const { elbv2 } = context;
      assertName("Load balancer", Name);
      if (Type !== "application")
        throw refusals.regionLacks(`${Type} load balancers`, "application load balancers");
      if (Scheme !== "internet-facing")
        throw refusals.regionLacks(`${Scheme} load balancers`, "internet-facing ones");
      assertIpv4(input.IpAddressType);
      const { vpc } = elbv2.context;
      const subnetIds = subnetsOf(input);
      const vpcId = vpcOf(vpc, subnetIds);
      const { SecurityGroups = [] } = input;
      assertSecurityGroups(vpc, vpcId, SecurityGroups);
      const securityGroupIds = SecurityGroups.length > 0 ? SecurityGroups : defaultSecurityGroup(vpc, vpcId);
      const tags = withTags({}, Tags);
      const existing = [...elbv2.loadBalancers.values()].find(({ name }) => name === Name);
      if (existing && !isSame(existing, { subnetIds, securityGroupIds }))
        throw refusals.duplicateLoadBalancerName(Name);
      const running =
        existing ?? elbv2.createLoadBalancer({ name: Name, vpcId, subnetIds, securityGroupIds, tags });
      return { LoadBalancers: [descriptionOf(context, running)] };
    },
  },

  DescribeLoadBalancers: {
    parameters: ["LoadBalancerArns", "Names", "Marker", "PageSize"],
    handle(context, { LoadBalancerArns: arns = [], Names: names = [], ...paging }) {
      const { loadBalancers } = context.elbv2;
      assertOneSelector({ "load balancer ARNs": arns, "load balancer names": names });
      assertArns(arns, "load balancer");
      const all = [...loadBalancers.values()];
      const missing = names.filter(name => !all.some(each => each.name === name));
      if (missing.length > 0)
        throw notFound("load balancer", `Load balancers '[${missing.join(", ")}]' not found`);
      if (!arns.every(arn => loadBalancers.has(arn))) throw notFound("load balancer");
      const found = all.filter(
        ({ arn, name }) =>
          (arns.length === 0 || arns.includes(arn)) && (names.length === 0 || names.includes(name)),
      );
      const { items, NextMarker } = page(found, paging);
      return { LoadBalancers: items.map(each => descriptionOf(context, each)), NextMarker };
    },
  },

  DeleteLoadBalancer: {
    parameters: ["LoadBalancerArn"],
    handle({ elbv2 }, { LoadBalancerArn: arn = "" }) {
      assertArns([arn], "load balancer");
      if (elbv2.loadBalancers.get(arn)?.attributes["deletion_protection.enabled"] === "true")
        throw refusals.deletionProtection(arn);
      elbv2.deleteLoadBalancer(arn);
      return {};
    },
  },

  SetSubnets: {
    parameters: ["LoadBalancerArn", "Subnets", "SubnetMappings.SubnetId", "IpAddressType"],
    handle({ elbv2 }, { LoadBalancerArn, ...input }) {
      const running = find(elbv2.loadBalancers, "load balancer", LoadBalancerArn);
      assertIpv4(input.IpAddressType);
      const subnetIds = subnetsOf(input);
      if (vpcOf(elbv2.context.vpc, subnetIds) !== running.vpcId) throw refusals.otherVpc();
      elbv2.setSubnets(running, subnetIds);
      return { AvailabilityZones: zonesOf(elbv2, running), IpAddressType: "ipv4" };
    },
  },

  SetSecurityGroups: {
    parameters: ["LoadBalancerArn", "SecurityGroups"],
    handle({ elbv2 }, { LoadBalancerArn, SecurityGroups = [] }) {
      const running = find(elbv2.loadBalancers, "load balancer", LoadBalancerArn);
      if (SecurityGroups.length === 0) throw refusals.noSecurityGroup();
      assertSecurityGroups(elbv2.context.vpc, running.vpcId, SecurityGroups);
      elbv2.setSecurityGroups(running, SecurityGroups);
      return { SecurityGroupIds: SecurityGroups };
    },
  },

  SetIpAddressType: {
    parameters: ["LoadBalancerArn", "IpAddressType"],
    handle({ elbv2 }, { LoadBalancerArn, IpAddressType }) {
      find(elbv2.loadBalancers, "load balancer", LoadBalancerArn);
      assertIpv4(IpAddressType);
      return { IpAddressType: "ipv4" };
    },
  },

  DescribeLoadBalancerAttributes: {
    parameters: ["LoadBalancerArn"],
    handle({ elbv2 }, { LoadBalancerArn }) {
      const { attributes } = find(elbv2.loadBalancers, "load balancer", LoadBalancerArn);
      return { Attributes: tagList(attributes) };
    },
  },

  ModifyLoadBalancerAttributes: {
    parameters: ["LoadBalancerArn", "Attributes"],
    handle({ elbv2 }, { LoadBalancerArn, Attributes = [] }) {
      const running = find(elbv2.loadBalancers, "load balancer", LoadBalancerArn);
      const attributes = withAttributes(
        "Load balancer",
        loadBalancerAttributes,
        running.attributes,
        Attributes,
      );
      assertLogBuckets(attributes);
      elbv2.setAttributes(running, attributes);
      return { Attributes: tagList(running.attributes) };
    },
  },

  /** Nobody can reserve capacity here, so none is. */
  DescribeCapacityReservation: {
    parameters: ["LoadBalancerArn"],
    handle({ elbv2 }, { LoadBalancerArn }) {
      const running = find(elbv2.loadBalancers, "load balancer", LoadBalancerArn);
      return {
        CapacityReservationState: zonesOf(elbv2, running).map(({ ZoneName }) => ({
          State: { Code: "provisioned" },
          AvailabilityZone: ZoneName,
          EffectiveCapacityUnits: 0,
        })),
      };
    },
  },
} satisfies Partial<Elbv2Actions>;

interface SubnetInput {
  Subnets?: string[];
  SubnetMappings?: { SubnetId?: string }[];
}

function subnetsOf({ Subnets = [], SubnetMappings = [] }: SubnetInput): string[] {
  if (Subnets.length > 0 === SubnetMappings.length > 0) throw refusals.subnetsOrMappings();
  return [...new Set(Subnets.length > 0 ? Subnets : SubnetMappings.map(({ SubnetId = "" }) => SubnetId))];
}

function assertIpv4(type = "ipv4"): void {
  if (type !== "ipv4") throw refusals.regionLacks(`the IP address type '${type}'`, "ipv4");
}

/** CreateLoadBalancer is idempotent: the same settings name the same load balancer. */
function isSame(
  existing: RunningLoadBalancer,
  { subnetIds, securityGroupIds }: Pick<RunningLoadBalancer, "subnetIds" | "securityGroupIds">,
): boolean {
  return (
    isDeepStrictEqual(new Set(existing.subnetIds), new Set(subnetIds)) &&
    isDeepStrictEqual(new Set(existing.securityGroupIds), new Set(securityGroupIds))
  );
}

function descriptionOf(
  { elbv2, now, wallClock }: Elbv2ActionContext,
  running: RunningLoadBalancer,
): LoadBalancer {
  return {
    LoadBalancerArn: running.arn,
    DNSName: running.dnsName,
    // Route 53's zone for load balancers in us-east-1; the region's names are in no public zone.
    CanonicalHostedZoneId: "Z35SXDOTRQ7X7K",
    CreatedTime: wallClock.show(running.createdAt),
    LoadBalancerName: running.name,
    Scheme: "internet-facing",
    VpcId: running.vpcId,
    State: { Code: now() < running.createdAt + provisioning ? "provisioning" : "active" },
    Type: "application",
    AvailabilityZones: zonesOf(elbv2, running),
    SecurityGroups: running.securityGroupIds,
    IpAddressType: "ipv4",
  };
}

function zonesOf(
  { context }: Elbv2ActionContext["elbv2"],
  { subnetIds }: RunningLoadBalancer,
): AvailabilityZone[] {
  return subnetIds.map(SubnetId => ({
    ZoneName: context.vpc.subnets.get(SubnetId)?.availabilityZone,
    SubnetId,
    LoadBalancerAddresses: [],
  }));
}
