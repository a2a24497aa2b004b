import { openRegion } from "../../../testing/sample-resources";
import { imageParameter } from "../../program";

const folder = imageParameter.slice(0, imageParameter.lastIndexOf("/"));
const image = {
  Name: imageParameter,
  Type: "String",
  Value: expect.stringMatching(/^ami-[0-9a-f]+$/) as string,
  Version: 1,
  LastModifiedDate: expect.any(Date) as Date,
  ARN: `arn:aws:ssm:us-east-1::parameter${imageParameter}`,
  DataType: "text",
};

async function open() {
  return (await openRegion()).region.calls.ssm;
}

test("a public parameter, also by its version", async () => {
  const ssm = await open();
  expect(await ssm.GetParameter({ Name: imageParameter, WithDecryption: true })).toEqual({
    Parameter: image,
  });
  expect(await ssm.GetParameter({ Name: `${imageParameter}:1` })).toEqual({
    Parameter: { ...image, Selector: ":1" },
  });
});

test("known and unknown parameters", async () => {
  const ssm = await open();
  expect(await ssm.GetParameters({ Names: ["/other", imageParameter] })).toEqual({
    Parameters: [image],
    InvalidParameters: ["/other"],
  });
});

test.each([
  [folder, false, 1],
  [`${folder}/`, false, 1],
  ["/aws/service", false, 0],
  ["/aws/service", true, 1],
  ["/aws/serv", true, 0],
])("in %s, recursively %s, are %i parameters", async (Path, Recursive, count) => {
  const { Parameters } = await (await open()).GetParametersByPath({ Path, Recursive });
  expect(Parameters).toHaveLength(count);
});

test("the account has no parameters of its own", async () => {
  expect(await (await open()).DescribeParameters({})).toEqual({ Parameters: [] });
});

type Ssm = Awaited<ReturnType<typeof open>>;

test.each<[code: string, call: (ssm: Ssm) => Promise<unknown>]>([
  ["ParameterNotFound", ssm => ssm.GetParameter({ Name: "/other" })],
  ["ParameterVersionNotFound", ssm => ssm.GetParameter({ Name: `${imageParameter}:2` })],
  ["ValidationException", ssm => ssm.GetParameters({ Names: [] })],
  ["ValidationException", ssm => ssm.GetParameters({ Names: ["/a", "/a"] })],
  ["ValidationException", ssm => ssm.GetParametersByPath({ Path: "aws" })],
  ["ValidationException", ssm => ssm.GetParametersByPath({ Path: "/", MaxResults: 11 })],
  ["InvalidNextToken", ssm => ssm.GetParametersByPath({ Path: "/", NextToken: "x" })],
  ["ValidationException", ssm => ssm.DescribeParameters({ MaxResults: 51 })],
  ["InvalidNextToken", ssm => ssm.DescribeParameters({ NextToken: "x" })],
])("refuses with %s", async (code, call) => {
  await expect(call(await open())).rejects.toMatchObject({ code });
});
