import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { waitCommand } from "./local-commands";

/** Seconds that a deregistered target has to finish its requests. */
const deregistrationDelay = 30;

export interface LoadBalancerArgs {
  vpcId: pulumi.Input<string>;
  /** Subnets in at least two zones. */
  subnetIds: pulumi.Input<string>[];
  securityGroupId: pulumi.Input<string>;
  /** The port that targets listen on. */
  targetPort: number;
  /** Instances to register, keyed by a stable name; an Auto Scaling group registers its own. */
  targets?: Record<string, { instanceId: pulumi.Input<string>; dependsOn: pulumi.Resource[] }>;
  /** The S3 bucket for its access logs, if they are kept. */
  accessLogsBucket: string;
  deletionProtection: boolean;
  /** Value of the `part` tag: the service behind it. */
  part: string;
  /** Must exist before it is created: AWS rejects one in a VPC without an internet gateway. */
  dependsOn: pulumi.Resource[];
}

/** An internet-facing Application Load Balancer with one listener and one target group. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly dnsName: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly targetGroupArn: pulumi.Output<string>;
  readonly listener: aws.lb.Listener;
  /** CloudWatch's names for the load balancer and its target group. */
  readonly arnSuffix: pulumi.Output<string>;
  readonly targetGroupArnSuffix: pulumi.Output<string>;

  /** @param name at most 24 characters: AWS allows 32 and Pulumi appends a suffix */
  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "elastic-fleet:infra:LoadBalancer",
      name,
      { ...args, targets: undefined, dependsOn: undefined },
      opts,
    );
    const tags = { Name: name, part: args.part };

    const loadBalancer = new aws.lb.LoadBalancer(
      name,
      {
        loadBalancerType: "application",
        internal: false,
        subnets: args.subnetIds,
        securityGroups: [args.securityGroupId],
        dropInvalidHeaderFields: true,
        enableDeletionProtection: args.deletionProtection,
        // Always given: logs go on if this is removed.
        accessLogs: { bucket: args.accessLogsBucket, prefix: name, enabled: args.accessLogsBucket !== "" },
        tags,
      },
      // A load balancer can change its subnets, but not to those of another VPC.
      { parent: this, dependsOn: args.dependsOn, replacementTrigger: args.vpcId },
    );
    const targetGroup = new aws.lb.TargetGroup(
      name,
      {
        vpcId: args.vpcId,
        targetType: "instance",
        protocol: "HTTP",
        port: args.targetPort,
        healthCheck: {
          path: "/health",
          matcher: "200",
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        deregistrationDelay,
        tags,
      },
      { parent: this },
    );
    this.listener = new aws.lb.Listener(
      name,
      {
        loadBalancerArn: loadBalancer.arn,
        protocol: "HTTP",
        port: 80,
        defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
        tags,
      },
      { parent: this },
    );
    for (const [target, { instanceId, dependsOn }] of Object.entries(args.targets ?? {})) {
      // Deleted after the attachment and before the host: the provider deregisters a target without waiting for it.
      const drained = new command.local.Command(
        `${name}-${target}-drained`,
        { delete: waitCommand(deregistrationDelay), triggers: [instanceId] },
        { parent: this },
      );
      new aws.lb.TargetGroupAttachment(
        `${name}-${target}`,
        { targetGroupArn: targetGroup.arn, targetId: instanceId, port: args.targetPort },
        { parent: this, dependsOn: [drained, ...dependsOn] },
      );
    }

    this.targetGroupArn = targetGroup.arn;
    this.arnSuffix = loadBalancer.arnSuffix;
    this.targetGroupArnSuffix = targetGroup.arnSuffix;
    this.dnsName = loadBalancer.dnsName;
    this.url = pulumi.interpolate`http://${loadBalancer.dnsName}/`;
    this.registerOutputs({ dnsName: this.dnsName, url: this.url });
  }
}
