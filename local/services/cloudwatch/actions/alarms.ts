/** Sources: CloudWatch API Reference, "DescribeAlarms", "DescribeAlarmsForMetric". */
import type { MetricAlarm, StateValue } from "@aws-sdk/client-cloudwatch";
import { assertPageSize, pageOf } from "../../../api/paging";
import { accountId } from "../../../identifiers";
import { keyOf } from "../metrics";
import { refusals } from "../refusals";
import { metricOf } from "./common";
import type { Alarm, CloudWatchActionContext, CloudWatchActions } from "./context";

const states: readonly StateValue[] = ["OK", "ALARM", "INSUFFICIENT_DATA"];

export const alarmActions = {
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
      const found = context
        .alarms()
        .filter(
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
      const found = context
        .alarms()
        .filter(
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

function descriptionOf({ regionName, wallClock }: CloudWatchActionContext, alarm: Alarm): MetricAlarm {
  return {
    AlarmName: alarm.name,
    AlarmArn: `arn:aws:cloudwatch:${regionName}:${accountId}:alarm:${alarm.name}`,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: wallClock.show(alarm.configurationUpdated),
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [...alarm.alarmActions],
    InsufficientDataActions: [],
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
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparisonOperator,
  };
}
