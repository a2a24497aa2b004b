/**
 * How long Reachability Analyzer takes to answer in a running region, as `npm run why` asks it: an analysis's five calls
 * by HTTP, with the second of AWS's that it runs. It runs here, in this Node.
 */
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { realClock } from "../local/clock";
import type { Region } from "../local/region";
import { startEmptyRegion } from "../local/start";
import { analyze } from "../ops/why/analyzer";
import type { PathRequest } from "../ops/why/ends";
import { temporaryFolder } from "../testing/folders";
import { figure, inTurns, type Bench, type Metric } from "./figures";

const name = "us-east-1";
const speed = 60;
const rounds = 49;

const time: Metric<number> = { unit: "ms", of: milliseconds => milliseconds };

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

export const why: Bench = {
  help: "an answer of Reachability Analyzer in a running region, and the analysis alone, beside one plain call",

  run: async () => {
    const running = await startEmptyRegion({
      ...{ name, operatorAddress: "198.51.100.10", port: 0, sshPort: 0 },
      folder: join(temporaryFolder(), ".local"),
      clock: realClock(speed),
      report: event => console.error(event),
    });
    const { region, internetUrl } = running;
    try {
      const credentials = { accessKeyId: "any", secretAccessKey: "any" };
      const ec2 = new EC2({ endpoint: internetUrl, region: name, credentials });
      const analyzer = { ec2, interval: 1_000 / speed, signal: new AbortController().signal };
      const request = await pathIn(region);
      const created = await region.calls.ec2.CreateNetworkInsightsPath({ ...request, ClientToken: "" });
      const { NetworkInsightsPathId } = created.NetworkInsightsPath;
      const start = { NetworkInsightsPathId, ClientToken: "" };
      const measures = {
        answer: () => milliseconds(() => analyze(analyzer, request)),
        alone: () => milliseconds(async () => region.calls.ec2.StartNetworkInsightsAnalysis(start)),
        call: () => milliseconds(() => ec2.describeVpcs({})),
      };
      await inTurns(1, measures); // loads the API
      const { answer, alone, call } = await inTurns(rounds, measures);
      const baseline = { name: "DescribeVpcs", measured: call };
      return [
        figure("an answer to why", time, answer, baseline),
        figure("its analysis alone", time, alone, baseline),
      ];
    } finally {
      await running.close();
    }
  },
};
