import { z } from "zod";
import { AwsError } from "../../api/aws-error";
import { handler, type Handlers } from "./handler";

export const dashboardHandlers: Handlers = {
  "aws:cloudwatch/dashboard:Dashboard": handler({
    inputs: z.strictObject({ dashboardName: z.string(), dashboardBody: z.string() }),
    create(_name, { dashboardName, dashboardBody }) {
      assertJson(dashboardBody);
      return { id: dashboardName };
    },
    update({ outputs }, { dashboardBody }) {
      assertJson(dashboardBody);
      return outputs;
    },
    delete: () => undefined, // the region doesn't render dashboards
  }),
};

function assertJson(dashboardBody: string): void {
  try {
    JSON.parse(dashboardBody);
  } catch (error) {
    throw new AwsError("InvalidParameterInput", `The dashboard body is invalid: ${(error as Error).message}`);
  }
}
