/** `npm run why` in a region, and on what it says against real connections. */
import { isDeepStrictEqual } from "node:util";
import { ports, sshPort } from "../apps/ports";
import { why } from "../ops/why";
import { ask } from "../testing/client";
import { operatorOf, operatorOnAws } from "../testing/deployments";
import { eventually } from "../testing/eventually";
import { Random } from "../testing/random";
import { operatorAddress, startTestRegion, type LoggedDrop, type TestRegion } from "../testing/region";

let region: TestRegion;
beforeAll(async () => {
  region = await startTestRegion();
});

const update = String(ports["data-access"].update);

/** Nothing of a question is left. */
async function leftBehind() {
  const { ec2 } = region.region.calls;
  const { NetworkInsightsPaths } = await ec2.DescribeNetworkInsightsPaths({});
  const { NetworkInsightsAnalyses } = await ec2.DescribeNetworkInsightsAnalyses({});
  return [...NetworkInsightsPaths, ...NetworkInsightsAnalyses];
}

test("a connection that passes: the hops both ways, with what decides at each", async () => {
  const { code, stdout, stderr } = await (await operatorOf(region))(why, ["receiver-1", "data", update]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.replaceAll(/\b([a-z]+-)[0-9a-f]{17}\b/g, "$1…").split("\n");
  expect(lines).toMatchInlineSnapshot(`
   [
     "request",
     "  ✓ instance receiver-1 (i-…)",
     "  ✓ network interface eni-…",
     "  ✓ security group receiver (sg-…): allow TCP 8080 to 10.0.1.0/24",
     "  ✓ network ACL acl-…: rule 100, allow all traffic to 0.0.0.0/0",
     "  ✓ route table public (rtb-…): route 10.0.0.0/16 to local",
     "  ✓ network ACL data (acl-…): rule 200, allow TCP 8080 from 10.0.2.0/24",
     "  ✓ security group data-access (sg-…): allow TCP 8080 from 10.0.2.0/24",
     "  ✓ network interface eni-…",
     "  ✓ instance data (i-…)",
     "reply",
     "  ✓ instance data (i-…)",
     "  ✓ network interface eni-…",
     "  ✓ network ACL data (acl-…): rule 100, allow TCP 0-65535 to 0.0.0.0/0",
     "  ✓ route table public (rtb-…): route 10.0.0.0/16 to local",
     "  ✓ network ACL acl-…: rule 100, allow all traffic from 0.0.0.0/0",
     "  ✓ network interface eni-…",
     "  ✓ instance receiver-1 (i-…)",
     "receiver-1 → data, port 8080: reachable",
     "",
   ]
  `);
  expect(await leftBehind()).toEqual([]);
});

test("one that doesn't: every blocker, and the nearest rule", async () => {
  const { code, stdout } = await (await operatorOf(region))(why, [operatorAddress, "data", update]);
  expect(code).toBe(1);
  const blockers = stdout.slice(stdout.indexOf("blocked by")).replaceAll(/\b([a-z]+-)[0-9a-f]{17}\b/g, "$1…");
  expect(blockers).toMatchInlineSnapshot(`
   "blocked by
     - request: SUBNET_ACL_RESTRICTION, ingress: network ACL data (acl-…); nearest: rule 200, allow TCP 8080 from 10.0.2.0/24 (source-address doesn't fit)
     - request: ENI_SG_RULES_MISMATCH, ingress: security group data-access (sg-…); nearest: allow TCP 8080 from 10.0.2.0/24 (source-address doesn't fit)
   198.51.100.10 → data, port 8080: not reachable
   "
  `);
});

test.each<[from: string, to: string, port: number, code: number]>([
  ["internet", "receiver-lb", 80, 0],
  ["receiver-lb", "receiver-2", ports.receiver.http, 0],
  ["fleet-lb", "stress", ports.stress.http, 0],
  ["fleet-lb", "data", ports["data-access"].read, 1],
  ["data", "receiver-1", ports.receiver.http, 1],
  ["receiver-1", "internet", 443, 0],
  ["stress", "internet", 443, 1],
])("from %s to %s, port %i: exit code %i", async (from, to, port, expected) => {
  const { code, stderr } = await (await operatorOf(region))(why, [from, to, String(port)]);
  expect({ code, stderr }).toEqual({ code: expected, stderr: "" });
});

test("in JSON, AWS's own analyses", async () => {
  const { code, stdout } = await (await operatorOf(region))(why, ["data", "internet", "443", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    reachable: false,
    analyses: [{ NetworkPathFound: false, Explanations: [{ ExplanationCode: "SUBNET_ACL_RESTRICTION" }] }],
  });
});

test.each([
  ["recever-1", "data", "80", /^ops: the stack has no recever-1: /],
  ["receiver-1", "data", "http", /^ops: PORT is a number from 1 to 65535, not "http"$/m],
])("from %s to %s, port %s can't be asked", async (from, to, port, problem) => {
  const { code, stdout, stderr } = await (await operatorOf(region))(why, [from, to, port]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(problem);
});

describe("on AWS, as far as a region stands for it", () => {
  test("nothing is asked without agreeing to the cost", async () => {
    const operator = operatorOnAws(region);
    const asked = await operator(why, ["internet", "receiver-lb", "80"]);
    expect(asked).toMatchObject({ code: 2, stdout: "" });
    expect(asked.stderr).toBe("ops: AWS charges about 0.20 USD for this: agree to it by --yes\n");
    expect(await leftBehind()).toEqual([]);
  });

  // A region answers within 50 ms; the second is the pause between two looks at AWS's clock.
  test("with --yes, the same answer by the same calls, and nothing is left", async () => {
    const operator = operatorOnAws(region);
    const { code, stdout } = await operator(why, ["receiver-1", "data", update, "--yes"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^receiver-1 → data, port 8080: reachable$/m);
    expect(await leftBehind()).toEqual([]);
  });
});

describe("200 connections by chance", () => {
  interface Attempt {
    proxy: string;
    from: { internetAddress: string } | { interfaceId: string };
    to: { address: string; port: number };
  }

  function attempts(seed: number): Attempt[] {
    const random = new Random(seed);
    const { ec2 } = region.region;
    const hosts = [...ec2.instances.hosts.values()].map(({ proxyUrl: proxy, options }) => {
      return { proxy, from: { interfaceId: options.interfaceId } };
    });
    const internet = { proxy: region.internet, from: { internetAddress: operatorAddress } };
    const targets = [...ec2.vpc.networkInterfaces.values()];
    const open = [sshPort, 80, 443, ...Object.values(ports).flatMap(each => Object.values<number>(each))];
    return Array.from({ length: 200 }, () => {
      const source = random.chance(0.3) ? internet : random.of(hosts);
      const { privateIpAddress, publicIpAddress } = random.of(targets);
      const toPublic = source === internet || random.chance(0.3);
      const address = (toPublic ? publicIpAddress : undefined) ?? privateIpAddress;
      return { ...source, to: { address, port: random.of(open) } };
    });
  }

  /** "found", or the code of what blocks first. */
  async function analysisOf({ from, to }: Attempt): Promise<string | undefined> {
    const { calls, ec2 } = region.region;
    const { networkInterfaces, subnets } = ec2.vpc;
    const target = [...networkInterfaces.values()].find(each =>
      [each.privateIpAddress, each.publicIpAddress].includes(to.address),
    );
    const vpcId = subnets.get(target?.subnetId ?? "")?.vpcId;
    const gateway = [...ec2.vpc.internetGateways.values()].find(each => each.vpcId === vpcId);
    const { NetworkInsightsPath } = await calls.ec2.CreateNetworkInsightsPath({
      ClientToken: "",
      Source: "interfaceId" in from ? from.interfaceId : gateway?.id,
      Destination: target?.id,
      Protocol: "tcp",
      FilterAtSource: {
        ...("internetAddress" in from && { SourceAddress: from.internetAddress }),
        SourcePortRange: { FromPort: 32768, ToPort: 60999 },
        DestinationAddress: to.address,
        DestinationPortRange: { FromPort: to.port, ToPort: to.port },
      },
    });
    const { NetworkInsightsPathId } = NetworkInsightsPath;
    await calls.ec2.StartNetworkInsightsAnalysis({ NetworkInsightsPathId, ClientToken: "" });
    await region.passed(1_000);
    const described = await calls.ec2.DescribeNetworkInsightsAnalyses({ NetworkInsightsPathId });
    const [{ NetworkPathFound, Explanations } = {}] = described.NetworkInsightsAnalyses;
    return NetworkPathFound ? "found" : Explanations?.[0]?.ExplanationCode;
  }

  /** "found" if something comes back, be it a refusal; or else the code that the decision log gives for the silence. */
  async function experience({ proxy, from, to }: Attempt, expected: string | undefined) {
    // What should pass may take its time on a busy machine.
    const patience = expected === "found" ? 20_000 : 1_000;
    const outcome = await ask(`http://${to.address}:${to.port}/`, { through: proxy, patience });
    if (outcome !== "silent") return "found";
    const isItsDrop = (each: LoggedDrop) =>
      isDeepStrictEqual(each.to, to) && isDeepStrictEqual({ ...each.from, port: 0 }, { ...from, port: 0 });
    const drop = await eventually(`the log holds the drop at ${to.address}:${to.port}`, async () =>
      (await region.decisions()).findLast(isItsDrop),
    );
    return drop.code;
  }

  test("pass, or are dropped, as Reachability Analyzer says, and by what it says", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const all = attempts(seed);
    const said = await Promise.all(all.map(analysisOf));
    const experienced: (string | undefined)[] = [];
    for (let begun = 0; begun < all.length; begun += 25) {
      const batch = all.slice(begun, begun + 25);
      experienced.push(
        ...(await Promise.all(batch.map((attempt, index) => experience(attempt, said[begun + index])))),
      );
    }
    const compared = (codes: typeof said) =>
      all.map(({ from, to }, index) => ({ from, to, code: codes[index] }));
    expect({ seed, all: compared(experienced) }).toEqual({ seed, all: compared(said) });
    const passed = said.filter(each => each === "found").length;
    expect(passed).toBeGreaterThan(10);
    expect(passed).toBeLessThan(190);
  });
});
