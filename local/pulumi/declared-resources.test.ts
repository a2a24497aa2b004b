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
  const group = { vpcId: id, description: "" };
  await resources.create({ type: "aws:ec2/securityGroup:SecurityGroup", name: "vpc", inputs: group });
  expect(resources.declarations.map(({ name }) => name)).toEqual(["vpc", "vpc"]);
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

test("deleting a VPC deletes what was created along with it", async () => {
  const { region, resources } = await openRegion();
  const { routeTables, networkAcls, securityGroups, securityGroupRules } = region.ec2.vpc;
  const sizes = () => [routeTables, networkAcls, securityGroups, securityGroupRules].map(({ size }) => size);
  // The default VPC's.
  expect(sizes()).toEqual([1, 1, 1, 2]);
  await resources.create(vpc);
  expect(sizes()).toEqual([2, 2, 2, 4]);
  await resources.delete(vpc.type, vpc.name);
  expect(sizes()).toEqual([1, 1, 1, 2]);
});

test("update and delete reject an unknown resource", async () => {
  const { resources } = await openRegion();
  const message = "no such resource: aws:ec2/vpc:Vpc vpc";
  await expect(resources.update(vpc)).rejects.toThrow(message);
  await expect(resources.delete(vpc.type, vpc.name)).rejects.toThrow(message);
});

test("a rejected update changes nothing", async () => {
  const { region, resources } = await openRegion();
  await makeSamples(resources, "aws:iam/instanceProfile:InstanceProfile");
  const before = structuredClone(region.iam.roles);
  const invalid = {
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "policy",
    inputs: { role: "x", policy: "{" },
  };
  await expect(resources.update(invalid)).rejects.toThrow("MalformedPolicyDocument");
  expect(region.iam.roles).toEqual(before);
});

test("a resource being created while the region closes is deleted", async () => {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources, "aws:ec2/instance:Instance");
  const creating = resources.create({
    type: "aws:ec2/instance:Instance",
    name: "late",
    inputs: {
      ami: amazonLinux2023,
      instanceType: "t3.micro",
      subnetId: made["subnet-1"]?.id,
      vpcSecurityGroupIds: [],
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    },
  });
  resources.close();
  const closing = region.close();
  await expect(creating).rejects.toThrow("the region is closed");
  await closing;
  expect(region.ec2.instances.hosts.size).toBe(0);
  await expect(resources.create(vpc)).rejects.toThrow("the region is closed");
});
