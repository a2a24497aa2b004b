/**
 * What EC2 refuses of VPCs and their contents, apart from unknown and malformed ids (resource-types.ts).
 * network-refusals.test.ts has a call for each. Source: "Error codes for the Amazon EC2 API", unless a line names
 * another.
 */
import { AwsError, lacking } from "../../api/aws-error";
import { invalidCombination, invalidValue, missing } from "./error-codes";

const invalidParameter = (message: string) => new AwsError("InvalidParameter", message);
const dependencyViolation = (message: string) => new AwsError("DependencyViolation", message);
const hasDependencies = (kind: string) => (id: string) =>
  dependencyViolation(`The ${kind} '${id}' has dependencies and cannot be deleted.`);

/** "Constraints" of CreateSecurityGroup (EC2 API Reference). */
const groupCharacters = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

export const networkRefusals = {
  noIpv6: (parameter: string) => lacking(`The local region has no IPv6; leave out ${parameter}`),
  routeTarget: (target: string) =>
    lacking(`The local region routes to internet gateways only, not to ${target}`),
  otherAccount: (userId: string) =>
    lacking(`The local region has one account; leave out the account ${userId}`),

  invalidCidr: (parameter: string, value: string) =>
    invalidValue(`Value (${value}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`),
  invalidEnum: (parameter: string, value: string) =>
    invalidValue(`Value (${value}) for parameter ${parameter} is invalid.`),
  unknownAttribute: (attribute: string) =>
    invalidValue(`Value (${attribute}) for parameter attribute is invalid. Unknown attribute.`),
  noAttribute: () => invalidCombination("No attributes specified."),
  severalAttributes: (names: readonly string[]) =>
    invalidCombination(`Fields for multiple attribute types specified: ${names.join(", ")}`),
  unknownZone: (parameter: string, value: string, zones: readonly string[]) =>
    invalidValue(
      `Value (${value}) for parameter ${parameter} is invalid. ` +
        `Subnets can currently only be created in the following availability zones: ${zones.join(", ")}.`,
    ),
  zoneTwice: () =>
    invalidCombination("The parameter availabilityZone cannot be used with the parameter availabilityZoneId"),
  invalidZoneNames: (names: readonly string[]) =>
    invalidValue(`Invalid availability zone: [${names.join(", ")}]`),
  invalidRegionNames: (names: readonly string[]) =>
    invalidValue(`Invalid region names provided: ${names.join(", ")}`),

  /** Source: EC2 API Reference, "CreateVpc": a block size between /16 and /28. */
  vpcRange: (cidr: string) => new AwsError("InvalidVpc.Range", `The CIDR '${cidr}' is invalid.`),
  vpcHasDependencies: hasDependencies("vpc"),
  defaultVpcExists: () =>
    new AwsError("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region."),
  /** Source: EC2 API Reference, "ModifyVpcAttribute", which names no code. */
  dnsHostnamesWithoutSupport: () =>
    invalidCombination("DNS hostnames can be enabled only while DNS support is enabled"),

  subnetRange: (cidr: string) => new AwsError("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`),
  subnetConflict: (cidr: string) =>
    new AwsError("InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`),
  subnetHasDependencies: hasDependencies("subnet"),

  gatewayAttached: (id: string, vpcId: string) =>
    new AwsError("Resource.AlreadyAssociated", `resource ${id} is already attached to network ${vpcId}`),
  vpcHasGateway: (vpcId: string) => invalidValue(`Network ${vpcId} already has an internet gateway attached`),
  gatewayNotAttached: (id: string, vpcId: string) =>
    new AwsError("Gateway.NotAttached", `resource ${id} is not attached to network ${vpcId}`),
  publicAddressesMapped: (vpcId: string) =>
    dependencyViolation(
      `Network ${vpcId} has some mapped public address(es). ` +
        "Please unmap those public address(es) before detaching the gateway.",
    ),
  gatewayHasDependencies: hasDependencies("internetGateway"),

  routeExists: (cidr: string) =>
    new AwsError("RouteAlreadyExists", `The route identified by ${cidr} already exists.`),
  routeTargets: () =>
    missing("The request must contain exactly one of gatewayId, networkInterfaceId, natGatewayId"),
  routeNotFound: (cidr: string, table: string) =>
    new AwsError(
      "InvalidRoute.NotFound",
      `no route with destination-cidr-block ${cidr} in route table ${table}`,
    ),
  routeToReplace: (cidr: string) =>
    invalidValue(`There is no route defined for '${cidr}' in the route table. Use CreateRoute instead.`),
  routeWithinVpc: (cidr: string) =>
    invalidValue(
      `The destination CIDR block ${cidr} is equal to or more specific than one of this VPC's CIDR blocks. ` +
        "This route can target only an interface or an instance.",
    ),
  localRoute: (cidr: string, table: string) =>
    invalidValue(`cannot remove local route ${cidr} in route table ${table}`),
  gatewayNotFound: (id: string) =>
    new AwsError("InvalidGatewayID.NotFound", `The gateway ID '${id}' does not exist`),
  differentNetworks: (one: string, other: string) =>
    invalidValue(`${one} and ${other} belong to different networks`),
  tableHasDependencies: hasDependencies("routeTable"),
  associationConflict: (tableId: string) =>
    new AwsError(
      "Resource.AlreadyAssociated",
      `the specified association for route table ${tableId} conflicts with an existing association`,
    ),
  associationNotFound: (id: string) =>
    new AwsError("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`),
  mainAssociation: (id: string) => invalidValue(`cannot disassociate the main route table association ${id}`),

  ruleNumber: (number: number) =>
    invalidValue(`Value (${number}) for parameter ruleNumber is invalid. Must be between 1 and 32766.`),
  invalidProtocol: (protocol: string) =>
    invalidValue(`Invalid value '${protocol}' for IP protocol. Unknown protocol.`),
  invalidPort: (port: number) =>
    invalidValue(`Invalid value '${port}' for portRange. Must be between 0 and 65535.`),
  portOrder: (from: number, to: number) => invalidValue(`Invalid TCP/UDP port range (${from}:${to})`),
  portsMissing: () =>
    invalidValue("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."),
  icmpMissing: () => missing("The request must contain the parameter icmpTypeCode"),
  entryExists: (number: number) =>
    new AwsError(
      "NetworkAclEntryAlreadyExists",
      `The network acl entry identified by ${number} already exists.`,
    ),
  entryNotFound: (number: number, egress: boolean) =>
    new AwsError(
      "InvalidNetworkAclEntry.NotFound",
      `The ${egress ? "egress" : "ingress"} network acl entry identified by ${number} does not exist`,
    ),
  defaultAcl: (id: string) => invalidValue(`Cannot delete default network ACL ${id}`),
  aclHasDependencies: hasDependencies("networkAcl"),

  groupName: (name: string) =>
    invalidValue(
      `Value (${name}) for parameter GroupName is invalid. ` +
        `Names are strings of up to 255 characters from the following set: ${groupCharacters}`,
    ),
  groupNameLikeId: (name: string) =>
    invalidValue(
      `Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    ),
  groupDescription: () =>
    invalidValue(
      "Invalid security group description. Valid descriptions are strings less than 256 characters from the " +
        `following set: ${groupCharacters}`,
    ),
  groupReserved: (name: string) =>
    new AwsError("InvalidGroup.Reserved", `The security group name '${name}' is reserved`),
  groupDuplicate: (name: string, vpcId: string) =>
    new AwsError("InvalidGroup.Duplicate", `The security group '${name}' already exists for VPC '${vpcId}'`),
  groupNameNotFound: (name: string, vpcId: string) =>
    new AwsError(
      "InvalidGroup.NotFound",
      `The security group '${name}' does not exist in default VPC '${vpcId}'`,
    ),
  noDefaultVpc: () => new AwsError("VPCIdNotSpecified", "No default VPC for this user"),
  groupMissing: () => missing("The request must contain the parameter groupName or groupId"),
  groupTwice: () => invalidCombination("The parameter groupName cannot be used with the parameter groupId"),
  groupInUse: (id: string) => dependencyViolation(`resource ${id} has a dependent object`),
  defaultGroup: (id: string) =>
    new AwsError("CannotDelete", `the specified group: "${id}" name: "default" cannot be deleted by a user`),
  groupInOtherVpc: () =>
    new AwsError(
      "InvalidGroup.NotFound",
      "You have specified two resources that belong to different networks.",
    ),

  permissionsMissing: () => missing("The request must contain the parameter ipPermissions"),
  permissionsTwice: (parameter: string) =>
    invalidCombination(`The parameter ipPermissions cannot be used with the parameter ${parameter}`),
  permissionWithoutPeer: () =>
    missing("The request must contain the parameter ipRanges or userIdGroupPairs of each IP permission"),
  malformedCidr: (cidr: string) => invalidValue(`CIDR block ${cidr} is malformed`),
  samePermissionTwice: () => invalidValue("The same permission must not appear multiple times"),
  permissionDuplicate: (permission: string) =>
    new AwsError("InvalidPermission.Duplicate", `the specified rule "${permission}, ALLOW" already exists`),
  permissionNotFound: () =>
    new AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group."),
  ruleDescription: () =>
    invalidValue(
      "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: " +
        groupCharacters,
    ),
  rulePeers: () =>
    invalidCombination("A security group rule has exactly one of CidrIpv4 and ReferencedGroupId"),
  ruleIdsTwice: () =>
    invalidCombination("The parameter securityGroupRuleIds cannot be used with the parameter ipPermissions"),

  flowLogExists: () =>
    new AwsError(
      "FlowLogAlreadyExists",
      "Error. There is an existing Flow Log with the same configuration and log destination. Please create another.",
    ),
  /** Sources of these: EC2 API Reference, "CreateFlowLogs"; published responses. */
  flowLogGroup: () => invalidParameter("Please only provide LogGroupName or only provide LogDestination."),
  flowLogRole: () =>
    invalidParameter("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."),
  flowLogNoRole: (type: string) =>
    invalidParameter(`DeliverLogsPermissionArn is not applicable for ${type} delivery`),
  flowLogDestination: (destination: string | undefined) =>
    destination === undefined
      ? invalidParameter("LogDestination can't be empty if LogGroupName is not provided.")
      : invalidParameter(`LogDestination: ${destination} is not a valid ARN`),
  flowLogInterval: (seconds: number) =>
    invalidParameter(`Invalid Flow Log Max Aggregation Interval: ${seconds}`),

  interfaceWithoutGroups: () => missing("The request must contain the parameter securityGroupId"),
  invalidId: (id: string) => new AwsError("InvalidID", `The ID '${id}' is not valid`),
} satisfies Record<string, (...args: never[]) => AwsError>;
