/** EC2's resource types: their ids, and how EC2 refuses an id. Source: "Error codes for the Amazon EC2 API". */
import { AwsError } from "../../api/aws-error";

interface IdFormat {
  prefix: string;
  /** The code of an id that isn't one. */
  malformed: string;
  /** The code of an id that nothing has. */
  notFound: string;
  /** The start of EC2's message: "The vpc ID". */
  label: string;
}

/** By their names in tag specifications. */
export const resourceTypes = {
  image: {
    prefix: "ami",
    malformed: "InvalidAMIID.Malformed",
    notFound: "InvalidAMIID.NotFound",
    label: "The image id",
  },
  instance: {
    prefix: "i",
    malformed: "InvalidInstanceID.Malformed",
    notFound: "InvalidInstanceID.NotFound",
    label: "The instance ID",
  },
  "internet-gateway": {
    prefix: "igw",
    malformed: "InvalidInternetGatewayId.Malformed",
    notFound: "InvalidInternetGatewayID.NotFound",
    label: "The internetGateway ID",
  },
  "key-pair": {
    prefix: "key",
    malformed: "InvalidKeyPair.Format",
    notFound: "InvalidKeyPair.NotFound",
    label: "The key pair",
  },
  "launch-template": {
    prefix: "lt",
    malformed: "InvalidLaunchTemplateId.Malformed",
    notFound: "InvalidLaunchTemplateId.NotFound",
    label: "The specified launch template, with template ID",
  },
  "network-acl": {
    prefix: "acl",
    malformed: "InvalidNetworkAclID.Malformed",
    notFound: "InvalidNetworkAclID.NotFound",
    label: "The networkAcl ID",
  },
  "network-insights-analysis": {
    prefix: "nia",
    malformed: "InvalidNetworkInsightsAnalysisId.Malformed",
    notFound: "InvalidNetworkInsightsAnalysisId.NotFound",
    label: "The networkInsightsAnalysis ID",
  },
  "network-insights-path": {
    prefix: "nip",
    malformed: "InvalidNetworkInsightsPathId.Malformed",
    notFound: "InvalidNetworkInsightsPathId.NotFound",
    label: "The networkInsightsPath ID",
  },
  "network-interface": {
    prefix: "eni",
    malformed: "InvalidNetworkInterfaceId.Malformed",
    notFound: "InvalidNetworkInterfaceID.NotFound",
    label: "The networkInterface ID",
  },
  "route-table": {
    prefix: "rtb",
    malformed: "InvalidRouteTableId.Malformed",
    notFound: "InvalidRouteTableID.NotFound",
    label: "The routeTable ID",
  },
  "security-group": {
    prefix: "sg",
    malformed: "InvalidGroupId.Malformed",
    notFound: "InvalidGroup.NotFound",
    label: "The security group",
  },
  "security-group-rule": {
    prefix: "sgr",
    malformed: "InvalidSecurityGroupRuleId.Malformed",
    notFound: "InvalidSecurityGroupRuleId.NotFound",
    label: "The security group rule ID",
  },
  snapshot: {
    prefix: "snap",
    malformed: "InvalidSnapshotID.Malformed",
    notFound: "InvalidSnapshot.NotFound",
    label: "The snapshot",
  },
  subnet: {
    prefix: "subnet",
    malformed: "InvalidSubnetID.Malformed",
    notFound: "InvalidSubnetID.NotFound",
    label: "The subnet ID",
  },
  volume: {
    prefix: "vol",
    malformed: "InvalidVolumeID.Malformed",
    notFound: "InvalidVolume.NotFound",
    label: "The volume",
  },
  vpc: {
    prefix: "vpc",
    malformed: "InvalidVpcID.Malformed",
    notFound: "InvalidVpcID.NotFound",
    label: "The vpc ID",
  },
  "vpc-flow-log": {
    prefix: "fl",
    malformed: "InvalidFlowLogId.Malformed",
    notFound: "InvalidFlowLogId.NotFound",
    label: "The flow log ID",
  },
} satisfies Record<string, IdFormat>;

export type ResourceType = keyof typeof resourceTypes;

/**
 * The resource with this id.
 * @throws AwsError if it is malformed or unknown
 */
export function find<Resource>(
  resources: ReadonlyMap<string, Resource>,
  type: ResourceType,
  id: string | undefined,
): Resource {
  const found = resources.get(id ?? "");
  if (found !== undefined) return found;
  throw notFound(type, [id ?? ""]);
}

/** The refusal of ids that don't exist: the first malformed one, or else all of them. */
export function notFound(type: ResourceType, ids: readonly string[]): AwsError {
  const { prefix, malformed, notFound: code, label } = resourceTypes[type];
  const malformedId = ids.find(id => !new RegExp(`^${prefix}-[0-9a-f]+$`).test(id));
  if (malformedId !== undefined)
    return new AwsError(malformed, `Invalid id: "${malformedId}" (expecting "${prefix}-...")`);
  const quoted = type === "image" ? `'[${ids.join(", ")}]'` : `'${ids.join(", ")}'`;
  return new AwsError(
    code,
    ids.length === 1 ? `${label} ${quoted} does not exist` : `${label}s ${quoted} do not exist`,
  );
}

/** The type of the resource with this id, by its prefix; undefined for an id that isn't one. */
export function typeOf(id: string): ResourceType | undefined {
  const prefix = id.slice(0, id.lastIndexOf("-"));
  return (Object.keys(resourceTypes) as ResourceType[]).find(type => resourceTypes[type].prefix === prefix);
}
