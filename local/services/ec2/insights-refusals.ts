/**
 * What EC2 refuses of Reachability Analyzer's paths and analyses, apart from unknown and malformed ids
 * (resource-types.ts). insights-refusals.test.ts has a call for each. Source of the codes: the error translators of
 * aws-cloudformation/aws-cloudformation-resource-providers-ec2-networkinsights; "Error codes for the Amazon EC2 API".
 */
import { AwsError, lacking } from "../../api/aws-error";
import { invalidCombination, invalidValue } from "./error-codes";

export const insightsRefusals = {
  sourceNotFound: (id: string) =>
    new AwsError("NetworkInsightsSource.NotFound", `The source '${id}' does not exist`),
  destinationNotFound: (id: string) =>
    new AwsError("NetworkInsightsDestination.NotFound", `The destination '${id}' does not exist`),
  noDestination: () =>
    invalidCombination("The request must contain a destination, or a destination address at the source"),
  address: (parameter: string, value: string) =>
    invalidValue(`Value (${value}) for parameter ${parameter} is invalid. This is not an IPv4 address.`),
  port: (value: number | undefined) => invalidValue(`Invalid port '${value}'. Must be between 0 and 65535.`),
  portOrder: (from: number, to: number) => invalidValue(`Invalid port range (${from}:${to})`),
  filterTwice: (parameter: string) =>
    invalidCombination(`The parameter filterAtSource cannot be used with the parameter ${parameter}`),
  pathInUse: (id: string) =>
    new AwsError("AnalysisExistsForNetworkInsightsPath", `Path ${id} has analyses; delete them first`),

  udp: () => lacking("The local region analyzes paths of tcp only, not of udp"),
  resource: (id: string) =>
    lacking(
      `The local region analyzes paths between instances, network interfaces and internet gateways; ${id} is none of them`,
    ),
  betweenGateways: () => lacking("The local region analyzes no path from one internet gateway to another"),
  otherSourceAddress: (address: string, own: string) =>
    lacking(`The local region's network interfaces send from their own address, ${own}, not from ${address}`),
} satisfies Record<string, (...args: never[]) => AwsError>;
