import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Fleet } from "./fleet";
import { isBurstable, type Host } from "./host";
import type { LoadBalancer } from "./load-balancer";

export interface AlarmsArgs {
  /** ARN of the SNS topic that is told. */
  topicArn: string;
  loadBalancers: Record<string, LoadBalancer>;
  hosts: Record<string, Host>;
  fleet: Fleet;
  instanceType: string;
}

type Alarm = Required<
  Pick<aws.cloudwatch.MetricAlarmArgs, "namespace" | "metricName" | "statistic" | "period" | "threshold">
> &
  Pick<aws.cloudwatch.MetricAlarmArgs, "dimensions" | "evaluationPeriods" | "datapointsToAlarm"> & {
    description: string;
  };

/** Tells a topic of what its owner must know: alarms, and each scaling of the fleet. */
export class Alarms extends pulumi.ComponentResource {
  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:Alarms", name, { topicArn: args.topicArn }, opts);
    const { topicArn, instanceType, fleet } = args;
    const loadBalancers = Object.entries(args.loadBalancers).flatMap(([balancer, loadBalancer]) =>
      Object.entries(alarmsOf(loadBalancer)).map(
        ([alarm, settings]) => [`${balancer}-${alarm}`, settings] as const,
      ),
    );
    const credits = Object.entries({
      ...Object.fromEntries(
        Object.entries(args.hosts).map(([host, { instanceId }]) => [host, { InstanceId: instanceId }]),
      ),
      fleet: { AutoScalingGroupName: fleet.autoScalingGroupName },
    }).map(([owner, dimensions]) => [`${owner}-charged-credits`, chargedCredits(dimensions)] as const);

    for (const [alarm, { description, ...settings }] of [
      ...loadBalancers,
      ...(isBurstable(instanceType) ? credits : []),
    ])
      new aws.cloudwatch.MetricAlarm(
        alarm,
        {
          ...settings,
          alarmDescription: description,
          comparisonOperator: "GreaterThanThreshold",
          // Each of these metrics is sent only while there is something to count: targets, errors or instances.
          treatMissingData: "notBreaching",
          alarmActions: [topicArn],
          okActions: [topicArn],
          tags: { Name: alarm, part: "alarms" },
        },
        { parent: this },
      );

    new aws.autoscaling.Notification(
      name,
      {
        groupNames: [fleet.autoScalingGroupName],
        notifications: [
          "autoscaling:EC2_INSTANCE_LAUNCH",
          "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
          "autoscaling:EC2_INSTANCE_TERMINATE",
          "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
        ],
        topicArn,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

function alarmsOf({ arnSuffix, targetGroupArnSuffix }: LoadBalancer): Record<string, Alarm> {
  const namespace = "AWS/ApplicationELB";
  const dimensions = { LoadBalancer: arnSuffix };
  // A restart or a replaced instance costs a few requests; this is what doesn't stop by itself.
  const errors = {
    namespace,
    dimensions,
    statistic: "Sum",
    period: 60,
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
    threshold: 5,
  };
  return {
    "unhealthy-targets": {
      namespace,
      metricName: "UnHealthyHostCount",
      dimensions: { ...dimensions, TargetGroup: targetGroupArnSuffix },
      statistic: "Maximum",
      period: 60,
      // Longer than a service takes to be installed, or the fleet to replace an instance.
      evaluationPeriods: 5,
      threshold: 0,
      description: "A target has been unhealthy for five minutes",
    },
    "5xx": {
      ...errors,
      metricName: "HTTPCode_ELB_5XX_Count",
      description: "The load balancer itself answers with errors: it reaches no target, or not in time",
    },
    "target-5xx": {
      ...errors,
      metricName: "HTTPCode_Target_5XX_Count",
      description: "The targets answer with errors",
    },
  };
}

/** Credits are sent every five minutes. Source: EC2 User Guide, "CPU credit metrics". */
function chargedCredits(dimensions: Alarm["dimensions"]): Alarm {
  return {
    namespace: "AWS/EC2",
    metricName: "CPUSurplusCreditsCharged",
    dimensions,
    statistic: "Maximum",
    period: 300,
    evaluationPeriods: 1,
    threshold: 0,
    description: "CPU beyond the baseline is charged: its load has outlasted the credits of a day",
  };
}
