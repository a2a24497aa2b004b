import { makeSamples, openRegion } from "../../testing/sample-resources";
import { amazonLinux2023 } from "../services/ec2/image";

const vpc = { type: "aws:ec2/vpc:Vpc", name: "vpc", inputs: { cidrBlock: "10.0.0.0/16" } };

test("duplicate resources are rejected, whether created concurrently or in sequence", async () => {
  const { region, resources } = await openRegion();
  const before = region.ec2.vpc.vpcs.size;
  const message = "duplicate resource: aws:ec2/vpc:Vpc vpc";
  const results = await Promise.allSettled([resources.create(vpc), resources.create(vpc)]);
  expect(results).toMatchObject([{ status: "fulfilled" }, { reason: { message } }]);
  await expect(resources.create(vpc)).rejects.toThrow(message);
  expect(region.ec2.vpc.vpcs.size).toBe(before + 1);
});

test("resources of different types may share a name", async () => {
  const { resources } = await openRegion();
  const { id } = await resources.create(vpc);
  const group = { vpcId: id, description: "a group" };
  await resources.create({ type: "aws:ec2/securityGroup:SecurityGroup", name: "vpc", inputs: group });
  expect(resources.declared.map(({ name }) => name)).toEqual(["vpc", "vpc"]);
});

test.each(["aws:s3/bucket:Bucket", "", "constructor", "__proto__"])(
  "the type %j is not supported",
  async type => {
    const { resources } = await openRegion();
    await expect(resources.create({ type, name: "a", inputs: {} })).rejects.toThrow(
      `the local region does not support the type ${type}`,
    );
  },
);

test("an unsupported type is refused with the nearest ones and the file to extend", async () => {
  const { resources } = await openRegion();
  const create = resources.create({ type: "aws:ec2/vpcEndpoint:VpcEndpoint", name: "a", inputs: {} });
  await expect(create).rejects.toThrow(
    /the nearest that it supports: aws:ec2\/\w+:\w+, .*; to add it, extend local\/pulumi\/resources\/index\.ts$/,
  );
});

test("an instance that is asked for while the region closes is never launched", async () => {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources, "aws:ec2/instance:Instance");
  const creating = resources.create({
    type: "aws:ec2/instance:Instance",
    name: "late",
    inputs: { ami: amazonLinux2023, instanceType: "t3.micro", subnetId: made["subnet-1"]?.id },
  });
  const closing = region.close();
  await expect(creating).rejects.toThrow();
  await closing;
  expect(region.ec2.instances.hosts.size).toBe(0);
});
