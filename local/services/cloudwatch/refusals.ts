/**
 * What CloudWatch refuses. refusals.test.ts has a call for each. Sources: CloudWatch API Reference, each action's
 * "Errors", and published responses.
 */
import { AwsError, lacking } from "../../api/aws-error";
import type { Problem } from "./dashboards";

const invalidValue = (message: string) => new AwsError("InvalidParameterValue", message);
const invalidCombination = (message: string) => new AwsError("InvalidParameterCombination", message);
const missing = (message: string) => new AwsError("MissingParameter", message);
const unsupported = (message: string) => lacking(`The local region ${message}`);

export const refusals = {
  /** What the region lacks, rather than the caller. */
  noHighResolution: () =>
    unsupported("keeps metrics by the minute; leave out StorageResolution, or set it to 60"),
  noOldDatapoints: () => unsupported("keeps metrics for a day; send a more recent Timestamp"),
  noExpressions: () => unsupported("evaluates no expressions; query each metric by MetricStat"),
  noPercentiles: (stat: string) =>
    unsupported(`does not support the statistic ${stat}, but Average, Maximum, Minimum, SampleCount and Sum`),
  tooManyDatapoints: (most: number) =>
    unsupported(`keeps no more than ${most} minutes of custom metrics; send fewer metrics`),

  noHighResolutionAlarm: (seconds: number) =>
    unsupported(`keeps metrics by the minute; set Period to 60 instead of ${seconds}`),
  noAnomalyDetection: (operator: string) =>
    unsupported(`detects no anomalies; compare with a Threshold instead of ${operator}`),
  alarmOfPolicy: (name: string) =>
    unsupported(`lets only Auto Scaling change ${name}; change or delete its scaling policy`),

  dashboardNotJson: () =>
    new AwsError("InvalidParameterInput", "The field DashboardBody must be a valid JSON object"),
  dashboardInvalid: (problems: readonly Problem[]) =>
    new AwsError(
      "InvalidParameterInput",
      `The dashboard body is invalid, there are ${problems.length} validation errors:\n` +
        JSON.stringify(problems, undefined, 2),
    ),
  dashboardName: (name: string) =>
    new AwsError(
      "InvalidParameterInput",
      `The value ${name} for field DashboardName contains invalid characters. ` +
        "It can only contain alphanumerics, dash (-) and underscore (_).",
    ),
  dashboardNotFound: (names: readonly string[]) =>
    // ResourceNotFound is also the code of a second exception.
    new AwsError(
      "ResourceNotFound",
      `Dashboard ${names.join(", ")} does not exist`,
      404,
      "DashboardNotFoundError",
    ),
  noDashboardNames: () => invalidValue("Need at least 1 dashboard"),

  reservedNamespace: (namespace: string) =>
    invalidValue(`The value ${namespace} for parameter Namespace is invalid.`),
  noMetricData: () => missing("The parameter MetricData is required."),
  tooMuchMetricData: () => invalidValue("The collection MetricData must not have a size greater than 1000."),
  noValue: (at: string) =>
    missing(`At least one of the parameters ${at}.Value, ${at}.Values or ${at}.StatisticValues is required.`),
  exclusiveValues: (at: string, first: string, second: string) =>
    invalidCombination(
      `The parameters ${at}.${first} and ${at}.${second} are mutually exclusive and you have specified both.`,
    ),
  countsOfOtherLength: (at: string) =>
    invalidValue(`The parameters ${at}.Values and ${at}.Counts must be of the same size.`),
  tooManyValues: (at: string) =>
    invalidValue(`The collection ${at}.Values must not have a size greater than 150.`),
  notANumber: (value: number, parameter: string) =>
    invalidValue(`The value ${value} for parameter ${parameter} is invalid.`),
  unit: (at: string, units: readonly string[]) =>
    invalidValue(`The parameter ${at}.Unit must be a value in the set [ ${units.join(", ")} ].`),
  storageResolution: (at: string) =>
    invalidValue(`The parameter ${at}.StorageResolution must be 1, or a multiple of 60.`),
  tooManyDimensions: (at: string) =>
    invalidValue(`The collection ${at}.Dimensions must not have a size greater than 30.`),
  emptyName: (parameter: string) =>
    invalidValue(`The parameter ${parameter} must be shorter than 256 characters and not empty.`),
  timestampTooEarly: (at: string) =>
    invalidValue(`The parameter ${at}.Timestamp must specify a time no more than two weeks in the past.`),
  timestampTooLate: (at: string) =>
    invalidValue(`The parameter ${at}.Timestamp must specify a time within the next two hours.`),

  period: () => invalidValue("The parameter Period must be a multiple of 60."),
  statistic: (position: number, statistics: readonly string[]) =>
    invalidValue(
      `The parameter Statistics.member.${position} must be a value in the set [ ${statistics.join(", ")} ].`,
    ),
  noStatistic: () => missing("The parameter Statistics or ExtendedStatistics is required."),
  endBeforeStart: () =>
    invalidCombination("The parameter StartTime must be less than the parameter EndTime."),
  tooManyRequested: (datapoints: number, most: number) =>
    invalidCombination(
      `You have requested up to ${datapoints} datapoints, which exceeds the limit of ${most}. ` +
        "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
    ),

  queryId: (id: string) =>
    validation(`The value ${id} for parameter Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`),
  queryIdTwice: (id: string) =>
    validation(`The values for parameter id in MetricDataQueries are not unique: ${id}`),
  queryWithoutMetric: (id: string) =>
    validation(`Either MetricStat or Expression must be specified for the query ${id}.`),
  scanBy: () =>
    invalidValue(
      "The parameter ScanBy must be a value in the set [ TimestampAscending, TimestampDescending ].",
    ),

  listToken: () => invalidValue("Request parameter NextToken is invalid"),
  alarmToken: () => new AwsError("InvalidNextToken", "The specified NextToken is not valid."),
  alarmNamesAndPrefix: () =>
    invalidCombination("The parameters AlarmNames and AlarmNamePrefix are mutually exclusive."),
  alarmWithoutMetric: () =>
    validation("Either a metric by MetricName and Namespace, or Metrics must be specified"),
  alarmWithoutStatistic: () => missing("The parameter Statistic or ExtendedStatistic is required."),
  alarmWithoutThreshold: () => missing("The parameter Threshold is required."),
  alarmPeriod: () => validation("Period must be 10, 20, 30 or a multiple of 60"),
  datapointsToAlarm: () => validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods"),
  alarmSpan: () =>
    validation(
      "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
    ),
  treatMissingData: (value: string) => validation(`Option ${value} is not supported for TreatMissingData`),
  alarmActionArn: (arn: string) => validation(`Invalid arn syntax: ${arn}`),
  alarmActionRegion: (region: string, own: string) =>
    validation(`Invalid region ${region} specified. Only ${own} is supported.`),
  alarmNotFound: (names: readonly string[]) =>
    new AwsError("ResourceNotFound", `Alarms ${names.join(", ")} do not exist`, 404, "ResourceNotFound"),
  taggedNotFound: (arn: string) => new AwsError("ResourceNotFoundException", `Unknown resource: ${arn}`, 404),
  invalidTag: (key: string, value: string) => invalidValue(`The tag ${key} = ${value} is invalid.`),
  tooManyTags: () => invalidValue("The collection Tags must not have a size greater than 50."),
  alarmState: (value: string) =>
    invalidValue(`The value ${value} for parameter StateValue must be one of OK, ALARM, INSUFFICIENT_DATA.`),
} satisfies Record<string, (...args: never[]) => AwsError>;

function validation(message: string): AwsError {
  return new AwsError("ValidationError", message);
}
