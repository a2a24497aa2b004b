import { hostCounts, RequestMetrics } from "./metrics";

const client = { address: "203.0.113.9" };
const one = { sampleCount: 1, sum: 1, minimum: 1, maximum: 1 };

test("requests are counted by who answered and how, until they are taken", () => {
  const metrics = new RequestMetrics();
  metrics.record({ client, targetId: "i-1", status: 200, targetStatus: 200, durationMs: 500 });
  metrics.record({ client, targetId: "i-1", status: 502, targetStatus: 502, durationMs: 1500 });
  metrics.record({ client, targetId: "i-1", status: 504, durationMs: 10_000 });
  metrics.record({ client, status: 503, durationMs: 1 });
  const counted = (count: number) => ({ ...one, sampleCount: count, sum: count });
  expect(Object.fromEntries(metrics.take().map(({ name, samples }) => [name, samples]))).toEqual({
    RequestCount: counted(3),
    HTTPCode_Target_2XX_Count: one,
    HTTPCode_Target_5XX_Count: one,
    HTTPCode_ELB_5XX_Count: counted(2),
    TargetResponseTime: { sampleCount: 2, sum: 2, minimum: 0.5, maximum: 1.5 },
  });
  expect(metrics.take()).toEqual([]);
});

test("targets are counted by their health, and not at all while none is registered", () => {
  const states = ["healthy", "healthy", "unhealthy", "initial", "draining"];
  const counts = hostCounts(states.map(state => ({ targetHealth: { state } })));
  expect(counts.map(({ name, samples }) => [name, samples.maximum])).toEqual([
    ["HealthyHostCount", 2],
    ["UnHealthyHostCount", 1],
  ]);
  expect(hostCounts([])).toEqual([]);
});
