/** What a load balancer sends to CloudWatch. Source: "CloudWatch metrics for your Application Load Balancer". */
import type { RequestRecord } from "./load-balancer";

export interface Samples {
  sampleCount: number;
  sum: number;
  minimum: number;
  maximum: number;
}

export interface Measured {
  name: string;
  unit: "Count" | "Seconds";
  samples: Samples;
}

/** Counts requests until they are taken. A metric without requests is absent, as AWS sends none. */
export class RequestMetrics {
  private measured = new Map<string, Measured>();

  record({ targetId, status, targetStatus, durationMs }: RequestRecord): void {
    if (targetId !== undefined) this.add("RequestCount", "Count", 1);
    if (targetStatus !== undefined) {
      this.add(`HTTPCode_Target_${classOf(targetStatus)}_Count`, "Count", 1);
      this.add("TargetResponseTime", "Seconds", durationMs / 1000);
    } else if (status >= 300) this.add(`HTTPCode_ELB_${classOf(status)}_Count`, "Count", 1);
  }

  take(): Measured[] {
    const taken = [...this.measured.values()];
    this.measured = new Map();
    return taken;
  }

  private add(name: string, unit: Measured["unit"], value: number): void {
    const { samples } = this.measured.get(name) ?? {};
    if (!samples) {
      this.measured.set(name, { name, unit, samples: sampleOf(value) });
      return;
    }
    samples.sampleCount++;
    samples.sum += value;
    samples.minimum = Math.min(samples.minimum, value);
    samples.maximum = Math.max(samples.maximum, value);
  }
}

/** How many of a target group's targets are healthy, and unhealthy; nothing while none is registered. */
export function hostCounts(targets: readonly { targetHealth: { state: string } }[]): Measured[] {
  if (targets.length === 0) return [];
  const inState = (state: string) =>
    targets.filter(({ targetHealth }) => targetHealth.state === state).length;
  return [
    { name: "HealthyHostCount", unit: "Count", samples: sampleOf(inState("healthy")) },
    { name: "UnHealthyHostCount", unit: "Count", samples: sampleOf(inState("unhealthy")) },
  ];
}

function sampleOf(value: number): Samples {
  return { sampleCount: 1, sum: value, minimum: value, maximum: value };
}

/** "5XX" */
const classOf = (status: number) => `${Math.floor(status / 100)}XX`;
