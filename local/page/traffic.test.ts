import { build } from "../../apps/shipping/esbuild";
import { PageClient } from "../../testing/page";
import { listenHttp } from "../../testing/servers";
import { makeSamples, openRegion, operatorAddress } from "../../testing/sample-resources";
import { eventually } from "../../testing/eventually";
import type { Drop, FlowCount } from "./events";
import { LivePage } from "./live-page";
import { TrafficTotals } from "./traffic";

/** The page of an empty region on a clock that stands still. */
async function setUp() {
  const { region, resources, clock } = await openRegion();
  const page = new LivePage(region, {
    operatorAddress,
    ec2ApiAddress: "192.0.2.10",
    progress: () => ({ ready: true, made: 0, declared: 0 }),
    outputs: () => ({}),
    listenerUrl: () => undefined,
    build,
    report: event => {
      throw new Error(event);
    },
  });
  const { url } = await listenHttp((req, res) => {
    if (!page.handle(req, res)) res.writeHead(404).end();
  });
  return { region, resources, clock, url };
}

describe("an empty region", () => {
  test("is what a new account has: a default VPC, and nobody but the outside", async () => {
    const { url } = await setUp();
    const client = await PageClient.open(url);
    const { nodes, vpcs, subnets, autoScalingGroups, suggestions, cpu, region } =
      await client.first("snapshot");
    expect(nodes.map(({ key }) => key)).toEqual(["internet", "operator", "ec2-api"]);
    expect(vpcs).toMatchObject([{ isDefault: true, cidrBlock: "172.31.0.0/16" }]);
    expect(subnets.length).toBeGreaterThan(1);
    expect([autoScalingGroups, suggestions, cpu]).toEqual([[], [], []]);
    expect(region).not.toHaveProperty("stack");
  });

  test("tells of what is made, whoever makes it", async () => {
    const { region, url } = await setUp();
    const client = await PageClient.open(url);
    const [vpc] = region.ec2.vpc.vpcs.keys();
    await region.calls.ec2.CreateSubnet({ VpcId: vpc, CidrBlock: "172.31.192.0/20" });
    const { subnets, nodes } = await client.first("change", ({ subnets }) => subnets !== undefined);
    expect(subnets?.at(-1)).toMatchObject({ cidrBlock: "172.31.192.0/20", vpcId: vpc });
    // The rest hasn't changed.
    expect(nodes).toBeUndefined();
  });
});

describe("counting", () => {
  test("adds up a quarter of a second, one count for each pair, verdict and rules", async () => {
    const { region, resources, url } = await setUp();
    const made = await makeSamples(resources, "command:remote:CopyToRemote");
    const interfaceId = String(made["instance"]?.outputs["primaryNetworkInterfaceId"]);
    const address = String(made["instance"]?.outputs["publicIp"]);
    region.network.registerEndpoint(interfaceId, 8080, 1);
    const client = await PageClient.open(url);
    const route = region.network.routerFrom({ internetAddress: operatorAddress });
    for (let time = 0; time < 300; time++) route({ address, port: 8080 });
    for (let time = 0; time < 5; time++) route({ address, port: 9 });
    for (let time = 0; time < 7; time++) route({ address: "203.0.113.250", port: 80 });
    const counts = () => {
      const flows = client.all("flows").flatMap(({ flows }) => flows);
      return ["allowed", "refused", "dropped"].map(verdict => {
        const ofVerdict = flows.filter(flow => flow.verdict === verdict);
        return [ofVerdict.length, ofVerdict.reduce((total, { count }) => total + count, 0)];
      });
    };
    await eventually("all are counted", () => counts().every(([events]) => events === 1));
    expect(counts()).toEqual([
      [1, 300],
      [1, 5],
      [1, 7],
    ]);
    const drop = await client.first("drop");
    expect(drop).toMatchObject({ from: "internet", to: "internet", address: "203.0.113.250", count: 7 });

    // A page that comes later has the totals.
    const later = await PageClient.open(url);
    const { flows, hits, drops } = await later.first("snapshot");
    expect(flows.map(({ count }) => count)).toEqual([300, 5, 7]);
    expect(drops).toHaveLength(1);
    const allowed = flows.find(({ verdict }) => verdict === "allowed");
    expect(allowed?.rules.length).toBeGreaterThan(0);
    for (const rule of allowed?.rules ?? []) expect(hits[rule]).toBe(305);
  });

  test("costs nothing while nobody listens", async () => {
    const { region, url } = await setUp();
    expect(region.network.observer).toBeUndefined();
    const client = await PageClient.open(url);
    expect(region.network.observer).toBeDefined();
    client.close();
    await eventually("it stops", () => region.network.observer === undefined);
  });
});

describe("totals", () => {
  const flow = (port: number, count = 1): FlowCount => ({
    ...{ from: "internet", to: "i-1", port, verdict: "allowed", packet: "request", rules: ["sgr-1"] },
    ...{ count, healthCheck: false, at: 0 },
  });

  test("are bounded: of too many kinds, those longest ago go", () => {
    const totals = new TrafficTotals();
    for (let port = 1; port <= 1000; port++) totals.add({ flows: [flow(port)], drops: [] });
    totals.add({ flows: [flow(1000, 2)], drops: [] });
    expect(totals.flows).toHaveLength(300);
    expect(totals.flows.at(-1)).toMatchObject({ port: 1000, count: 3 });
    expect(totals.hits).toEqual({ "sgr-1": 1002 });
  });

  test("have the latest drop first", () => {
    const totals = new TrafficTotals();
    const drop = (kind: string) => ({ kind, count: 1, at: 0 }) as Drop;
    totals.add({ flows: [], drops: [drop("a"), drop("b")] });
    totals.add({ flows: [], drops: [drop("a")] });
    expect(totals.drops.map(({ kind, count }) => [kind, count])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
  });
});
