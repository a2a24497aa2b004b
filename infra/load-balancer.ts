import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { waitCommand } from "./local-commands";

/** Seconds that a deregistered target has to finish its requests. */
const deregistrationDelay = 30;

/**
 * TLS 1.3 and 1.2 with forward secrecy, and a post-quantum key exchange for clients that have one: the console's default
 * and AWS's recommendation in 2026. Source: "Security policies for your Application Load Balancer".
 */
const sslPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

export interface LoadBalancerArgs {
  vpcId: pulumi.Input<string>;
  /** Subnets in at least two zones. */
  subnetIds: pulumi.Input<string>[];
  securityGroupId: pulumi.Input<string>;
  targetPort: number;
  /** Instances to register, keyed by a stable name; an Auto Scaling group registers its own. */
  targets?: Record<string, { instanceId: pulumi.Input<string>; dependsOn: pulumi.Resource[] }>;
  /** The S3 bucket for its access logs, if they are kept. */
  accessLogsBucket: string;
  deletionProtection: boolean;
  /** With an ACM certificate, it serves HTTPS and redirects HTTP there. */
  certificateArn?: string;
  /** Value of the `part` tag: the service behind it. */
  part: string;
  /** Must exist before it is created: AWS rejects one in a VPC without an internet gateway. */
  dependsOn: pulumi.Resource[];
}

/** An internet-facing Application Load Balancer with one target group. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly dnsName: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly targetGroupArn: pulumi.Output<string>;
  /** The one that forwards to the target group. */
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
    const { certificateArn } = args;
    const forward = { type: "forward", targetGroupArn: targetGroup.arn };
    const redirect = {
      type: "redirect",
      redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
    };
    const https =
      certificateArn === undefined
        ? undefined
        : new aws.lb.Listener(
            `${name}-https`,
            {
              loadBalancerArn: loadBalancer.arn,
              protocol: "HTTPS",
              port: 443,
              certificateArn,
              sslPolicy,
              defaultActions: [forward],
              tags,
            },
            { parent: this },
          );
    const http = new aws.lb.Listener(
      name,
      {
        loadBalancerArn: loadBalancer.arn,
        protocol: "HTTP",
        port: 80,
        defaultActions: [https ? redirect : forward],
        tags,
      },
      // Redirects only once there is something behind the redirection.
      { parent: this, dependsOn: https },
    );
    this.listener = https ?? http;
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
    this.url = pulumi.interpolate`${https ? "https" : "http"}://${loadBalancer.dnsName}/`;
    this.registerOutputs({ dnsName: this.dnsName, url: this.url });
  }
}
