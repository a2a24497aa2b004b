/**
 * A target's health as a pure state machine, with the states, reason codes and descriptions of DescribeTargetHealth.
 * Sources: "Health checks for Application Load Balancer target groups" (ELB User Guide) and TargetHealth (ELB API
 * Reference).
 */

export interface TargetHealth {
  state: "initial" | "healthy" | "unhealthy" | "draining" | "unused";
  /** Absent if healthy, like the description. */
  reason?: TargetHealthReason;
  description?: string;
}

/** By reason code; the description of a code mismatch ends with the code. */
const descriptions = {
  "Elb.RegistrationInProgress": "Target registration is in progress",
  "Elb.InitialHealthChecking": "Initial health checks in progress",
  "Target.FailedHealthChecks": "Health checks failed",
  "Target.Timeout": "Request timed out",
  "Target.ResponseCodeMismatch": "Health checks failed with these codes: ",
  "Target.DeregistrationInProgress": "Target deregistration is in progress",
  "Target.InvalidState": "Target is in the terminated state",
  "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
  "Target.NotRegistered": "Target is not registered to the target group",
};

export type TargetHealthReason = keyof typeof descriptions;

export type CheckResult =
  | { result: "passed" }
  /** No connection, or no valid HTTP response. */
  | { result: "failed" }
  | { result: "timed-out" }
  | { result: "mismatched"; code: number };

export interface Thresholds {
  /** Consecutive successes that make an unhealthy target healthy. */
  healthyThreshold: number;
  /** Consecutive failures that make a target unhealthy. */
  unhealthyThreshold: number;
}

/** A target's health and its current run of consecutive passes or failures. */
export interface HealthState {
  readonly targetHealth: TargetHealth;
  readonly passes: number;
  readonly failures: number;
}

const healthState = (
  state: TargetHealth["state"],
  reason: TargetHealthReason,
  description = descriptions[reason],
): HealthState => ({
  targetHealth: { state, reason, description },
  passes: 0,
  failures: 0,
});

export const registering = healthState("initial", "Elb.RegistrationInProgress");
export const checking = healthState("initial", "Elb.InitialHealthChecking");
export const draining = healthState("draining", "Target.DeregistrationInProgress");
export const notInUse = healthState("unused", "Target.NotInUse");
export const stopped = healthState("unused", "Target.InvalidState", "Target is in the stopped state");
export const terminated = healthState("unused", "Target.InvalidState");
export const notRegistered = healthState("unused", "Target.NotRegistered");

/**
 * The health after one more check. A new target becomes healthy with its first passed check; after that, changes in
 * either direction take as many consecutive results as the threshold. An unhealthy target shows its latest failure.
 * Draining and unused targets don't change.
 */
export function afterCheck(before: HealthState, check: CheckResult, thresholds: Thresholds): HealthState {
  const { state } = before.targetHealth;
  if (state === "draining" || state === "unused") return before;
  if (check.result === "passed") {
    const passes = before.passes + 1;
    const healthy = state !== "unhealthy" || passes >= thresholds.healthyThreshold;
    return { targetHealth: healthy ? { state: "healthy" } : before.targetHealth, passes, failures: 0 };
  }
  const failures = before.failures + 1;
  const unhealthy = state === "unhealthy" || failures >= thresholds.unhealthyThreshold;
  return { targetHealth: unhealthy ? unhealthyBy(check) : before.targetHealth, passes: 0, failures };
}

/** Healthy, and its latest check passed. */
export function isSteady({ targetHealth: { state }, failures }: HealthState): boolean {
  return state === "healthy" && failures === 0;
}

const failureReasons = {
  failed: "Target.FailedHealthChecks",
  "timed-out": "Target.Timeout",
  mismatched: "Target.ResponseCodeMismatch",
} as const;

function unhealthyBy(check: Exclude<CheckResult, { result: "passed" }>): TargetHealth {
  const reason = failureReasons[check.result];
  const code = check.result === "mismatched" ? `[${check.code}]` : "";
  return { state: "unhealthy", reason, description: `${descriptions[reason]}${code}` };
}

/** Parses an HTTP matcher: a code, list or range such as "200", "200,202" or "200-299" (Matcher, ELB API Reference). */
export function parseMatcher(matcher: string): (code: number) => boolean {
  const ranges = matcher.split(",").map(part => {
    const [, from, to = from] = /^\s*(\d{3})(?:-(\d{3}))?\s*$/.exec(part) ?? [];
    if (from === undefined || to === undefined || to < from)
      throw new Error(
        `health check matcher "${matcher}": expected codes such as "200", "200,202" or "200-299"`,
      );
    return { from: Number(from), to: Number(to) };
  });
  return code => ranges.some(({ from, to }) => from <= code && code <= to);
}
