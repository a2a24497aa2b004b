/** A call for each thing that EC2 refuses: the compiler names a refusal that has none. */
import { openRegion } from "../../../testing/sample-resources";
import type { Region } from "../../region";
import { refusals } from "./refusals";
import { createRouteTable } from "./vpcs";

type Ec2Calls = Region["calls"]["ec2"];

/** The calls that end in the refusal, and its code. */
type Case = [code: string, call: (ec2: Ec2Calls, region: Region) => Promise<unknown>];

const cases: Record<keyof typeof refusals, Case> = {
  noIpv6: [
    "UnsupportedOperation",
    ec2 => ec2.CreateVpc({ CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }),
  ],
  vpcRange: ["InvalidVpc.Range", ec2 => ec2.CreateVpc({ CidrBlock: "10.0.0.0/15" })],
  invalidCidr: ["InvalidParameterValue", ec2 => ec2.CreateVpc({ CidrBlock: "10.0.0.0" })],
  vpcHasDependencies: [
    "DependencyViolation",
    async (ec2, { ec2: { vpc } }) => {
      const { Vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
      createRouteTable(vpc, { vpcId: Vpc.VpcId ?? "", tags: {} });
      return ec2.DeleteVpc({ VpcId: Vpc.VpcId });
    },
  ],
  tagWithoutResourceType: ["InvalidParameterValue", ec2 => tagged(ec2, { ResourceType: undefined })],
  tagOnOtherType: ["InvalidParameterValue", ec2 => tagged(ec2, { ResourceType: "subnet" })],
  tagKeyReserved: ["InvalidParameterValue", ec2 => tagged(ec2, { Tags: [{ Key: "aws:a" }] })],
  tagKeyInvalid: ["InvalidParameterValue", ec2 => tagged(ec2, { Tags: [{ Key: "a".repeat(128) }] })],
  tagValueTooLong: [
    "InvalidParameterValue",
    ec2 => tagged(ec2, { Tags: [{ Key: "a", Value: "a".repeat(257) }] }),
  ],
  tagKeyTwice: ["InvalidParameterValue", ec2 => tagged(ec2, { Tags: [{ Key: "a" }, { Key: "a" }] })],
  tooManyTags: [
    "TagLimitExceeded",
    ec2 => tagged(ec2, { Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `tag-${index}` })) }),
  ],
};

function tagged(ec2: Ec2Calls, specification: object) {
  return ec2.CreateVpc({
    CidrBlock: "10.0.0.0/16",
    TagSpecifications: [{ ResourceType: "vpc", ...specification }],
  });
}

test.each(Object.entries(cases))("%s", async (_name, [code, call]) => {
  const { region } = await openRegion();
  await expect(call(region.calls.ec2, region)).rejects.toMatchObject({ code });
});
