import type { Statistic } from "@aws-sdk/client-cloudwatch";
import type { Datapoint } from "./metrics";

export const statistics: Record<Statistic, keyof Datapoint> = {
  Average: "average",
  Maximum: "maximum",
  Minimum: "minimum",
  SampleCount: "sampleCount",
  Sum: "sum",
};
