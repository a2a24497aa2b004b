/** What AWS answers to the program's data sources. */
import { z } from "zod";
import { withCode } from "../api/aws-error";

export interface DataSourceContext {
  regionName: string;
  zones: string[];
  /** The value of an SSM parameter. */
  parameter: (name: string) => string;
}

const answers: Record<string, (context: DataSourceContext, inputs: unknown) => Record<string, unknown>> = {
  "aws:index/getRegion:getRegion": ({ regionName }) => ({ id: regionName, region: regionName }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": ({ zones }) => ({ names: zones }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": ({ zones }) => ({ locations: zones }),
  "aws:ssm/getParameter:getParameter": ({ parameter }, inputs) => {
    const { name } = z.object({ name: z.string() }).parse(inputs);
    return { name, value: parameter(name) };
  },
};

/** @throws for a data source that the region does not know: it makes nothing up */
export function invoke(context: DataSourceContext, token: string, inputs: unknown): Record<string, unknown> {
  const answer = Object.hasOwn(answers, token) ? answers[token] : undefined;
  if (!answer) throw new Error(`the local region does not know the data source ${token}`);
  try {
    return answer(context, inputs);
  } catch (error) {
    throw withCode(error);
  }
}
