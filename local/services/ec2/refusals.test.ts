/** A call for each thing that EC2 refuses: the compiler names a refusal that has none. */
import { testRefusals } from "../../../testing/refusals";
import type { Region } from "../../region";
import type { refusals } from "./refusals";

type Ec2Calls = Region["calls"]["ec2"];

testRefusals<typeof refusals>({
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
});

function tagged(ec2: Ec2Calls, specification: object) {
  return ec2.CreateVpc({
    CidrBlock: "10.0.0.0/16",
    TagSpecifications: [{ ResourceType: "vpc", ...specification }],
  });
}
