import { RegionEngine } from "./engine";
import { zonesOf } from "../services/ec2/zones";
import { cleanUp } from "../../testing/clean-up";
import { openRegion } from "../../testing/sample-resources";

afterEach(cleanUp);

const vpc = { type: "aws:ec2/vpc:Vpc", name: "main", custom: true };
const inputs = { cidrBlock: "10.0.0.0/16", tags: { Name: "main", part: "network" } };
const providerOf = (name: string) => `urn:pulumi:dev::elastic-fleet::pulumi:providers:aws::${name}::0b1c`;

async function setUp(without?: string[]) {
  const { region, resources } = await openRegion();
  const dataSources = {
    regionName: "us-east-1",
    zones: zonesOf("us-east-1"),
    parameter: (name: string) => region.ssm.get(name),
  };
  return { region, resources, engine: new RegionEngine(resources, dataSources, without) };
}

async function withProvider() {
  const { region, engine } = await setUp();
  await engine.newResource({
    type: "pulumi:providers:aws",
    name: "aws",
    custom: true,
    inputs: {
      region: "us-east-1",
      defaultTags: JSON.stringify({ tags: { project: "fleet", part: "none" } }),
    },
  });
  return { region, engine };
}

test("a resource is made in the region; its outputs are its inputs and what it has become", async () => {
  const { region, engine } = await setUp();
  const { id, state } = await engine.newResource({ ...vpc, inputs });
  expect([...region.ec2.vpc.vpcs.keys()]).toEqual([id]);
  expect(state).toMatchObject(inputs);
  expect(state["mainRouteTableId"]).toMatch(/^rtb-/);
});

describe("default tags of a provider", () => {
  test("are on what it makes, below the resource's own, and are none of its outputs", async () => {
    const { region, engine } = await withProvider();
    const { id, state } = await engine.newResource({ ...vpc, inputs, provider: providerOf("aws") });
    expect(region.ec2.vpc.vpcs.get(id)?.tags).toEqual({ project: "fleet", Name: "main", part: "network" });
    expect(state["tags"]).toEqual(inputs.tags);
  });

  test("are not on what another provider makes", async () => {
    const { region, engine } = await withProvider();
    const [other, none] = [
      await engine.newResource({ ...vpc, name: "other", inputs, provider: providerOf("other") }),
      await engine.newResource({ ...vpc, name: "none", inputs }),
    ];
    for (const { id } of [other, none]) expect(region.ec2.vpc.vpcs.get(id)?.tags).toEqual(inputs.tags);
  });

  test("are not on what can't be tagged", async () => {
    const { engine } = await withProvider();
    const key = { type: "tls:index/privateKey:PrivateKey", name: "key", custom: true };
    const made = engine.newResource({
      ...key,
      inputs: { algorithm: "ED25519" },
      provider: providerOf("aws"),
    });
    await expect(made).resolves.toMatchObject({ state: { algorithm: "ED25519" } });
  });

  test("need not be", async () => {
    const { engine } = await setUp();
    const provider = { type: "pulumi:providers:tls", name: "tls", custom: true, inputs: {} };
    await expect(engine.newResource(provider)).resolves.toEqual({ id: "tls", state: {} });
  });
});

test("a component is nothing in the region", async () => {
  const { resources, engine } = await setUp();
  const component = {
    type: "elastic-fleet:infra:Network",
    name: "fleet",
    custom: false,
    inputs: { vpcCidr: "x" },
  };
  await expect(engine.newResource(component)).resolves.toEqual({ id: "", state: { vpcCidr: "x" } });
  expect(resources.declarations).toEqual([]);
});

test.each([
  [
    "a type that the region does not know",
    { type: "aws:s3/bucket:Bucket" },
    "does not know the type aws:s3/bucket:Bucket",
  ],
  [
    "an input that it does not know",
    { inputs: { ...inputs, ipv6CidrBlock: "::/0" } },
    'Unrecognized key: "ipv6CidrBlock"',
  ],
])("%s is refused", async (_name, changes, message) => {
  const { engine } = await setUp();
  await expect(engine.newResource({ ...vpc, inputs, ...changes })).rejects.toThrow(message);
});

describe("data sources", () => {
  test.each([
    ["aws:index/getRegion:getRegion", {}, { region: "us-east-1" }],
    [
      "aws:index/getAvailabilityZones:getAvailabilityZones",
      {},
      { names: ["us-east-1a", "us-east-1b", "us-east-1c"] },
    ],
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
    ["aws:ec2/getVpc:getVpc", {}, "the local region does not know the data source aws:ec2/getVpc:getVpc"],
    ["constructor", {}, "the local region does not know the data source constructor"],
  ])("%s with %j is a rejection", async (token, inputs, message) => {
    const { engine } = await setUp();
    await expect(Promise.resolve().then(() => engine.call({ token, inputs }))).rejects.toThrow(message);
  });
});

describe("what is left out", () => {
  test("is not made, and has neither an id nor outputs", async () => {
    const { resources, engine } = await setUp(["Vpc:main"]);
    await expect(engine.newResource({ ...vpc, inputs })).resolves.toEqual({ id: "", state: {} });
    await engine.newResource({ ...vpc, name: "other", inputs });
    expect(resources.declarations.map(({ name }) => name)).toEqual(["other"]);
    expect(() => {
      engine.assertAllLeftOut();
    }).not.toThrow();
  });

  test("must be declared: all that is not is named", async () => {
    const { engine } = await setUp(["Vpc:main", "Vpc:none", "main"]);
    await engine.newResource({ ...vpc, inputs });
    expect(() => {
      engine.assertAllLeftOut();
    }).toThrow("the program declares no Vpc:none, main; name resources as NetworkAclRule:data-ingress-ssh");
  });
});
