/** `npm run load`: puts the fleet under load and shows how it scales. */
import type { AutoScaling } from "@aws-sdk/client-auto-scaling";
import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { setTimeout as delay } from "node:timers/promises";
import { wholeNumber } from "../local/cli/whole-number";
import { command, commonHelp, exitCodes } from "./command";
import type { Deployment } from "./deployment";
import { ask } from "./http";
import { capacitiesOf, chart, isSettled, lineOf, type Sample } from "./load/timeline";

/** Between two rounds of POSTs, in minutes: long enough to see what each does. */
const roundMinutes = 2;

export const load = command({
  help: `Sends POSTs to the fleet's load balancer, each of which starts CPU load, and
shows what the fleet does until it has settled again: CPU against its target,
desired capacity, instances in service, host names that answer. On AWS that takes
half an hour or more, by a local region's clock seconds. Ctrl-C ends it; load
that was started ends by itself.

Usage: npm run load -- [options]

  --requests N             how many POSTs at a time (default: 10)
  --for MINUTES            send them again every ${roundMinutes} minutes for so long, by the
                           region's clock (default: 0, once)
${commonHelp}`,
  options: { requests: { type: "string" }, for: { type: "string" } },
  run: async ({ values, deployment: find, print, json, columns, signal }) => {
    const requests = wholeNumber("--requests", values.requests ?? "10", 1, 1000);
    const minutes = wholeNumber("--for", values.for ?? "0", 0, 600);
    const deployment = await find();
    const fleet = await Fleet.of(deployment);
    const target = await fleet.targetPercent();
    const samples: Sample[] = [];
    let height = 0;
    const show = () => {
      const last = samples.at(-1);
      if (json || last === undefined) return;
      if (columns === Infinity) print(lineOf(last));
      else {
        // Over the last chart.
        const lines = chart(samples, target, columns);
        print(`${height > 0 ? `\u001b[${height}A\u001b[J` : ""}${lines.join("\n")}`);
        height = lines.length;
      }
    };
    const started = performance.now();
    for (let minute = 0; ; minute++) {
      const sample = await fleet.sample(minute, signal);
      if (minute === 0 && sample.desired === 0)
        throw new Error(
          `the fleet is at 0 and has no CPU to follow: \`aws autoscaling set-desired-capacity --desired-capacity 1 --auto-scaling-group-name ${deployment.outputs.autoScalingGroupName}\``,
        );
      samples.push(sample);
      show();
      const isLoading = minute <= minutes;
      if (isLoading && minute % roundMinutes === 0) await fleet.stress(requests, signal);
      if (!isLoading && isSettled(samples.slice(minutes), target)) break;
      await delay(started + (minute + 1) * deployment.minute - performance.now(), undefined, { signal });
    }
    if (json) print(JSON.stringify(samples, undefined, 2));
    else
      print(
        `settled after ${samples.length - 1} minutes; desired capacities: ${capacitiesOf(samples).join(", ")}`,
      );
    return exitCodes.ok;
  },
});

class Fleet {
  private constructor(
    private readonly deployment: Deployment,
    private readonly autoScaling: AutoScaling,
    private readonly cloudWatch: CloudWatch,
  ) {}

  static async of(deployment: Deployment): Promise<Fleet> {
    const { AutoScaling } = await import("@aws-sdk/client-auto-scaling");
    const { CloudWatch } = await import("@aws-sdk/client-cloudwatch");
    return new Fleet(deployment, new AutoScaling(deployment.aws), new CloudWatch(deployment.aws));
  }

  private get name(): string {
    return this.deployment.outputs.autoScalingGroupName;
  }

  private ask(method: "GET" | "POST", signal: AbortSignal) {
    const { outputs, proxy: through } = this.deployment;
    return ask(outputs.fleetLoadBalancerUrl, { through, method, signal, patience: 5000 });
  }

  /** The mean CPU that the scaling policy keeps, in percent. */
  async targetPercent(): Promise<number> {
    const { ScalingPolicies = [] } = await this.autoScaling.describePolicies({
      AutoScalingGroupName: this.name,
    });
    const targets = ScalingPolicies.flatMap(
      ({ TargetTrackingConfiguration: tracking }) => tracking?.TargetValue ?? [],
    );
    if (targets[0] === undefined) throw new Error(`the group ${this.name} has no target tracking policy`);
    return targets[0];
  }

  /** @throws if the load balancer doesn't take them all */
  async stress(requests: number, signal: AbortSignal): Promise<void> {
    const outcomes = await Promise.all(Array.from({ length: requests }, () => this.ask("POST", signal)));
    const failed = outcomes.filter(outcome => typeof outcome === "string" || outcome.status !== 200);
    const [first] = failed;
    if (first === undefined) return;
    const what = typeof first === "string" ? first : `answered with ${first.status}`;
    throw new Error(`of ${requests} POSTs, ${failed.length} failed; the first was ${what}`);
  }

  async sample(minute: number, signal: AbortSignal): Promise<Sample> {
    const [group, cpu] = await Promise.all([this.capacity(), this.cpu()]);
    // Two each, as the load balancer sends them in turn.
    const turns = Array.from({ length: 2 * Math.max(1, group.inService) }, () => this.ask("GET", signal));
    const outcomes = await Promise.all(turns);
    const names = outcomes.flatMap(outcome =>
      typeof outcome === "object" && typeof outcome.json === "string" ? [outcome.json] : [],
    );
    const unanswered = outcomes.length - names.length;
    return {
      minute,
      ...(cpu !== undefined && { cpu }),
      ...group,
      names: [...new Set(names)].sort(),
      unanswered,
    };
  }

  private async capacity(): Promise<Pick<Sample, "desired" | "inService" | "others">> {
    const names = { AutoScalingGroupNames: [this.name] };
    const { AutoScalingGroups } = await this.autoScaling.describeAutoScalingGroups(names);
    const [group] = AutoScalingGroups ?? [];
    if (group?.DesiredCapacity === undefined) throw new Error(`there is no group ${this.name}`);
    const { DesiredCapacity: desired, Instances = [] } = group;
    const inService = Instances.filter(({ LifecycleState }) => LifecycleState === "InService").length;
    return { desired, inService, others: Instances.length - inService };
  }

  /** The latest of the last ten minutes. */
  private async cpu(): Promise<number | undefined> {
    const { Datapoints = [] } = await this.cloudWatch.getMetricStatistics({
      Namespace: "AWS/EC2",
      MetricName: "CPUUtilization",
      Dimensions: [{ Name: "AutoScalingGroupName", Value: this.name }],
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(),
      Period: 60,
      Statistics: ["Average"],
    });
    const time = ({ Timestamp }: { Timestamp?: Date }) => Timestamp?.getTime() ?? 0;
    return Datapoints.toSorted((a, b) => time(a) - time(b)).at(-1)?.Average;
  }
}
