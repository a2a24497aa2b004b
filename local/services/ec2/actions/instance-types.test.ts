/** Instance types, by the API. */
import { openRegion } from "../../../../testing/sample-resources";

test("a type's figures, and where it is offered", async () => {
  const { ec2 } = (await openRegion()).region.calls;
  const { InstanceTypes } = await ec2.DescribeInstanceTypes({ InstanceTypes: ["t3.micro", "t4g.large"] });
  expect(InstanceTypes).toMatchObject([
    {
      InstanceType: "t3.micro",
      BurstablePerformanceSupported: true,
      MemoryInfo: { SizeInMiB: 1024 },
      ProcessorInfo: { SupportedArchitectures: ["x86_64"] },
      VCpuInfo: { DefaultVCpus: 2, DefaultCores: 1, DefaultThreadsPerCore: 2 },
    },
    { InstanceType: "t4g.large", ProcessorInfo: { SupportedArchitectures: ["arm64"] } },
  ]);
  const { InstanceTypeOfferings } = await ec2.DescribeInstanceTypeOfferings({
    LocationType: "availability-zone",
    Filters: [{ Name: "instance-type", Values: ["t3.micro"] }],
  });
  expect(InstanceTypeOfferings.map(({ Location }) => Location)).toEqual([
    "us-east-1a",
    "us-east-1b",
    "us-east-1c",
  ]);
});
