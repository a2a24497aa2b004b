import type { Tags } from "../../network/reachability/vpc-model";

/** A flow log of one's own, kept without effect: the region writes its flow log to a file, whether there is one or not. */
export interface FlowLog {
  id: string;
  /** In region milliseconds. */
  createdAt: number;
  resourceId: string;
  trafficType: "ACCEPT" | "REJECT" | "ALL";
  destinationType: DestinationType;
  /** ARN of an S3 bucket or a Firehose stream. */
  destination?: string;
  logGroupName?: string;
  roleArn?: string;
  format: string;
  aggregationSeconds: number;
  tags: Tags;
}

export const destinationTypes = ["cloud-watch-logs", "s3", "kinesis-data-firehose"] as const;

type DestinationType = (typeof destinationTypes)[number];

/** Source: VPC User Guide, "Flow log records", Default format. */
export const defaultFormat = [
  ...["version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol"],
  ...["packets", "bytes", "start", "end", "action", "log-status"],
]
  .map(field => `\${${field}}`)
  .join(" ");
