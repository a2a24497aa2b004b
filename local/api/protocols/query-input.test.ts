import { DescribeInstances$, ImportKeyPair$, TerminateInstances$ } from "@aws-sdk/client-ec2";
import { DescribeAutoScalingGroups$, SetDesiredCapacity$ } from "@aws-sdk/client-auto-scaling";
import { GetMetricStatistics$ } from "@aws-sdk/client-cloudwatch";
import { CreateTargetGroup$, ModifyListener$ } from "@aws-sdk/client-elastic-load-balancing-v2";
import fc from "fast-check";
import { AwsError } from "../aws-error";
import { operationShapes } from "../schema";
import { ec2Faults, queryFaults } from "./faults";
import { queryInput, type Dialect } from "./query-input";

type Operation = typeof DescribeInstances$;

function read(operation: Operation, query: string, dialect: Dialect) {
  const faults = dialect === "ec2" ? ec2Faults : queryFaults;
  const { input } = operationShapes({ Operation$: operation }, "Operation");
  return queryInput(new URLSearchParams(query), input, dialect, faults);
}

function errorOf(operation: Operation, query: string, dialect: Dialect): string {
  try {
    return `read as ${JSON.stringify(read(operation, query, dialect))}`;
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const date = (text: string) => new Date(text);

test.each<[Dialect, Operation, string, object]>([
  ["ec2", DescribeInstances$, "Action=DescribeInstances&Version=2016-11-15", {}],
  [
    "ec2",
    DescribeInstances$,
    "InstanceId.10=c&InstanceId.2=b&InstanceId.1=a",
    { InstanceIds: ["a", "b", "c"] },
  ],
  [
    "ec2",
    DescribeInstances$,
    "Filter.1.Name=x&Filter.1.Value.1=a&Filter.1.Value.2=b&Filter.2.Name=y&MaxResults=5&DryRun=true",
    { Filters: [{ Name: "x", Values: ["a", "b"] }, { Name: "y" }], MaxResults: 5, DryRun: true },
  ],
  [
    "ec2",
    ImportKeyPair$,
    "KeyName=a&PublicKeyMaterial=aGVsbG8%3D",
    { KeyName: "a", PublicKeyMaterial: new Uint8Array(Buffer.from("hello")) },
  ],
  ["query", DescribeAutoScalingGroups$, "AutoScalingGroupNames=", { AutoScalingGroupNames: [] }],
  [
    "query",
    DescribeAutoScalingGroups$,
    "AutoScalingGroupNames.member.1=a&Filters.member.1.Name=tag%3Ax&Filters.member.1.Values.member.1=%C3%BC+%26",
    { AutoScalingGroupNames: ["a"], Filters: [{ Name: "tag:x", Values: ["ü &"] }] },
  ],
  [
    "query",
    CreateTargetGroup$,
    "Name=a&ProtocolVersion=&Tags.member.1.Key=b&Tags.member.1.Value=",
    { Name: "a", Tags: [{ Key: "b", Value: "" }] },
  ],
  [
    "query",
    ModifyListener$,
    "ListenerArn=a&DefaultActions.member.1.Type=redirect&DefaultActions.member.1.RedirectConfig.Query=" +
      "&DefaultActions.member.1.RedirectConfig.Host=&DefaultActions.member.1.RedirectConfig.StatusCode=HTTP_301",
    {
      ListenerArn: "a",
      DefaultActions: [{ Type: "redirect", RedirectConfig: { Query: "", StatusCode: "HTTP_301" } }],
    },
  ],
  ["ec2", DescribeInstances$, "NextToken=&Filter.1.Name=&Filter.1.Value.1=", { Filters: [{ Values: [""] }] }],
  [
    "query",
    SetDesiredCapacity$,
    "AutoScalingGroupName=&DesiredCapacity=-1&HonorCooldown=false",
    { AutoScalingGroupName: "", DesiredCapacity: -1, HonorCooldown: false },
  ],
  ...[
    ["2026-11-22T20:00:01Z", "2026-11-22T20:00:01Z"],
    ["2026-11-22T20:00:01.5%2B01:00", "2026-11-22T19:00:01.5Z"],
    ["2026-11-22T20:00", "2026-11-22T20:00:00Z"],
    ["2026-11-22", "2026-11-22T00:00:00Z"],
  ].map(([text = "", utc = ""]): [Dialect, Operation, string, object] => [
    "query",
    GetMetricStatistics$,
    `Namespace=a&MetricName=b&Period=60&EndTime=2026-11-23T00:00:00Z&StartTime=${text}`,
    {
      Namespace: "a",
      MetricName: "b",
      Period: 60,
      EndTime: date("2026-11-23T00:00:00Z"),
      StartTime: date(utc),
    },
  ]),
])("%s %# reads the input", (dialect, operation, query, expected) => {
  expect(read(operation, query, dialect)).toEqual(expected);
});

test.each([
  ["Colour=red", "Colour"],
  ["InstanceIds.1=a", "InstanceIds"],
  ["InstanceId=a", "InstanceId"],
  ["InstanceId.x=a", "InstanceId.x"],
  ["InstanceId.0=a", "InstanceId.0"],
  ["InstanceId.1.x=a", "InstanceId.1.x"],
  ["Filter.1=a", "Filter.1"],
  ["Filter.1.Nam=a", "Filter.1.Nam"],
  ["__proto__.x=a", "__proto__"],
  ["constructor=a", "constructor"],
])("ec2: %s is not recognized", (query, parameter) => {
  expect(errorOf(DescribeInstances$, query, "ec2")).toBe(
    `UnknownParameter: The parameter ${parameter} is not recognized`,
  );
});

const constraint = "1 validation error detected: Value null at";
const rejected: [Dialect, Operation, Record<string, string>][] = [
  [
    "ec2",
    DescribeInstances$,
    {
      "MaxResults=many":
        "InvalidParameterValue: Value ( many ) for parameter MaxResults is invalid. Expecting a number.",
      "DryRun=yes":
        "InvalidParameterValue: Value ( yes ) for parameter DryRun is invalid. Expecting true or false.",
      "MaxResults=5&MaxResults=6": "MalformedQueryString: The parameter MaxResults is given twice",
    },
  ],
  ["ec2", TerminateInstances$, { "": "MissingParameter: The request must contain the parameter InstanceId" }],
  [
    "query",
    SetDesiredCapacity$,
    {
      "DesiredCapacity=1": `ValidationError: ${constraint} 'autoScalingGroupName' failed to satisfy constraint: Member must not be null`,
      "AutoScalingGroupName=a": `ValidationError: ${constraint} 'desiredCapacity' failed to satisfy constraint: Member must not be null`,
      "AutoScalingGroupName=a&DesiredCapacity=one":
        "MalformedInput: Value 'one' at 'DesiredCapacity' is not valid: expected a number",
      "Capacity=1": "InvalidQueryParameter: The parameter Capacity is not recognized",
    },
  ],
  [
    "query",
    DescribeAutoScalingGroups$,
    {
      "AutoScalingGroupNames.1=a":
        "InvalidQueryParameter: The parameter AutoScalingGroupNames.1 is not recognized",
    },
  ],
  [
    "query",
    GetMetricStatistics$,
    {
      "StartTime=yesterday":
        "MalformedInput: Value 'yesterday' at 'StartTime' is not valid: expected a timestamp",
    },
  ],
];
describe.each(rejected)("%s", (dialect, operation, errors) => {
  test.each(Object.entries(errors))("%j is rejected", (query, expected) => {
    expect(errorOf(operation, query, dialect)).toBe(expected);
  });
});

test("any parameters are either read or rejected in AWS's words", () => {
  const part = fc.oneof(
    fc.constantFrom("Filter", "InstanceId", "1", "2", "Name", "Value", "member", "MaxResults", "DryRun", ""),
    fc.string(),
  );
  const name = fc.array(part, { minLength: 1, maxLength: 5 }).map(parts => parts.join("."));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.string())),
      fc.constantFrom<Dialect>("ec2", "query"),
      (pairs, dialect) => {
        expect(typeof errorOf(DescribeInstances$, new URLSearchParams(pairs).toString(), dialect)).toBe(
          "string",
        );
      },
    ),
  );
});
