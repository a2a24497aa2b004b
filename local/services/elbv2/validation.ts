/** Names and health checks, as AWS takes them. Sources: ELB API Reference, "CreateLoadBalancer", "CreateTargetGroup". */
import { refusals } from "./refusals";
import type { HealthCheckSettings } from "./target-group";

/** @throws AwsError for a name that AWS doesn't take */
export function assertName(kind: "Load balancer" | "Target group", name: string): void {
  const refuse = (why: string) => refusals.invalidName(kind, name, why);
  if (name === "") throw refuse("must not be empty");
  if (name.length > 32) throw refuse("cannot be longer than '32' characters");
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw refuse("can only contain characters that are alphanumeric characters and hyphens(-)");
  if (/^-|-$/.test(name)) throw refuse("cannot begin or end with '-'");
  if (kind === "Load balancer" && name.startsWith("internal-")) throw refuse("cannot begin with 'internal-'");
}

export function assertPort(what: string, port: number): void {
  assertWithin(what, port, 1, 65_535);
}

/** The API's defaults for targets that are instances, spoken to by HTTP. */
export const healthCheckDefaults: HealthCheckSettings = {
  path: "/",
  port: "traffic-port",
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
};

/** HealthCheck… parameters of CreateTargetGroup and ModifyTargetGroup. */
export interface HealthCheckInput {
  HealthCheckProtocol?: string;
  HealthCheckPort?: string;
  HealthCheckEnabled?: boolean;
  HealthCheckPath?: string;
  HealthCheckIntervalSeconds?: number;
  HealthCheckTimeoutSeconds?: number;
  HealthyThresholdCount?: number;
  UnhealthyThresholdCount?: number;
  Matcher?: { HttpCode?: string; GrpcCode?: string };
}

export const healthCheckParameters = [
  "HealthCheckProtocol",
  "HealthCheckPort",
  "HealthCheckEnabled",
  "HealthCheckPath",
  "HealthCheckIntervalSeconds",
  "HealthCheckTimeoutSeconds",
  "HealthyThresholdCount",
  "UnhealthyThresholdCount",
  "Matcher.HttpCode",
] as const;

/**
 * A health check with these settings changed.
 * @throws AwsError for settings that AWS doesn't take or the region lacks
 */
export function changedHealthCheck(
  before: HealthCheckSettings,
  input: HealthCheckInput,
): HealthCheckSettings {
  const { HealthCheckProtocol: protocol = "HTTP", HealthCheckPort: port } = input;
  if (protocol !== "HTTP") throw refusals.regionLacks(`${protocol} health checks`, "HTTP");
  if (input.HealthCheckEnabled === false) throw refusals.healthCheckAlwaysOn();
  const check = {
    path: input.HealthCheckPath ?? before.path,
    port: port === undefined ? before.port : healthCheckPort(port),
    intervalSeconds: input.HealthCheckIntervalSeconds ?? before.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? before.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? before.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? before.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? before.matcher,
  };
  if (!/^\/[!-~]{0,1023}$/.test(check.path)) throw refusals.healthCheckPath(check.path);
  assertWithin("Health check interval", check.intervalSeconds, 5, 300);
  assertWithin("Health check timeout", check.timeoutSeconds, 2, 120);
  assertWithin("Healthy threshold count", check.healthyThreshold, 2, 10);
  assertWithin("Unhealthy threshold count", check.unhealthyThreshold, 2, 10);
  if (check.timeoutSeconds >= check.intervalSeconds)
    throw refusals.timeoutNotBelowInterval(check.timeoutSeconds, check.intervalSeconds);
  if (!isMatcher(check.matcher)) throw refusals.matcher(check.matcher);
  return check;
}

function healthCheckPort(port: string): HealthCheckSettings["port"] {
  if (port === "traffic-port") return port;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    throw refusals.healthCheckPort(port);
  return Number(port);
}

/** Codes and ranges of codes, within those that a target group for HTTP takes. */
function isMatcher(matcher: string): boolean {
  return matcher.split(",").every(part => {
    const [, from = "", to = from] = /^([234]\d\d)(?:-([234]\d\d))?$/.exec(part) ?? [];
    return from !== "" && from <= to;
  });
}

function assertWithin(what: string, value: number, from: number, to: number): void {
  if (!Number.isInteger(value) || value < from || value > to)
    throw refusals.outOfRange(what, value, from, to);
}
