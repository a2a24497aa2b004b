/** What the program asks AWS before it declares anything. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config";
import { chooseZones } from "./zones";

const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

export interface Surroundings {
  region: string;
  /** Two availability zones that offer the instance type. */
  zones: string[];
  /** The configured image, or else Amazon's newest. */
  imageId: string;
}

/** @throws pulumi.RunError, in one sentence, for the first look-up that fails */
export async function lookUp(
  { instanceType, imageId }: Pick<Config, "instanceType" | "imageId">,
  opts: pulumi.InvokeOptions,
): Promise<Surroundings> {
  const [{ region }, { names: open }, { locations: offering }, image] = await Promise.all([
    orSentence("the region", aws.getRegion({}, opts)),
    orSentence(
      "the availability zones",
      aws.getAvailabilityZones(
        { state: "available", filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }] },
        opts,
      ),
    ),
    orSentence(
      `the zones that offer ${instanceType}`,
      aws.ec2.getInstanceTypeOfferings(
        { locationType: "availability-zone", filters: [{ name: "instance-type", values: [instanceType] }] },
        opts,
      ),
    ),
    imageId || orSentence("the newest image", aws.ssm.getParameter({ name: imageParameter }, opts)),
  ]);
  return {
    region,
    zones: chooseZones({ open, offering }, instanceType),
    imageId: typeof image === "string" ? image : image.value,
  };
}

/** The SDK's own message has several lines and a stack. */
async function orSentence<T>(what: string, looking: Promise<T>): Promise<T> {
  try {
    return await looking;
  } catch (error) {
    throw new pulumi.RunError(`can't look up ${what}: ${causeOf((error as Error).message)}`);
  }
}

export function causeOf(message: string): string {
  return message;
}
