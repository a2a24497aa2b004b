/** Analyses of Reachability Analyzer. Sources: EC2 API Reference, "StartNetworkInsightsAnalysis" and the like. */
import type { NetworkInsightsAnalysis as AnalysisDescription } from "@aws-sdk/client-ec2";
import { resourceId } from "../../../identifiers";
import { analyze, type NetworkInsightsAnalysis, type NetworkInsightsPath } from "../network-insights";
import { find } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import { arnOf } from "./arns";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { verdictShown } from "./network-insights-components";
import { pathEndWith } from "./network-insights-paths";
import { required } from "./validation";

/** Region milliseconds that an analysis runs: nominal, as it takes next to no time. */
const analysisTime = 1_000;

export const networkInsightsAnalysisActions = {
  StartNetworkInsightsAnalysis: {
    parameters: ["NetworkInsightsPathId", "TagSpecifications", "ClientToken", "DryRun"],
    handle(context, input) {
      const { analyses, paths } = context.ec2.networkInsights;
      const pathId = required(input.NetworkInsightsPathId, "NetworkInsightsPathId");
      const path = find(paths, "network-insights-path", pathId);
      const tags = tagsFor("network-insights-analysis", input.TagSpecifications);
      assertNoDryRun(input);
      const id = resourceId("nia");
      const analysis = { id, pathId, startedAt: context.now(), result: resultOf(context, path), tags };
      analyses.set(id, analysis);
      return { NetworkInsightsAnalysis: descriptionOf(context, analysis) };
    },
  },

  DeleteNetworkInsightsAnalysis: {
    parameters: ["NetworkInsightsAnalysisId", "DryRun"],
    handle({ ec2: { networkInsights } }, input) {
      const { analyses } = networkInsights;
      const { id } = find(analyses, "network-insights-analysis", input.NetworkInsightsAnalysisId);
      assertNoDryRun(input);
      analyses.delete(id);
      return { NetworkInsightsAnalysisId: id };
    },
  },

  DescribeNetworkInsightsAnalyses: {
    parameters: [
      "NetworkInsightsAnalysisIds",
      "NetworkInsightsPathId",
      "AnalysisStartTime",
      "AnalysisEndTime",
      ...pageParameters,
    ],
    handle(context, input) {
      assertNoDryRun(input);
      const { paths, analyses } = context.ec2.networkInsights;
      const { NetworkInsightsPathId: pathId, AnalysisStartTime: since, AnalysisEndTime: until } = input;
      if (pathId !== undefined) find(paths, "network-insights-path", pathId);
      for (const id of input.NetworkInsightsAnalysisIds ?? [])
        find(analyses, "network-insights-analysis", id);
      const wanted = [...analyses.values()]
        .filter(analysis => pathId === undefined || analysis.pathId === pathId)
        .filter(({ startedAt }) => since === undefined || context.wallClock.show(startedAt) >= since)
        .filter(
          ({ startedAt }) => until === undefined || context.wallClock.show(startedAt + analysisTime) <= until,
        )
        .filter(
          ({ id }) =>
            !input.NetworkInsightsAnalysisIds?.length || input.NetworkInsightsAnalysisIds.includes(id),
        )
        .map(analysis => descriptionOf(context, analysis));
      const { page, NextToken } = describe(wanted, kind, input);
      return { NetworkInsightsAnalyses: page, NextToken };
    },
  },
} satisfies Partial<Ec2Actions>;

function resultOf(context: Ec2ActionContext, path: NetworkInsightsPath): NetworkInsightsAnalysis["result"] {
  const source = pathEndWith(context, path.source);
  const destination = path.destination === undefined ? undefined : pathEndWith(context, path.destination);
  const missing = !source
    ? path.source
    : path.destination !== undefined && !destination
      ? path.destination
      : undefined;
  // Source of the words: Reachability Analyzer Guide, "Troubleshooting Reachability Analyzer".
  if (!source || missing !== undefined)
    return { Status: "failed", StatusMessage: `The request failed due to missing component ${missing}` };
  const verdict = analyze(context.ec2.vpc, path, source, destination);
  return { Status: "succeeded", NetworkPathFound: verdict.reachable, ...verdictShown(context, verdict) };
}

function descriptionOf(
  { regionName, wallClock, now }: Ec2ActionContext,
  { id, pathId, startedAt, result, tags }: NetworkInsightsAnalysis,
): AnalysisDescription {
  return {
    NetworkInsightsAnalysisId: id,
    NetworkInsightsAnalysisArn: arnOf(regionName, id),
    NetworkInsightsPathId: pathId,
    StartDate: wallClock.show(startedAt),
    Status: "running",
    ...(now() >= startedAt + analysisTime && result),
    Tags: tagList(tags),
  };
}

const kind: ResourceKind<AnalysisDescription> = {
  type: "network-insights-analysis",
  idOf: analysis => analysis.NetworkInsightsAnalysisId,
  filterable: {
    "path-found": analysis => analysis.NetworkPathFound,
    status: analysis => analysis.Status,
  },
};
