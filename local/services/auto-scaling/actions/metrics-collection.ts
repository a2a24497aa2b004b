/**
 * Sources: Auto Scaling API Reference, "EnableMetricsCollection", "DisableMetricsCollection",
 * "DescribeMetricCollectionTypes".
 */
import { groupMetrics, type GroupMetric } from "../group-metrics";
import { refusals } from "../refusals";
import { changeableGroup, oneOf } from "./common";
import type { AutoScalingActions } from "./context";

const granularity = "1Minute";

export const metricsCollectionActions = {
  EnableMetricsCollection: {
    parameters: ["AutoScalingGroupName", "Granularity", "Metrics"],
    handle({ autoScaling }, { AutoScalingGroupName, Granularity = "", Metrics }) {
      if (Granularity !== granularity) throw refusals.granularity(Granularity);
      const group = changeableGroup(autoScaling, AutoScalingGroupName);
      const enabled = new Set([...group.settings.enabledMetrics, ...metricsFrom(Metrics)]);
      group.amend({ enabledMetrics: groupMetrics.filter(metric => enabled.has(metric)) });
      return {};
    },
  },

  DisableMetricsCollection: {
    parameters: ["AutoScalingGroupName", "Metrics"],
    handle({ autoScaling }, { AutoScalingGroupName, Metrics }) {
      const group = changeableGroup(autoScaling, AutoScalingGroupName);
      const disabled = metricsFrom(Metrics);
      const enabledMetrics = group.settings.enabledMetrics.filter(metric => !disabled.includes(metric));
      group.amend({ enabledMetrics });
      return {};
    },
  },

  DescribeMetricCollectionTypes: {
    parameters: [],
    handle: () => ({
      Metrics: groupMetrics.map(Metric => ({ Metric })),
      Granularities: [{ Granularity: granularity }],
    }),
  },
} satisfies Partial<AutoScalingActions>;

/** All, if none is named. */
function metricsFrom(names: readonly string[] = []): readonly GroupMetric[] {
  if (names.length === 0) return groupMetrics;
  return names.flatMap(name => oneOf(name, groupMetrics, refusals.metricName) ?? []);
}
