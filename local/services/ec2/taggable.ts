/** The resources that can be tagged after their creation, by type. */
import type { Tags } from "../../network/reachability/vpc-model";
import type { Ec2 } from "./ec2";
import { networkRefusals } from "./network-refusals";
import { find, typeOf, type ResourceType } from "./resource-types";

/** A record whose tags change in place. */
export interface Taggable {
  tags: Tags;
}

type TaggableById = ReadonlyMap<string, Taggable>;

/** For each type, its resources by id; `now` is in region milliseconds. */
const taggable = {
  image: ({ images }) => new Map([...images].filter(([, { owner }]) => owner === "self")),
  instance: ({ instances }, now) =>
    new Map(
      instances.records.visible(now).map(({ specification }) => [specification.instanceId, specification]),
    ),
  "internet-gateway": ({ vpc }) => vpc.internetGateways,
  "key-pair": ({ keyPairs }) => keyPairs,
  "launch-template": ({ launchTemplates }) => launchTemplates,
  "network-acl": ({ vpc }) => vpc.networkAcls,
  "network-insights-analysis": ({ networkInsights }) => networkInsights.analyses,
  "network-insights-path": ({ networkInsights }) => networkInsights.paths,
  "network-interface": ({ vpc }) => vpc.networkInterfaces,
  "route-table": ({ vpc }) => vpc.routeTables,
  "security-group": ({ vpc }) => vpc.securityGroups,
  "security-group-rule": ({ vpc }) => vpc.securityGroupRules,
  snapshot: ({ images }) => images.snapshots,
  subnet: ({ vpc }) => vpc.subnets,
  volume: ({ volumes }) => volumes,
  vpc: ({ vpc }) => vpc.vpcs,
  "vpc-flow-log": ({ flowLogs }) => flowLogs,
} satisfies Partial<Record<ResourceType, (ec2: Ec2, now: number) => TaggableById>>;

type TaggableType = keyof typeof taggable;

const isTaggable = (type: ResourceType): type is TaggableType => Object.hasOwn(taggable, type);

/** All taggable resources. */
export function allTaggable(ec2: Ec2, now: number): { type: ResourceType; id: string; tags: Tags }[] {
  return (Object.keys(taggable) as TaggableType[]).flatMap(type =>
    [...taggable[type](ec2, now)].map(([id, { tags }]) => ({ type, id, tags })),
  );
}

/**
 * The resource with this id, of whatever type.
 * @throws AwsError if there is none
 */
export function taggableWith(ec2: Ec2, now: number, id: string): Taggable {
  const type = typeOf(id);
  if (type === undefined || !isTaggable(type)) throw networkRefusals.invalidId(id);
  const resources: TaggableById = taggable[type](ec2, now);
  return find(resources, type, id);
}
