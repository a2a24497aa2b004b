/**
 * Sources: CloudWatch API Reference, "PutMetricAlarm", "DeleteAlarms", "DescribeAlarms", "DescribeAlarmsForMetric".
 */
import type { MetricAlarm, StateValue } from "@aws-sdk/client-cloudwatch";
import { assertPageSize, pageOf } from "../../../api/paging";
import type { Alarm } from "../alarms";
import { keyOf } from "../metrics";
import { refusals } from "../refusals";
import { alarmFrom } from "./alarm-settings";
import { alarmArn, withTags } from "./alarm-tags";
import { metricOf } from "./common";
import type { CloudWatchActionContext, CloudWatchActions } from "./context";

const states: readonly StateValue[] = ["OK", "ALARM", "INSUFFICIENT_DATA"];

export const alarmActions = {
  PutMetricAlarm: {
    parameters: [
      "AlarmName",
      "AlarmDescription",
      "MetricName",
      "Namespace",
      "Dimensions",
      "Statistic",
      "Unit",
      "Period",
      "EvaluationPeriods",
      "DatapointsToAlarm",
      "Threshold",
      "ComparisonOperator",
      "TreatMissingData",
      "Tags",
    ],
    // Nobody is told.
    inert: ["ActionsEnabled", "AlarmActions", "OKActions", "InsufficientDataActions"],
    handle(context, input) {
      const { AlarmName = "", Tags } = input;
      assertNotOfPolicy(context, [AlarmName]);
      const settings = alarmFrom(input, context.regionName);
      context.metricAlarms.put(settings, { now: context.now(), tags: withTags({}, Tags) });
      return {};
    },
  },

  DeleteAlarms: {
    parameters: ["AlarmNames"],
    handle(context, { AlarmNames = [] }) {
      assertNotOfPolicy(context, AlarmNames);
      const unknown = AlarmNames.filter(name => !context.metricAlarms.has(name));
      if (unknown.length > 0) throw refusals.alarmNotFound(unknown);
      for (const name of AlarmNames) context.metricAlarms.delete(name);
      return {};
    },
  },

  DescribeAlarms: {
    parameters: [
      "AlarmNames",
      "AlarmNamePrefix",
      "AlarmTypes",
      "StateValue",
      "ActionPrefix",
      "MaxRecords",
      "NextToken",
    ],
    handle(context, input) {
      const { AlarmNames, AlarmNamePrefix, AlarmTypes = ["MetricAlarm"], StateValue, ActionPrefix } = input;
      if (AlarmNames && AlarmNamePrefix !== undefined) throw refusals.alarmNamesAndPrefix();
      if (StateValue !== undefined && !states.includes(StateValue)) throw refusals.alarmState(StateValue);
      const { MaxRecords = 100 } = input;
      assertPageSize(MaxRecords, "MaxRecords", 100);
      const found = allAlarms(context).filter(
        ({ name, state, alarmActions }) =>
          AlarmTypes.includes("MetricAlarm") &&
          (AlarmNames?.includes(name) ?? true) &&
          name.startsWith(AlarmNamePrefix ?? "") &&
          (StateValue === undefined || state === StateValue) &&
          (ActionPrefix === undefined || alarmActions.some(action => action.startsWith(ActionPrefix))),
      );
      const paged = pageOf(found, MaxRecords, input.NextToken);
      if (!paged) throw refusals.alarmToken();
      return {
        MetricAlarms: paged.page.map(alarm => descriptionOf(context, alarm)),
        CompositeAlarms: [],
        NextToken: paged.next,
      };
    },
  },

  DescribeAlarmsForMetric: {
    parameters: ["MetricName", "Namespace", "Dimensions", "Statistic", "Period", "Unit"],
    handle(context, input) {
      const key = keyOf(metricOf(input));
      const found = allAlarms(context).filter(
        alarm =>
          keyOf(alarm.metric) === key &&
          (input.Statistic === undefined || alarm.statistic === input.Statistic) &&
          (input.Period === undefined || alarm.periodSeconds === input.Period) &&
          (input.Unit === undefined || alarm.unit === input.Unit),
      );
      return { MetricAlarms: found.map(alarm => descriptionOf(context, alarm)) };
    },
  },
} satisfies Partial<CloudWatchActions>;

function allAlarms({ policyAlarms, metricAlarms }: CloudWatchActionContext): Alarm[] {
  return [...policyAlarms(), ...metricAlarms.values()];
}

/** Auto Scaling makes the alarms of its policies again; on AWS they can be changed and deleted meanwhile. */
function assertNotOfPolicy({ policyAlarms }: CloudWatchActionContext, names: readonly string[]): void {
  const ofPolicy = policyAlarms().find(({ name }) => names.includes(name));
  if (ofPolicy) throw refusals.alarmOfPolicy(ofPolicy.name);
}

function descriptionOf({ regionName, wallClock }: CloudWatchActionContext, alarm: Alarm): MetricAlarm {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarmArn(regionName, alarm.name),
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: wallClock.show(alarm.configurationUpdated),
    ActionsEnabled: alarm.actionsEnabled ?? true,
    OKActions: [...(alarm.okActions ?? [])],
    AlarmActions: [...alarm.alarmActions],
    InsufficientDataActions: [...(alarm.insufficientDataActions ?? [])],
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    StateUpdatedTimestamp: wallClock.show(alarm.stateUpdated),
    StateTransitionedTimestamp: wallClock.show(alarm.stateUpdated),
    MetricName: alarm.metric.name,
    Namespace: alarm.metric.namespace,
    Statistic: alarm.statistic,
    Dimensions: alarm.metric.dimensions.map(({ name: Name, value: Value }) => ({ Name, Value })),
    Unit: alarm.unit,
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    TreatMissingData: alarm.treatMissingData,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparisonOperator,
  };
}
