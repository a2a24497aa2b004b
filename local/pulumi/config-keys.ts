/** Which keys a stack's configuration can have, besides the program's own, which the program checks. */
import * as variables from "@pulumi/aws/config/vars";
import { closest } from "../api/closest";

/** What is wrong with the namespaces and the AWS provider's keys among these, which may lack the project's name. */
export function unknownKeys(keys: readonly string[], project: string): string[] {
  const awsKeys = Object.keys(variables).map(key => `aws:${key}`);
  return keys.flatMap(key => {
    const [namespace, name] = key.split(":");
    if (name === undefined || namespace === project || awsKeys.includes(key)) return [];
    if (namespace === "aws")
      return [`${key}: the AWS provider has no such key; the nearest: ${closest(key, awsKeys).join(", ")}`];
    return [`${key}: a key begins with ${project}: (or nothing) or with aws:`];
  });
}
