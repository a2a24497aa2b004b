/**
 * How long Reachability Analyzer takes to answer in a running region, as `npm run why` asks it: an analysis's five calls
 * by HTTP with the second of AWS's that it runs, as a ratio to one plain call (DescribeVpcs) that alternates with it; and
 * the analysis alone. Takes about 30 s, most of it the region's start. `npx tsx bench/why.ts`
 */
import { EC2 } from "@aws-sdk/client-ec2";
import { analyze } from "../ops/why/analyzer";
import { cleanUp } from "../testing/clean-up";
import { startTestRegion } from "../testing/region";
import { medianRatio } from "./servers";

const rounds = 50;

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function main(): Promise<void> {
  try {
    const region = await startTestRegion();
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const ec2 = new EC2({ endpoint: region.internet, region: region.region.options.name, credentials });
    const interval = 1_000 / region.region.options.clock.speed;
    const analyzer = { ec2, interval, signal: new AbortController().signal };
    const range = (port: number) => ({ FromPort: port, ToPort: port });
    const request = {
      Source: region.addresses("receiver-1").instanceId,
      Destination: region.addresses("data").instanceId,
      Protocol: "tcp" as const,
      FilterAtSource: { SourcePortRange: range(40_000), DestinationPortRange: range(8080) },
    };
    const answers: number[] = [];
    const alone: number[] = [];
    const { calls } = region.region;
    const { NetworkInsightsPath } = await calls.ec2.CreateNetworkInsightsPath({
      ...request,
      ClientToken: "",
    });
    const { NetworkInsightsPathId } = NetworkInsightsPath;
    await analyze(analyzer, request);
    const ratio = await medianRatio(rounds, async () => {
      const answer = await milliseconds(() => analyze(analyzer, request));
      const baseline = await milliseconds(() => ec2.describeVpcs({}));
      answers.push(answer);
      const start = () => calls.ec2.StartNetworkInsightsAnalysis({ NetworkInsightsPathId, ClientToken: "" });
      alone.push(await milliseconds(start));
      return answer / baseline;
    });
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[rounds / 2]?.toFixed(2);
    console.log(
      `an answer ${median(answers)} ms, of which the analysis ${median(alone)} ms (Node ${process.version})`,
    );
    console.log(`an answer: ratio ${ratio} to DescribeVpcs`);
  } finally {
    await cleanUp();
  }
}

void main();
