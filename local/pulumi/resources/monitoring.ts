/** CloudWatch's dashboards and alarms. */
import { z } from "zod";
import { autoName } from "../auto-name";
import { required, resourceType, tagList, tags, type ResourceTypes } from "./resource-type";

export const monitoringTypes: ResourceTypes = {
  "aws:cloudwatch/dashboard:Dashboard": resourceType({
    inputs: z.strictObject({ dashboardName: z.string(), dashboardBody: z.string() }),
    async create({ cloudWatch }, { dashboardName, dashboardBody }) {
      await cloudWatch.PutDashboard({ DashboardName: dashboardName, DashboardBody: dashboardBody });
      return { id: dashboardName };
    },
  }),

  "aws:cloudwatch/metricAlarm:MetricAlarm": resourceType({
    inputs: z.strictObject({
      name: z.string().optional(),
      alarmDescription: z.string().optional(),
      namespace: z.string(),
      metricName: z.string(),
      dimensions: z.record(z.string(), z.string()).default({}),
      statistic: z.string(),
      unit: z.string().optional(),
      period: z.int(),
      evaluationPeriods: z.int(),
      datapointsToAlarm: z.int().optional(),
      threshold: z.number(),
      comparisonOperator: z.string(),
      treatMissingData: z.string().default("missing"),
      actionsEnabled: z.boolean().default(true),
      alarmActions: z.array(z.string()).default([]),
      okActions: z.array(z.string()).default([]),
      insufficientDataActions: z.array(z.string()).default([]),
      tags,
    }),
    async create({ cloudWatch }, inputs, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      await cloudWatch.PutMetricAlarm({
        AlarmName: name,
        AlarmDescription: inputs.alarmDescription,
        Namespace: inputs.namespace,
        MetricName: inputs.metricName,
        Dimensions: Object.entries(inputs.dimensions).map(([Name, Value]) => ({ Name, Value })),
        Statistic: inputs.statistic as "Sum",
        Unit: inputs.unit as "None" | undefined,
        Period: inputs.period,
        EvaluationPeriods: inputs.evaluationPeriods,
        DatapointsToAlarm: inputs.datapointsToAlarm,
        Threshold: inputs.threshold,
        ComparisonOperator: inputs.comparisonOperator as "GreaterThanThreshold",
        TreatMissingData: inputs.treatMissingData,
        ActionsEnabled: inputs.actionsEnabled,
        AlarmActions: inputs.alarmActions,
        OKActions: inputs.okActions,
        InsufficientDataActions: inputs.insufficientDataActions,
        Tags: tagList(inputs.tags),
      });
      const { MetricAlarms } = await cloudWatch.DescribeAlarms({ AlarmNames: [name] });
      return { id: name, outputs: { name, arn: required(MetricAlarms[0]?.AlarmArn, "AlarmArn") } };
    },
  }),
};
