/** What the program declares, as rows of a table: what a test expects, whole. */
export interface Expected {
  /** As Pulumi names it. */
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  parent?: Expected;
  /** Resources that it waits for though none of its inputs comes from there. */
  after?: Expected[];
  options?: Record<string, unknown>;
}

export const table: Expected[] = [];
export function expected(row: Expected): Expected {
  table.push(row);
  return row;
}
export function component(kind: string, name: string, inputs: Record<string, unknown>): Expected {
  return expected({ type: `elastic-fleet:infra:${kind}`, name, inputs });
}
export const urn = ({ type, name, parent }: Expected): string =>
  `urn:pulumi:dev::elastic-fleet::${parent ? `${parent.type}$` : ""}${type}::${name}`;

export const provider = expected({
  type: "pulumi:providers:aws",
  name: "aws",
  inputs: {
    region: "us-east-1",
    defaultTags: '{"tags":{"project":"elastic-fleet","stack":"dev"}}',
    // The SDK's own.
    skipCredentialsValidation: "false",
    skipRegionValidation: "true",
  },
  options: { additionalSecretOutputs: ["accessKey", "secretKey", "token"] },
});
