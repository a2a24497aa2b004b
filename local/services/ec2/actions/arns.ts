import { accountId } from "../../../identifiers";
import { typeOf } from "../resource-types";

/** The ARN of a resource of this account, by its id. */
export function arnOf(regionName: string, id: string): string {
  return `arn:aws:ec2:${regionName}:${accountId}:${typeOf(id)}/${id}`;
}
