/** The data sources that the program reads from AWS. */
import { z } from "zod";
import { withCode } from "../api/aws-error";

export interface DataSourceContext {
  regionName: string;
  zones: string[];
  /** The value of an SSM parameter. */
  parameter: (name: string) => string;
}

const dataSources: Record<string, (context: DataSourceContext, inputs: unknown) => Record<string, unknown>> =
  {
    "aws:index/getRegion:getRegion": ({ regionName }) => ({ id: regionName, region: regionName }),
    "aws:index/getAvailabilityZones:getAvailabilityZones": ({ zones }) => ({ names: zones }),
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": ({ zones }) => ({ locations: zones }),
    "aws:ssm/getParameter:getParameter": ({ parameter }, inputs) => {
      const { name } = z.object({ name: z.string() }).parse(inputs);
      return { name, value: parameter(name) };
    },
  };

/** @throws for an unsupported data source */
export function invoke(context: DataSourceContext, token: string, inputs: unknown): Record<string, unknown> {
  const dataSource = Object.hasOwn(dataSources, token) ? dataSources[token] : undefined;
  if (!dataSource) throw new Error(`the local region does not support the data source ${token}`);
  try {
    return dataSource(context, inputs);
  } catch (error) {
    throw withCode(error);
  }
}
