import { RegionEngine } from "./engine";
import { zonesOf } from "../services/ec2/zones";
import { openRegion } from "../../testing/sample-resources";

const vpc = { type: "aws:ec2/vpc:Vpc", name: "main", custom: true };
const inputs = { cidrBlock: "10.0.0.0/16", tags: { Name: "main", part: "network" } };
const providerOf = (name: string) => `urn:pulumi:dev::elastic-fleet::pulumi:providers:aws::${name}::0b1c`;

async function setUp(without?: string[]) {
  const { region, resources } = await openRegion();
  const parameter = (name: string) => region.ssm.get(name);
  const dataSources = { regionName: "us-east-1", zones: zonesOf("us-east-1"), parameter };
  return { region, resources, engine: new RegionEngine(resources, dataSources, without) };
}

async function withProvider() {
  const { region, engine } = await setUp();
  const defaultTags = JSON.stringify({ tags: { project: "fleet", part: "none" } });
  const provider = { type: "pulumi:providers:aws", name: "aws", custom: true };
  await engine.newResource({ ...provider, inputs: { region: "us-east-1", defaultTags } });
  return { region, engine };
}

test("a resource is created in the region, and its outputs include its inputs", async () => {
  const { region, engine } = await setUp();
  const { id, state } = await engine.newResource({ ...vpc, inputs });
  expect([...region.ec2.vpc.vpcs.values()]).toMatchObject([{ isDefault: true }, { id, isDefault: false }]);
  expect(state).toMatchObject(inputs);
  expect(state["mainRouteTableId"]).toMatch(/^rtb-/);
});

describe("a provider's default tags", () => {
  test("are added to its resources, overridden by their own tags, and not part of their outputs", async () => {
    const { region, engine } = await withProvider();
    const { id, state } = await engine.newResource({ ...vpc, inputs, provider: providerOf("aws") });
    expect(region.ec2.vpc.vpcs.get(id)?.tags).toEqual({ project: "fleet", Name: "main", part: "network" });
    expect(state["tags"]).toEqual(inputs.tags);
  });

  test("are not added to another provider's resources", async () => {
    const { region, engine } = await withProvider();
    const [other, none] = [
      await engine.newResource({ ...vpc, name: "other", inputs, provider: providerOf("other") }),
      await engine.newResource({ ...vpc, name: "none", inputs }),
    ];
    for (const { id } of [other, none]) expect(region.ec2.vpc.vpcs.get(id)?.tags).toEqual(inputs.tags);
  });

  test("are not added to resources without tags", async () => {
    const { engine } = await withProvider();
    const key = { type: "tls:index/privateKey:PrivateKey", name: "key", custom: true };
    const inputs = { algorithm: "ED25519" };
    const created = engine.newResource({ ...key, inputs, provider: providerOf("aws") });
    await expect(created).resolves.toMatchObject({ state: inputs });
  });

  test("are optional", async () => {
    const { engine } = await setUp();
    const provider = { type: "pulumi:providers:tls", name: "tls", custom: true, inputs: {} };
    await expect(engine.newResource(provider)).resolves.toEqual({ id: "tls", state: {} });
  });
});

test("a component creates nothing in the region", async () => {
  const { resources, engine } = await setUp();
  const inputs = { vpcCidr: "x" };
  const component = { type: "elastic-fleet:infra:Network", name: "fleet", custom: false, inputs };
  await expect(engine.newResource(component)).resolves.toEqual({ id: "", state: inputs });
  expect(resources.declared).toEqual([]);
});

const withIpv6 = { ...inputs, ipv6CidrBlock: "::/0" };
test.each([
  ["an unsupported type", { type: "aws:s3/bucket:Bucket" }, "does not support the type aws:s3/bucket:Bucket"],
  ["an unsupported input", { inputs: withIpv6 }, 'Unrecognized key: "ipv6CidrBlock"'],
])("%s is rejected", async (_name, changes, message) => {
  const { engine } = await setUp();
  await expect(engine.newResource({ ...vpc, inputs, ...changes })).rejects.toThrow(message);
});

describe("data sources", () => {
  const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
  test.each([
    ["aws:index/getRegion:getRegion", {}, { region: "us-east-1" }],
    ["aws:index/getAvailabilityZones:getAvailabilityZones", {}, { names: zones }],
    [
      "aws:ssm/getParameter:getParameter",
      { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" },
      { value: expect.stringMatching(/^ami-[0-9a-f]{17}$/) as string },
    ],
  ])("%s is answered", async (token, inputs, answer) => {
    const { engine } = await setUp();
    await expect(engine.call({ token, inputs })).resolves.toMatchObject(answer);
  });

  test.each([
    ["aws:ssm/getParameter:getParameter", { name: "/mine" }, "ParameterNotFound"],
    ["aws:ec2/getVpc:getVpc", {}, "the local region does not support the data source aws:ec2/getVpc:getVpc"],
    ["constructor", {}, "the local region does not support the data source constructor"],
  ])("%s with %j is rejected", async (token, inputs, message) => {
    const { engine } = await setUp();
    await expect(Promise.resolve().then(() => engine.call({ token, inputs }))).rejects.toThrow(message);
  });
});

describe("a resource to skip", () => {
  test("is not created, and has neither id nor outputs", async () => {
    const { resources, engine } = await setUp(["Vpc:main"]);
    await expect(engine.newResource({ ...vpc, inputs })).resolves.toEqual({ id: "", state: {} });
    await engine.newResource({ ...vpc, name: "other", inputs });
    expect(resources.declared.map(({ name }) => name)).toEqual(["other"]);
  });

  test("must be declared; all that aren't are refused, with the nearest names", async () => {
    const { engine } = await setUp(["NetworkAclRule:ssh", "NetworkAclRule:shs", "vpc:main"]);
    const rules = ["ssh", "http"].map(name => ({ type: "aws:ec2/networkAclRule:NetworkAclRule", name }));
    expect(() => engine.assertDeclared([vpc, ...rules])).toThrow(
      new Error(
        "--without NetworkAclRule:shs: the program declares no such resource; the nearest: NetworkAclRule:ssh, NetworkAclRule:http, Vpc:main\n" +
          "--without vpc:main: the program declares no such resource; the nearest: Vpc:main, NetworkAclRule:ssh, NetworkAclRule:http",
      ),
    );
  });
});
