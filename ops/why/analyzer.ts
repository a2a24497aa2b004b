/** Reachability Analyzer, asked about one path; nothing of the question is left behind. */
import { setTimeout as delay } from "node:timers/promises";
import type { EC2, NetworkInsightsAnalysis } from "@aws-sdk/client-ec2";
import type { PathRequest } from "./ends";

export interface Analyzer {
  ec2: EC2;
  /** Between two looks at a running analysis, in ms. */
  interval: number;
  signal: AbortSignal;
}

/** @throws if the analysis fails */
export async function analyze(analyzer: Analyzer, request: PathRequest): Promise<NetworkInsightsAnalysis> {
  const { ec2 } = analyzer;
  const { NetworkInsightsPath } = await ec2.createNetworkInsightsPath({ ...request, ClientToken: undefined });
  const NetworkInsightsPathId = NetworkInsightsPath?.NetworkInsightsPathId;
  try {
    return await resultOf(analyzer, NetworkInsightsPathId);
  } finally {
    await ec2.deleteNetworkInsightsPath({ NetworkInsightsPathId });
  }
}

async function resultOf(
  { ec2, interval, signal }: Analyzer,
  NetworkInsightsPathId: string | undefined,
): Promise<NetworkInsightsAnalysis> {
  signal.throwIfAborted();
  const started = await ec2.startNetworkInsightsAnalysis({ NetworkInsightsPathId, ClientToken: undefined });
  const NetworkInsightsAnalysisId = started.NetworkInsightsAnalysis?.NetworkInsightsAnalysisId ?? "";
  try {
    for (;;) {
      await delay(interval, undefined, { signal });
      const { NetworkInsightsAnalyses: [analysis] = [] } = await ec2.describeNetworkInsightsAnalyses({
        NetworkInsightsAnalysisIds: [NetworkInsightsAnalysisId],
      });
      if (analysis?.Status === "failed") throw new Error(`the analysis failed: ${analysis.StatusMessage}`);
      if (analysis?.Status === "succeeded") return analysis;
    }
  } finally {
    await ec2.deleteNetworkInsightsAnalysis({ NetworkInsightsAnalysisId });
  }
}
