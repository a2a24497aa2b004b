/** What the page needs of a region; `Region` has it all. */
import type { Caller } from "../api/caller";
import type { Clock } from "../clock";
import type { Dns } from "../network/dns";
import type { VpcModel } from "../network/reachability/vpc-model";
import type { VirtualNetwork } from "../network/virtual-network";
import type { autoScalingService } from "../services/auto-scaling/actions";
import type { AutoScaling } from "../services/auto-scaling/auto-scaling";
import type { MetricStore } from "../services/cloudwatch/metrics";
import type { ec2Service } from "../services/ec2/actions";
import type { Images } from "../services/ec2/images";
import type { Instances } from "../services/ec2/instances";
import type { LaunchTemplate } from "../services/ec2/launch-template";
import type { Elbv2 } from "../services/elbv2/elbv2";
import type { Place, Progress, SendCommand } from "./events";

export interface RegionView {
  readonly options: { name: string; clock: Pick<Clock, "now" | "speed"> };
  readonly network: Pick<VirtualNetwork, "observer" | "routerFrom" | "probe" | "hasEndpoint">;
  readonly dns: Pick<Dns, "resolve">;
  readonly ec2: {
    vpc: VpcModel;
    instances: Pick<Instances, "records" | "hosts">;
    images: Pick<Images, "get">;
    launchTemplates: ReadonlyMap<string, LaunchTemplate>;
  };
  readonly elbv2: Pick<Elbv2, "loadBalancers" | "targetGroups">;
  readonly autoScaling: Pick<AutoScaling, "groups">;
  readonly metrics: Pick<MetricStore, "averages">;
  readonly calls: {
    ec2: Pick<
      Caller<typeof ec2Service.actions>,
      | "AuthorizeSecurityGroupEgress"
      | "AuthorizeSecurityGroupIngress"
      | "CreateNetworkAclEntry"
      | "DeleteNetworkAclEntry"
      | "RevokeSecurityGroupEgress"
      | "RevokeSecurityGroupIngress"
      | "StartInstances"
      | "StopInstances"
      | "TerminateInstances"
    >;
    autoScaling: Pick<
      Caller<typeof autoScalingService.actions>,
      "SetDesiredCapacity" | "TerminateInstanceInAutoScalingGroup"
    >;
  };
}

/** What the page is told besides: by whoever starts the region. */
export interface PageOptions {
  operatorAddress: string;
  /** The EC2 API's address on the Internet. */
  ec2ApiAddress: string;
  progress: () => Progress;
  /** The stack's public ones, once they are known. */
  outputs: () => Record<string, unknown>;
  /** The loopback URL of a listener, if it has one. */
  listenerUrl: (arn: string) => string | undefined;
  /** "project/stack" of the program in it. */
  stack?: string;
  arrangement?: Arrangement;
}

/** How a program likes to be shown. Everything is found by its Name tag; what isn't there is left out. */
export interface Arrangement {
  places: {
    subnets: Record<string, Place>;
    nodes: Record<string, Place>;
    autoScalingGroups: Record<string, Place>;
  };
  /** The service that stores a number, which GET / on one of its sockets answers. */
  storedNumber?: { host: string; readPort: number; updatePort: number };
  suggestions: NamedSuggestion[];
}

/** As `Suggestion`, with names instead of keys. */
export interface NamedSuggestion {
  title: string;
  explanation: string;
  command: { send: SendCommand } | { load: { to: string; count: number } };
}

export const internet = "internet";
export const operator = "operator";
export const ec2Api = "ec2-api";

/** A client outside AWS that isn't the operator, in TEST-NET-2. */
export const anyoneAddress = "198.51.100.7";
