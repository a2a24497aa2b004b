/** What Elastic Load Balancing keeps of its resources, and what it needs of the region. */
import type http from "node:http";
import type { Clock } from "../../clock";
import type { Dns } from "../../network/dns";
import type { ServerCertificate, TlsSettings } from "../../network/http/tls";
import type { InterfaceRequest, NetworkInterface, VpcModel } from "../../network/reachability/vpc-model";
import type { VirtualNetwork } from "../../network/virtual-network";
import type { Attributes } from "./attributes";
import type { LoadBalancer } from "./load-balancer";
import type { Measured, RequestMetrics, Samples } from "./metrics";
import type { StoredAction } from "./routing-actions";
import type { Condition } from "./routing-rules";
import type { Tags } from "./tags";
import type { HealthCheckSettings, TargetGroup } from "./target-group";

/** What load balancers need from EC2 and the network. */
export interface Elbv2Context {
  regionName: string;
  clock: Clock;
  dns: Dns;
  network: Pick<VirtualNetwork, "routerFrom" | "registerEndpoint" | "unregisterEndpoint" | "peerOf">;
  vpc: VpcModel;
  interfaces: {
    attach(request: InterfaceRequest): Pick<NetworkInterface, "id" | "publicIpAddress">;
    detach(id: string): void;
  };
  /** Undefined unless the instance is running. */
  instance: (id: string) => { name: string; privateIpAddress: string; subnetId: string } | undefined;
  /** What Certificate Manager has under this ARN. */
  certificate: (arn: string) => ServerCertificate | undefined;
  /** Whether there is such an instance, running or not. */
  instanceExists: (id: string) => boolean;
  metrics: {
    /** @param start of a minute, in region milliseconds */
    add(
      metric: { namespace: string; name: string; dimensions: { name: string; value: string }[] },
      start: number,
      samples: Samples,
      unit: Measured["unit"],
    ): void;
  };
  /** Called with one line per change of a target's health. */
  report: (event: string) => void;
}

/** A load balancer and its place in the network. */
export interface RunningLoadBalancer {
  arn: string;
  name: string;
  /** Shown to users. */
  label: string;
  dnsName: string;
  /** In region milliseconds. */
  createdAt: number;
  vpcId: string;
  subnetIds: string[];
  securityGroupIds: string[];
  /** One per subnet, in their order. */
  interfaceIds: string[];
  attributes: Attributes;
  tags: Tags;
  loadBalancer: LoadBalancer;
  requests: RequestMetrics;
  /** By ARN. */
  listeners: Map<string, Listener>;
}

export interface RunningTargetGroup {
  arn: string;
  name: string;
  /** Shown to users. */
  label: string;
  vpcId: string;
  /** For targets registered without a port. */
  port: number;
  healthCheck: HealthCheckSettings;
  attributes: Attributes;
  tags: Tags;
  group: TargetGroup;
}

export interface Listener {
  arn: string;
  loadBalancerArn: string;
  port: number;
  /** Of an HTTPS listener. */
  tls?: ListenerTls;
  defaultAction: StoredAction;
  /** By ARN, without the default. */
  rules: Map<string, Rule>;
  /** Acts as `defaultAction` says. */
  defaultRule: Pick<Rule, "arn" | "tags">;
  attributes: Attributes;
  tags: Tags;
  /** On loopback. */
  server: http.Server;
  /** Made of `tls`, for the server. */
  tlsSettings?: TlsSettings;
  /** Undefined until it listens. */
  loopbackPort?: number;
}

export interface ListenerTls {
  /** A security policy's name. */
  policy: string;
  /** The default certificate. */
  certificateArn: string;
  /** The certificate list, without the default one. */
  otherCertificateArns: readonly string[];
}

export interface Rule {
  arn: string;
  priority: number;
  conditions: Condition[];
  action: StoredAction;
  tags: Tags;
}
