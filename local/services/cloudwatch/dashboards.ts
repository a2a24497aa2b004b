/** Dashboards and what CloudWatch requires of their bodies. Source: CloudWatch API Reference, "Dashboard Body Structure and Syntax". */
import { jsonOf } from "../../api/json-text";

export interface Dashboard {
  name: string;
  body: string;
  /** Region milliseconds. */
  lastModified: number;
}

export interface Problem {
  dataPath: string;
  message: string;
}

const widgetTypes = ["alarm", "custom", "explorer", "log", "metric", "text"];

/** The largest value of each place on the grid. */
const grid = { x: [0, 23], y: [0, Infinity], width: [1, 24], height: [1, 1000] } as const;

/** Undefined if the body isn't a JSON object. */
export function problemsOf(body: string): Problem[] | undefined {
  const dashboard = jsonOf(body);
  if (!isObject(dashboard)) return undefined;
  const { widgets } = dashboard;
  if (widgets === undefined) return [missing("", "widgets")];
  if (!Array.isArray(widgets)) return [{ dataPath: "/widgets", message: "Should be array" }];
  return widgets.flatMap((widget, index) => widgetProblems(widget, `/widgets/${index}`));
}

function widgetProblems(widget: unknown, dataPath: string): Problem[] {
  if (!isObject(widget)) return [{ dataPath, message: "Should be object" }];
  const required = ["type", "properties"].filter(name => widget[name] === undefined);
  const problems = required.map(name => missing(dataPath, name));
  if (widget["type"] !== undefined && !widgetTypes.includes(widget["type"] as string))
    problems.push({
      dataPath: `${dataPath}/type`,
      message: "Should be equal to one of the allowed values",
    });
  if (widget["properties"] !== undefined && !isObject(widget["properties"]))
    problems.push({ dataPath: `${dataPath}/properties`, message: "Should be object" });
  for (const [name, [least, most]] of Object.entries(grid)) {
    const value = widget[name];
    const isOnGrid = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
    if (value !== undefined && !isOnGrid)
      problems.push({
        dataPath: `${dataPath}/${name}`,
        message: `Should be an integer from ${least} to ${most}`,
      });
  }
  return problems;
}

const missing = (dataPath: string, name: string): Problem => ({
  dataPath,
  message: `Should have required property '${name}'`,
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
