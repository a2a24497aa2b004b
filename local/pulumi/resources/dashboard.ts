import { z } from "zod";
import { resourceType, type ResourceTypes } from "./resource-type";

export const dashboardTypes: ResourceTypes = {
  "aws:cloudwatch/dashboard:Dashboard": resourceType({
    inputs: z.strictObject({ dashboardName: z.string(), dashboardBody: z.string() }),
    async create({ cloudWatch }, { dashboardName, dashboardBody }) {
      await cloudWatch.PutDashboard({ DashboardName: dashboardName, DashboardBody: dashboardBody });
      return { id: dashboardName };
    },
  }),
};
