import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { instanceDefaults } from "./host";
import type { LoadBalancer } from "./load-balancer";

export interface FleetArgs {
  imageId: pulumi.Input<string>;
  instanceType: string;
  keyName: pulumi.Input<string>;
  securityGroupId: pulumi.Input<string>;
  /** Where instances are launched, spread over their zones. */
  subnetIds: pulumi.Input<string>[];
  /** Whose targets they are. */
  loadBalancer: LoadBalancer;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  /** Seconds after its launch in which an instance's CPU does not count. */
  warmupSeconds: number;
  /** The mean CPU, in percent, that the group is kept at. */
  targetCpuPercent: number;
  /** The service that it runs, as its tag. */
  part: string;
  /** What has to stand before an instance is launched. */
  dependsOn: pulumi.Resource[];
}

/** An Auto Scaling group behind a load balancer that follows the CPU of its instances. */
export class Fleet extends pulumi.ComponentResource {
  readonly autoScalingGroupName: pulumi.Output<string>;

  constructor(name: string, args: FleetArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "elastic-fleet:infra:Fleet",
      name,
      { ...args, loadBalancer: undefined, dependsOn: undefined },
      opts,
    );
    const tags = { Name: name, part: args.part };
    // What the group launches is not made by the provider, whose default tags it therefore lacks.
    const launchedTags = { project: pulumi.getProject(), stack: pulumi.getStack(), ...tags };

    const template = new aws.ec2.LaunchTemplate(
      name,
      {
        imageId: args.imageId,
        instanceType: args.instanceType,
        keyName: args.keyName,
        vpcSecurityGroupIds: [args.securityGroupId],
        ...instanceDefaults(args.instanceType),
        // CloudWatch gets a CPU point a minute, not one every five.
        monitoring: { enabled: true },
        tagSpecifications: ["instance", "volume"].map(resourceType => ({ resourceType, tags: launchedTags })),
        updateDefaultVersion: true,
        tags,
      },
      { parent: this },
    );

    const group = new aws.autoscaling.Group(
      name,
      {
        minSize: args.minSize,
        maxSize: args.maxSize,
        desiredCapacity: args.desiredCapacity,
        defaultInstanceWarmup: args.warmupSeconds,
        vpcZoneIdentifiers: args.subnetIds,
        // A refresh needs a number: it never starts for "$Latest".
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        targetGroupArns: [args.loadBalancer.targetGroupArn],
        healthCheckType: "ELB",
        healthCheckGracePeriod: 60,
        metricsGranularity: "1Minute",
        enabledMetrics: [
          "GroupDesiredCapacity",
          "GroupInServiceInstances",
          "GroupPendingInstances",
          "GroupTerminatingInstances",
        ],
        // A new image rolls the group: a new instance serves before an old one goes.
        instanceRefresh: {
          strategy: "Rolling",
          preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
        },
        tags: Object.entries(launchedTags).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
      },
      {
        parent: this,
        // Without a listener the target group is nobody's, and no instance ever becomes healthy.
        dependsOn: [args.loadBalancer.listener, ...args.dependsOn],
        // The policy's to say, once the group stands.
        ignoreChanges: ["desiredCapacity"],
      },
    );

    new aws.autoscaling.Policy(
      `${name}-cpu-target-tracking`,
      {
        name: "cpu-target-tracking",
        autoscalingGroupName: group.name,
        policyType: "TargetTrackingScaling",
        targetTrackingConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
          targetValue: args.targetCpuPercent,
        },
      },
      { parent: this },
    );

    this.autoScalingGroupName = group.name;
    this.registerOutputs({ autoScalingGroupName: this.autoScalingGroupName });
  }
}
