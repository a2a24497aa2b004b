/** Sources: CloudWatch API Reference, "PutDashboard", "GetDashboard", "ListDashboards", "DeleteDashboards". */
import { pageOf } from "../../../api/paging";
import { accountId } from "../../../identifiers";
import { problemsOf } from "../dashboards";
import { refusals } from "../refusals";
import type { CloudWatchActions } from "./context";

/** Source: "ListDashboards". */
const pageSize = 1000;

export const dashboardActions = {
  PutDashboard: {
    parameters: ["DashboardName", "DashboardBody"],
    handle({ dashboards, now }, { DashboardName: name = "", DashboardBody: body = "" }) {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw refusals.dashboardName(name);
      const problems = problemsOf(body);
      if (!problems) throw refusals.dashboardNotJson();
      if (problems.length > 0) throw refusals.dashboardInvalid(problems);
      dashboards.set(name, { name, body, lastModified: now() });
      return { DashboardValidationMessages: [] };
    },
  },

  GetDashboard: {
    parameters: ["DashboardName"],
    handle({ dashboards }, { DashboardName = "" }) {
      const dashboard = dashboards.get(DashboardName);
      if (!dashboard) throw refusals.dashboardNotFound([DashboardName]);
      const { name, body } = dashboard;
      return { DashboardArn: arnOf(name), DashboardBody: body, DashboardName: name };
    },
  },

  ListDashboards: {
    parameters: ["DashboardNamePrefix", "NextToken"],
    handle({ dashboards, wallClock }, { DashboardNamePrefix = "", NextToken }) {
      const found = [...dashboards.values()]
        .filter(({ name }) => name.startsWith(DashboardNamePrefix))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const paged = pageOf(found, pageSize, NextToken);
      if (!paged) throw refusals.listToken();
      return {
        DashboardEntries: paged.page.map(({ name, body, lastModified }) => ({
          DashboardName: name,
          DashboardArn: arnOf(name),
          LastModified: wallClock.show(lastModified),
          Size: Buffer.byteLength(body),
        })),
        NextToken: paged.next,
      };
    },
  },

  DeleteDashboards: {
    parameters: ["DashboardNames"],
    handle({ dashboards }, { DashboardNames = [] }) {
      if (DashboardNames.length === 0) throw refusals.noDashboardNames();
      const unknown = DashboardNames.filter(name => !dashboards.has(name));
      if (unknown.length > 0) throw refusals.dashboardNotFound(unknown);
      for (const name of DashboardNames) dashboards.delete(name);
      return {};
    },
  },
} satisfies Partial<CloudWatchActions>;

/** Dashboards belong to no region. */
const arnOf = (name: string) => `arn:aws:cloudwatch::${accountId}:dashboard/${name}`;
