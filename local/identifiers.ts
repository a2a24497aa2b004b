/** Names and addresses in AWS's formats. */
import { randomBytes } from "node:crypto";

export const accountId = "123456789012";

/** Whoever calls the region's API with whatever credentials. */
export const operator = {
  name: "operator",
  id: "AIDALOCALREGIONOPERATOR",
  arn: `arn:aws:iam::${accountId}:user/operator`,
};

/** "vpc-0a1b…": a prefix and 17 hexadecimal digits, EC2's format for ids. */
export function resourceId(prefix: string): string {
  return `${prefix}-0${hex(16)}`;
}

export function hex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString("hex")
    .slice(0, digits);
}

/** TEST-NET-3 (RFC 5737): the region assigns public addresses from it. */
export const publicRange = "203.0.113.0/24";
