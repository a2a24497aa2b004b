import { closest } from "../../api/closest";

/** AWS's commercial regions. Source: AWS Global Infrastructure, "AWS Regions". */
const regions: readonly string[] = [
  ...["af-south-1"],
  ...[
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
  ],
  ...["ca-central-1", "ca-west-1"],
  ...[
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
  ],
  ...["il-central-1"],
  ...["me-central-1", "me-south-1"],
  ...["mx-central-1"],
  ...["sa-east-1"],
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
];

/**
 * @throws with a message for users if AWS has no such region, or has it in China, GovCloud or another partition, whose
 * ARNs and domains differ
 */
export function assertRegion(name: string): void {
  if (regions.includes(name)) return;
  if (/^(cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/.test(name))
    throw new Error(
      `a local region is one of AWS's commercial regions; ${name} belongs to another partition`,
    );
  const [nearest] = closest(name, regions, 1);
  throw new Error(`AWS has no region ${name}; the nearest name is ${nearest}`);
}
