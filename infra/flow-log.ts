import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface FlowLogArgs {
  vpcId: pulumi.Input<string>;
  /** ARN of an S3 bucket, with or without a folder. */
  destination: string;
}

/** A record of every connection that is tried in the VPC, in the default format. */
export class FlowLog extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:FlowLog", name, args, opts);
    new aws.ec2.FlowLog(
      name,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "s3",
        logDestination: args.destination,
        // What Nitro-based instances are limited to anyway; others would default to ten minutes.
        maxAggregationInterval: 60,
        tags: { Name: name, part: "network" },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
