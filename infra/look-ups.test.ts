import { causeOf } from "./look-ups";
import { evaluate } from "./testing";

const refused =
  'request send failed, Post "https://sts.amazonaws.com/": dial tcp: connect: connection refused';

test.each([
  [
    "invocation of aws:index/getRegion:getRegion returned an error: no valid credential sources found.\nSee …",
    "no valid credential sources found.",
  ],
  [
    `invocation of aws:index/getRegion:getRegion returned an error: Retrieving AWS account details: failed.\nErrors: 2 errors occurred:\n\t* ${refused}\n\t* another\n\n`,
    refused,
  ],
  ["something else", "something else"],
])("the cause in %j", (message, cause) => {
  expect(causeOf(message)).toBe(cause);
});

test("a look-up that fails is one sentence, before anything but the provider is declared", async () => {
  const declared: string[] = [];
  const failed = () => {
    throw new Error("invocation of it returned an error: no credentials\nwith details");
  };
  const evaluation = evaluate({
    answers: {
      "aws:index/getRegion:getRegion": failed,
      "aws:index/getAvailabilityZones:getAvailabilityZones": failed,
      "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": failed,
      "aws:ssm/getParameter:getParameter": failed,
    },
    onDeclared: type => declared.push(type),
  });
  await expect(evaluation).rejects.toThrow(/no credentials/);
  expect(declared).toEqual(["pulumi:providers:aws"]);
});
