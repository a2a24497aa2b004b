import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cleanUp } from "../testing/clean-up";
import { amazonLinux2023 } from "./identifiers";
import { makeSamples, openRegion } from "../testing/sample-resources";

afterEach(cleanUp);

const vpc = { type: "aws:ec2/vpc:Vpc", name: "vpc", inputs: { cidrBlock: "10.0.0.0/16" } };

test("two resources of one type and name are refused, made at once or one after the other", async () => {
  const { region } = await openRegion();
  const message = "there are two resources aws:ec2/vpc:Vpc named vpc";
  const results = await Promise.allSettled([region.create(vpc), region.create(vpc)]);
  expect(results).toMatchObject([{ status: "fulfilled" }, { reason: { message } }]);
  await expect(region.create(vpc)).rejects.toThrow(message);
  expect(region.vpc.vpcs.size).toBe(1);
});

test("one name may stand for resources of several types", async () => {
  const { region } = await openRegion();
  const { id } = await region.create(vpc);
  const group = { vpcId: id, description: "" };
  await region.create({ type: "aws:ec2/securityGroup:SecurityGroup", name: "vpc", inputs: group });
  expect(region.declarations.map(({ name }) => name)).toEqual(["vpc", "vpc"]);
});

test.each(["aws:s3/bucket:Bucket", "", "constructor", "__proto__"])(
  "the type %j is not known",
  async type => {
    const { region } = await openRegion();
    await expect(region.create({ type, name: "a", inputs: {} })).rejects.toThrow(
      `the local region does not know the type ${type}`,
    );
  },
);

test("what comes with a VPC goes with it", async () => {
  const { region } = await openRegion();
  await region.create(vpc);
  const { routeTables, networkAcls, securityGroups, securityGroupRules } = region.vpc;
  const sizes = () => [routeTables, networkAcls, securityGroups, securityGroupRules].map(({ size }) => size);
  expect(sizes()).toEqual([1, 1, 1, 2]);
  await region.delete(vpc.type, vpc.name);
  expect(sizes()).toEqual([0, 0, 0, 0]);
});

test("what there is not is neither updated nor deleted", async () => {
  const { region } = await openRegion();
  const message = "there is no resource aws:ec2/vpc:Vpc named vpc";
  await expect(region.update(vpc)).rejects.toThrow(message);
  await expect(region.delete(vpc.type, vpc.name)).rejects.toThrow(message);
});

test("an update that is refused changes nothing", async () => {
  const { region } = await openRegion();
  await makeSamples(region, "aws:iam/instanceProfile:InstanceProfile");
  const before = structuredClone(region.iam.roles);
  const wrong = { type: "aws:iam/rolePolicy:RolePolicy", name: "policy", inputs: { role: "x", policy: "{" } };
  await expect(region.update(wrong)).rejects.toThrow("MalformedPolicyDocument");
  expect(region.iam.roles).toEqual(before);
});

test("with an instance goes whatever listened at its address", async () => {
  const { region } = await openRegion();
  const made = await makeSamples(region, "aws:lb/loadBalancer:LoadBalancer");
  const { id = "", outputs = {} } = made["instance"] ?? {};
  const interfaceId = String(outputs["primaryNetworkInterfaceId"]);
  region.virtualNetwork.registerEndpoint(interfaceId, 8080, 12345);
  const { interfaceId: own } = region.hosts.get(id)?.options ?? {};
  expect(own).toBe(interfaceId);
  await region.delete("aws:ec2/instance:Instance", "instance");
  const endpoints = Reflect.get(region.virtualNetwork, "endpoints") as Map<string, number>;
  expect([...endpoints.keys()]).not.toContain(`${interfaceId}:8080`);
});

describe("close", () => {
  test("ends whatever listens or ticks, writes the logs to their end, and leaves the folder", async () => {
    const { region, clock } = await openRegion();
    const made = await makeSamples(region, "command:remote:CopyToRemote");
    region.virtualNetwork.probe(
      { internetAddress: region.operatorAddress },
      { address: String(made["instance"]?.outputs["publicIp"]), port: 22 },
    );
    const balancers = [...region.loadBalancers.values()].flatMap(({ servers }) => [...servers.values()]);
    const host = [...region.hosts.values()][0];
    expect(balancers.map(({ listening }) => listening)).toEqual([true]);
    await region.close();
    expect(balancers.map(({ listening }) => listening)).toEqual([false]);
    expect(clock.pending).toBe(0);
    await expect(fetch(host?.proxyUrl ?? "")).rejects.toThrow();
    const flows = readFileSync(join(region.folder, "flow-log.txt"), "utf8").trimEnd().split("\n");
    expect(flows).toHaveLength(2);
    expect(existsSync(host?.root ?? "")).toBe(true);
  });

  test("whatever is made in that moment goes as well", async () => {
    const { region } = await openRegion();
    const made = await makeSamples(region, "aws:ec2/instance:Instance");
    const making = region.create({
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
    const closing = region.close();
    await expect(making).rejects.toThrow("the region has ended");
    await closing;
    expect(region.hosts.size).toBe(0);
    await expect(region.create(vpc)).rejects.toThrow("the region has ended");
  });
});
