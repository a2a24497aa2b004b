import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config";
import { instanceDefaults } from "./host";
import type { LoadBalancer } from "./load-balancer";
import { awaitRefreshCommand } from "./local-commands";
import type { ClientSettings, RefreshWait } from "./refresh-wait";

export interface FleetArgs {
  /** Pulumi.yaml describes each key. */
  scaling: Pick<Config, "minSize" | "maxSize" | "desiredCapacity" | "warmupSeconds" | "targetCpuPercent">;
  instanceType: string;
  imageId: pulumi.Input<string>;
  keyName: pulumi.Input<string>;
  securityGroupId: pulumi.Input<string>;
  vpcId: pulumi.Input<string>;
  /** Instances are spread across these subnets' zones. */
  subnetIds: pulumi.Input<string>[];
  loadBalancer: LoadBalancer;
  /** How long to wait until it is rolled to a new image, and as whom; 0 minutes: not at all. */
  refresh: { minutes: number; region: string; client: pulumi.Input<ClientSettings> };
  /** Value of the `part` tag: the service it runs. */
  part: string;
  /** Must exist before an instance is launched. */
  dependsOn: pulumi.Resource[];
}

/** An Auto Scaling group behind a load balancer, scaled by its instances' CPU. */
export class Fleet extends pulumi.ComponentResource {
  readonly autoScalingGroupName: pulumi.Output<string>;

  constructor(name: string, args: FleetArgs, opts?: pulumi.ComponentResourceOptions) {
    const { minSize, maxSize, desiredCapacity, warmupSeconds, targetCpuPercent } = args.scaling;
    const scaling = { minSize, maxSize, desiredCapacity, warmupSeconds, targetCpuPercent };
    const inputs = { ...args, scaling, loadBalancer: undefined, refresh: undefined, dependsOn: undefined };
    super("elastic-fleet:infra:Fleet", name, inputs, opts);
    const tags = { Name: name, part: args.part };
    // The group, not the provider, creates its instances, so they miss the provider's default tags.
    const launchedTags = { project: pulumi.getProject(), stack: pulumi.getStack(), ...tags };

    const template = new aws.ec2.LaunchTemplate(
      name,
      {
        imageId: args.imageId,
        instanceType: args.instanceType,
        keyName: args.keyName,
        vpcSecurityGroupIds: [args.securityGroupId],
        ...instanceDefaults(args.instanceType),
        // CPU data points every minute instead of every five.
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
        minSize,
        maxSize,
        desiredCapacity,
        defaultInstanceWarmup: warmupSeconds,
        vpcZoneIdentifiers: args.subnetIds,
        // An explicit number: with "$Latest" a refresh would never start.
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        targetGroupArns: [args.loadBalancer.targetGroupArn],
        healthCheckType: "ELB",
        healthCheckGracePeriod: 180,
        metricsGranularity: "1Minute",
        enabledMetrics: [
          "GroupDesiredCapacity",
          "GroupInServiceInstances",
          "GroupPendingInstances",
          "GroupTerminatingInstances",
        ],
        // A new image rolls the group: each new instance is in service before an old one terminates.
        instanceRefresh: {
          strategy: "Rolling",
          preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
        },
        tags: Object.entries(launchedTags).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
      },
      {
        parent: this,
        // Without a listener the target group is unused, and no instance ever becomes healthy.
        dependsOn: [args.loadBalancer.listener, ...args.dependsOn],
        // After creation, the scaling policy decides.
        ignoreChanges: ["desiredCapacity"],
        // A group can change its subnets, but not to those of another VPC.
        replacementTrigger: args.vpcId,
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
          targetValue: targetCpuPercent,
        },
      },
      { parent: this },
    );

    // The provider starts a refresh and doesn't wait for it.
    const { minutes, region, client } = args.refresh;
    if (minutes > 0) {
      const wait = pulumi
        .all([group.name, client])
        .apply(([groupName, settings]): RefreshWait => ({ ...settings, groupName, minutes, region }));
      new command.local.Command(
        `${name}-refreshed`,
        {
          create: awaitRefreshCommand,
          stdin: pulumi.jsonStringify(wait),
          triggers: [template.latestVersion],
        },
        { parent: this },
      );
    }

    this.autoScalingGroupName = group.name;
    this.registerOutputs({ autoScalingGroupName: this.autoScalingGroupName });
  }
}
