import fc from "fast-check";
import { afterCheck, checking, draining, notInUse, notRegistered, registering } from "./target-health";
import { parseMatcher, type CheckResult } from "./target-health";

const passed: CheckResult = { result: "passed" };
const failed: CheckResult = { result: "failed" };
const timedOut: CheckResult = { result: "timed-out" };
const mismatched: CheckResult = { result: "mismatched", code: 503 };
const thresholds = { healthyThreshold: 3, unhealthyThreshold: 2 };

const of = (state: string, reason: string, description: string) => ({ state, reason, description });
const initial = of("initial", "Elb.InitialHealthChecking", "Initial health checks in progress");
const healthy = { state: "healthy" };
const byTimeOut = of("unhealthy", "Target.Timeout", "Request timed out");
const byFailure = of("unhealthy", "Target.FailedHealthChecks", "Health checks failed");
const codes = "Health checks failed with these codes: [503]";
const byCode = of("unhealthy", "Target.ResponseCodeMismatch", codes);

describe("with 3 passes for healthy and 2 failures for unhealthy, a new target", () => {
  test.each<[string, CheckResult[], object]>([
    ["is initial before its first check", [], initial],
    ["is healthy after one passed check", [passed], healthy],
    ["isn't unhealthy after one failure", [failed], initial],
    ["is healthy after one passed check, even if one failed before", [failed, passed], healthy],
    ["is unhealthy after two failures", [failed, failed], byFailure],
    ["is unhealthy after two time-outs", [timedOut, timedOut], byTimeOut],
    ["is unhealthy after two wrong codes", [mismatched, mismatched], byCode],
    ["stays healthy after one failure", [passed, failed], healthy],
    ["stays healthy after two failures that aren't consecutive", [passed, failed, passed, failed], healthy],
    ["becomes unhealthy after two consecutive failures", [passed, failed, failed], byFailure],
    ["shows its latest failure", [failed, failed, timedOut], byTimeOut],
    ["stays unhealthy after two passes", [failed, failed, passed, passed], byFailure],
    ["stays unhealthy if one fails in between", [failed, failed, passed, passed, failed, passed], byFailure],
    ["recovers after three consecutive passes", [failed, failed, passed, passed, passed], healthy],
  ])("%s", (_name, checks, expected) => {
    const health = checks.reduce((before, check) => afterCheck(before, check, thresholds), checking);
    expect(health.targetHealth).toEqual(expected);
  });
});

test.each([
  ["draining", draining],
  ["unused", notInUse],
  ["not registered", notRegistered],
])("a target that is %s stays so, whatever the result of a late check", (_name, health) => {
  expect(afterCheck(health, passed, thresholds)).toBe(health);
  expect(afterCheck(health, failed, thresholds)).toBe(health);
});

test("every state but healthy has AWS's reason and description", () => {
  const all = [registering, checking, draining, notInUse, notRegistered];
  expect(all.map(({ targetHealth }) => targetHealth)).toEqual([
    of("initial", "Elb.RegistrationInProgress", "Target registration is in progress"),
    initial,
    of("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"),
    of(
      "unused",
      "Target.NotInUse",
      "Target group is not configured to receive traffic from the load balancer",
    ),
    of("unused", "Target.NotRegistered", "Target is not registered to the target group"),
  ]);
});

test("only the latest results count, once there are as many as the greater threshold", () => {
  const anyCheck = fc.constantFrom(passed, failed, timedOut, mismatched);
  const threshold = fc.integer({ min: 2, max: 10 });
  const anyThresholds = fc.record({ healthyThreshold: threshold, unhealthyThreshold: threshold });
  fc.assert(
    fc.property(fc.array(anyCheck), anyCheck, anyThresholds, (checks, last, limits) => {
      const all = [...checks, ...Array<CheckResult>(Math.max(...Object.values(limits))).fill(last)];
      const { targetHealth } = all.reduce((before, check) => afterCheck(before, check, limits), checking);
      expect(targetHealth.state).toBe(last === passed ? "healthy" : "unhealthy");
    }),
  );
});

describe("a matcher", () => {
  test.each([
    ["200", [200], [199, 201, 204]],
    ["200,202", [200, 202], [201]],
    ["200-299", [200, 250, 299], [199, 300]],
    ["200-204, 301", [200, 204, 301], [205, 300]],
  ])("%s matches only its codes", (matcher, inside, outside) => {
    const matches = parseMatcher(matcher);
    expect(inside.filter(matches)).toEqual(inside);
    expect(outside.filter(matches)).toEqual([]);
  });

  test.each(["", "ok", "20", "2000", "299-200", "200,", "200-"])("%p is rejected by name", matcher => {
    expect(() => parseMatcher(matcher)).toThrow(
      `health check matcher "${matcher}": expected codes such as "200", "200,202" or "200-299"`,
    );
  });
});
