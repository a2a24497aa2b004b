import { AwsError } from "../../api/aws-error";

type Kind = "Instance" | "NetworkAcl" | "NetworkInterface" | "RouteTable" | "Subnet";

/** Worded as EC2 does: "The routeTable ID '…' does not exist". */
export function notFound(kind: Kind, id: string): AwsError {
  const label = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  return new AwsError(`Invalid${kind}ID.NotFound`, `The ${label} ID '${id}' does not exist`);
}
