/** Fails if the SDK changes the layout of its schemas. */
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as ec2 from "@aws-sdk/client-ec2";
import {
  exceptionsByQueryCode,
  membersBy,
  operationShapes,
  requiredMembers,
  string,
  structure,
} from "./schema";

test("an operation has an input and an output", () => {
  const { input, output } = operationShapes(ec2, "TerminateInstances");
  expect(input.getName()).toBe("TerminateInstancesRequest");
  expect(output.getName()).toBe("TerminateInstancesResult");
  expect([...output.structIterator()].map(([name]) => name)).toEqual(["TerminatingInstances"]);
});

test("an operation may have no output", () => {
  expect(operationShapes(ec2, "DeleteVpc").output.isUnitSchema()).toBe(true);
  expect([...operationShapes(ec2, "DeleteVpc").output.structIterator()]).toEqual([]);
});

test.each(["DescribeNothing", "Instance", "EC2ServiceException", "constructor", ""])(
  "%j is not an operation",
  name => {
    expect(() => operationShapes(ec2, name)).toThrow(
      `the SDK's client has no schema of the operation ${name}`,
    );
  },
);

test.each<[object, string, string[]]>([
  [ec2, "TerminateInstances", ["InstanceIds"]],
  [ec2, "DescribeInstances", []],
  [ec2, "CreateNetworkAclEntry", ["NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "Egress"]],
  [cloudwatch, "GetMetricStatistics", ["Namespace", "MetricName", "StartTime", "EndTime", "Period"]],
])("%# the required members of %s", (model, operation, names) => {
  expect(requiredMembers(operationShapes(model, operation).input).sort()).toEqual(names.sort());
});

test("only structures have required members", () => {
  expect(requiredMembers(operationShapes(ec2, "DeleteVpc").output)).toEqual([]);
});

test("members are found by their names in the protocol", () => {
  const { input } = operationShapes(ec2, "TerminateInstances");
  const members = membersBy((member, shape) => shape.getMemberTraits().xmlName ?? member, input);
  expect([...members].map(([name, { member }]) => [name, member])).toEqual([
    ["InstanceId", "InstanceIds"],
    ["Force", "Force"],
    ["SkipOsShutdown", "SkipOsShutdown"],
    ["dryRun", "DryRun"],
  ]);
});

test("exceptions of CloudWatch are found by their codes in the query protocol", () => {
  const exceptions = exceptionsByQueryCode(cloudwatch);
  expect(exceptions.size).toBeGreaterThan(10);
  expect(Object.fromEntries(exceptions)).toMatchObject({
    InternalServiceError: "InternalServiceFault",
    InvalidParameterCombination: "InvalidParameterCombinationException",
    InvalidParameterValue: "InvalidParameterValueException",
    MissingParameter: "MissingRequiredParameterException",
    ValidationError: "ValidationException",
  });
  expect(exceptionsByQueryCode(ec2).size).toBe(0);
});

test("a structure can wrap one of the SDK's", () => {
  const { output } = operationShapes(ec2, "DescribeVpcs");
  const wrapped = structure("Wrapped", { requestId: string, ...Object.fromEntries(output.structIterator()) });
  expect(wrapped.getName()).toBe("Wrapped");
  expect(
    [...wrapped.structIterator()].map(([name, shape]) => [name, shape.getMemberTraits().xmlName]),
  ).toEqual([
    ["requestId", undefined],
    ["NextToken", "nextToken"],
    ["Vpcs", "vpcSet"],
  ]);
});
