/** What the compiler rejects; `tsc` fails here if it no longer does. */
import type { DescribeVpcsRequest, DescribeVpcsResult } from "@aws-sdk/client-ec2";
import type { Action, ServiceOf } from "./service";

const action = <Context, Input, Output>(
  parameters: Action<Context, Input, Output>["parameters"],
  handle: Action<Context, Input, Output>["handle"],
): Action<Context, Input, Output> => ({ parameters, handle });

type Ec2 = ServiceOf<typeof import("@aws-sdk/client-ec2"), { cidrBlock: string }>;

const describeVpcs = action<{ cidrBlock: string }, DescribeVpcsRequest, DescribeVpcsResult>(
  ["VpcIds"],
  ({ cidrBlock }, { VpcIds = [] }) => ({ Vpcs: VpcIds.map(VpcId => ({ VpcId, CidrBlock: cidrBlock })) }),
);

const tables: Ec2["actions"][] = [
  { DescribeVpcs: describeVpcs },
  // @ts-expect-error: EC2 has no such action
  { DescribeNothing: describeVpcs },
  // @ts-expect-error: DescribeSubnets returns subnets in a list
  { DescribeSubnets: action<object, object, { Subnets: string }>([], () => ({ Subnets: "subnet-1" })) },
  // @ts-expect-error: the identifiers of VPCs are strings
  { DescribeVpcs: action<object, { VpcIds?: number[] }, DescribeVpcsResult>([], () => ({})) },
  // @ts-expect-error: the service has no such state
  { DescribeVpcs: action<{ tables: string }, DescribeVpcsRequest, DescribeVpcsResult>([], () => ({})) },
  // @ts-expect-error: the action has no such parameter
  { DescribeVpcs: action<object, DescribeVpcsRequest, DescribeVpcsResult>(["SubnetIds"], () => ({})) },
];

test("an action is called with typed objects, without a schema", () => {
  expect(tables).toHaveLength(6);
  expect(describeVpcs.handle({ cidrBlock: "10.0.0.0/16" }, { VpcIds: ["vpc-1"] })).toEqual({
    Vpcs: [{ VpcId: "vpc-1", CidrBlock: "10.0.0.0/16" }],
  });
});
