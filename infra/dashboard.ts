import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancer } from "./load-balancer";

export interface DashboardArgs {
  region: pulumi.Input<string>;
  autoScalingGroupName: pulumi.Input<string>;
  loadBalancers: Record<string, LoadBalancer>;
}

/** A region's console; China and GovCloud have their own. Source: "AWS Regions and partitions", the partitions' domains. */
export function consoleHost(region: string): string {
  if (region.startsWith("cn-")) return `${region}.console.amazonaws.cn`;
  if (region.startsWith("us-gov-")) return `${region}.console.amazonaws-us-gov.com`;
  return `${region}.console.aws.amazon.com`;
}

/** A CloudWatch dashboard of the fleet's scaling and what users experience. */
export class Dashboard extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:Dashboard", name, {}, opts);
    const { region, autoScalingGroupName } = args;
    const dashboardName = `${pulumi.getProject()}-${pulumi.getStack()}`;
    const balancers = Object.entries(args.loadBalancers);
    const group = ["AutoScalingGroupName", autoScalingGroupName];
    const ofBalancers = (metric: string, stat: string, byTargetGroup = false) =>
      balancers.map(([label, { arnSuffix, targetGroupArnSuffix }]) => [
        "AWS/ApplicationELB",
        metric,
        ...(byTargetGroup ? ["TargetGroup", targetGroupArnSuffix] : []),
        "LoadBalancer",
        arnSuffix,
        { label, stat },
      ]);

    const widgets = [
      {
        title: "Fleet CPU, mean, percent",
        metrics: [["AWS/EC2", "CPUUtilization", ...group, { stat: "Average" }]],
      },
      {
        title: "Instances",
        metrics: ["GroupDesiredCapacity", "GroupInServiceInstances"].map(metric => [
          "AWS/AutoScaling",
          metric,
          ...group,
        ]),
      },
      { title: "Requests", metrics: ofBalancers("RequestCount", "Sum") },
      { title: "Latency, seconds", metrics: ofBalancers("TargetResponseTime", "p99") },
      { title: "Healthy targets", metrics: ofBalancers("HealthyHostCount", "Minimum", true) },
    ];
    new aws.cloudwatch.Dashboard(
      name,
      {
        dashboardName,
        dashboardBody: pulumi.jsonStringify({
          widgets: widgets.map(({ title, metrics }, index) => ({
            type: "metric",
            x: (index % 2) * 12,
            y: Math.floor(index / 2) * 6,
            width: 12,
            height: 6,
            properties: { title, metrics, region, period: 60, view: "timeSeries" },
          })),
        }),
      },
      { parent: this },
    );
    this.url = pulumi.interpolate`https://${pulumi.output(region).apply(consoleHost)}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
    this.registerOutputs({ url: this.url });
  }
}
