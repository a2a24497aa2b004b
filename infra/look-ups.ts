/** What the program asks AWS before it declares anything. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config";
import { chooseZones } from "./zones";

const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

export interface LookUpResult {
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
): Promise<LookUpResult> {
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
    imageId ||
      orSentence("the newest image", aws.ssm.getParameter({ name: imageParameter }, opts)).then(
        ({ value }) => value,
      ),
  ]);
  return {
    region,
    zones: chooseZones({ open, offering }, instanceType),
    imageId: image,
  };
}

/** The SDK's own error has several lines and a stack, and is repeated for each resource that depends on it. */
async function orSentence<T>(what: string, looking: Promise<T>): Promise<T> {
  try {
    return await looking;
  } catch (error) {
    throw new pulumi.RunError(`can't look up ${what}: ${causeOf((error as Error).message)}`);
  }
}

/** The cause in an error of a provider's function, on one line. */
export function causeOf(message: string): string {
  const [, details = message] = /returned an error: (.*)/is.exec(message) ?? [];
  // Several causes are listed under a heading.
  const [, first = details] = /^\s*\* (.*)$/m.exec(details) ?? [];
  return first.trim().split("\n", 1).join();
}
