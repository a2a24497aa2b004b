/**
 * How long Reachability Analyzer takes to answer in a running region, as `npm run why` asks it: an analysis's five calls
 * by HTTP with the second of AWS's that it runs, as a ratio to one plain call (DescribeVpcs) that alternates with it; and
 * the analysis alone. `npx tsx bench/why.ts`
 */
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { realClock } from "../local/clock";
import type { Region } from "../local/region";
import { startEmptyRegion } from "../local/start";
import { analyze } from "../ops/why/analyzer";
import type { PathRequest } from "../ops/why/ends";
import { cleanUp } from "../testing/clean-up";
import { temporaryFolder } from "../testing/folders";
import { medianRatio } from "./servers";

const name = "us-east-1";
const speed = 60;
const rounds = 50;

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** A path from one interface of the default VPC to another. */
async function pathIn({ ec2, calls }: Region): Promise<PathRequest> {
  const { Subnets } = await calls.ec2.DescribeSubnets({});
  const [Source = "", Destination = ""] = Subnets.map(({ SubnetId: subnetId = "" }) => {
    return ec2.interfaces.attach({ subnetId, groupIds: [], publicAddress: true, description: "" }).id;
  });
  const range = (port: number) => ({ FromPort: port, ToPort: port });
  const FilterAtSource = { SourcePortRange: range(40_000), DestinationPortRange: range(8080) };
  return { Source, Destination, Protocol: "tcp", FilterAtSource };
}

async function main(): Promise<void> {
  const running = await startEmptyRegion({
    ...{ name, operatorAddress: "198.51.100.10", port: 0, sshPort: 0 },
    folder: join(temporaryFolder(), ".local"),
    clock: realClock(speed),
    report: event => console.log(event),
  });
  const { region, internetUrl } = running;
  try {
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const ec2 = new EC2({ endpoint: internetUrl, region: name, credentials });
    const analyzer = { ec2, interval: 1_000 / speed, signal: new AbortController().signal };
    const request = await pathIn(region);
    const created = await region.calls.ec2.CreateNetworkInsightsPath({ ...request, ClientToken: "" });
    const { NetworkInsightsPathId } = created.NetworkInsightsPath;
    const start = async () =>
      region.calls.ec2.StartNetworkInsightsAnalysis({ NetworkInsightsPathId, ClientToken: "" });
    await analyze(analyzer, request); // loads the API
    const answers: number[] = [];
    const alone: number[] = [];
    const ratio = await medianRatio(rounds, async () => {
      const answer = await milliseconds(() => analyze(analyzer, request));
      answers.push(answer);
      alone.push(await milliseconds(start));
      return answer / (await milliseconds(() => ec2.describeVpcs({})));
    });
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[rounds / 2]?.toFixed(2);
    console.log(
      `an answer ${median(answers)} ms; an analysis alone ${median(alone)} ms (Node ${process.version})`,
    );
    console.log(`an answer: ratio ${ratio} to DescribeVpcs`);
  } finally {
    await running.close();
    await cleanUp();
  }
}

void main();
