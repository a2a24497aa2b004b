/** `npm run why` in a region, and on what it says against real connections. */
import { ports, sshPort } from "../apps/ports";
import { why } from "../ops/why";
import { operatorOf, operatorOnAws } from "../testing/deployments";
import { Random } from "../testing/random";
import { operatorAddress, startTestRegion, type TestRegion } from "../testing/region";

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

test("200 connections by chance pass or are dropped as Reachability Analyzer says", async () => {
  const { ec2 } = region.region.calls;
  const { vpc } = region.region.ec2;
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = new Random(seed);
  const interfaces = [...vpc.networkInterfaces.values()];
  const open = [sshPort, 80, 443, ...Object.values(ports).flatMap(each => Object.values<number>(each))];
  const { InternetGateways } = await ec2.DescribeInternetGateways({});
  const counts = { passed: 0, dropped: 0 };
  for (let i = 0; i < 200; i++) {
    const [source, target] = [random.of(interfaces), random.of(interfaces)];
    const port = random.of(open);
    const fromInternet = random.chance(0.3);
    const toPublic = fromInternet || random.chance(0.3);
    const address = (toPublic ? target.publicIpAddress : undefined) ?? target.privateIpAddress;
    const from = fromInternet ? { internetAddress: operatorAddress } : { interfaceId: source.id };
    const gatewayId = InternetGateways.find(({ Attachments = [] }) =>
      Attachments.some(({ VpcId }) => VpcId === vpc.subnets.get(target.subnetId)?.vpcId),
    )?.InternetGatewayId;
    const { NetworkInsightsPath } = await ec2.CreateNetworkInsightsPath({
      ClientToken: "",
      Source: fromInternet ? gatewayId : source.id,
      Destination: target.id,
      Protocol: "tcp",
      FilterAtSource: {
        ...(fromInternet && { SourceAddress: operatorAddress }),
        SourcePortRange: { FromPort: 32768, ToPort: 60999 },
        DestinationAddress: address,
        DestinationPortRange: { FromPort: port, ToPort: port },
      },
    });
    const { NetworkInsightsPathId } = NetworkInsightsPath;
    const { NetworkInsightsAnalysis } = await ec2.StartNetworkInsightsAnalysis({
      NetworkInsightsPathId,
      ClientToken: "",
    });
    const analysis = region.region.ec2.networkInsights.analyses.get(
      NetworkInsightsAnalysis.NetworkInsightsAnalysisId ?? "",
    );
    const connection = region.region.network.routerFrom(from)({ address, port });
    const passed = connection.outcome !== "dropped";
    expect({ seed, i, from, address, port, found: analysis?.result.NetworkPathFound }).toEqual({
      ...{ seed, i, from, address, port },
      found: passed,
    });
    counts[passed ? "passed" : "dropped"]++;
  }
  expect(counts.passed).toBeGreaterThan(10);
  expect(counts.dropped).toBeGreaterThan(10);
});
