/** Elastic Load Balancing: load balancers with their listeners, and target groups. */
import type http from "node:http";
import { AwsError, validationError } from "../../api/aws-error";
import type { Clock } from "../../clock";
import { accountId, hex } from "../../identifiers";
import type { Dns } from "../../network/dns";
import { closeServer, createServer, listen } from "../../network/http/servers";
import type { InterfaceRequest, NetworkInterface } from "../../network/reachability/vpc-model";
import type { VirtualNetwork } from "../../network/virtual-network";
import { sendBadRequest } from "./error-responses";
import { LoadBalancer } from "./load-balancer";
import { TargetGroup, type TargetGroupSettings } from "./target-group";

/** What load balancers need from EC2 and the network. */
export interface Elbv2Context {
  regionName: string;
  clock: Clock;
  dns: Dns;
  network: Pick<VirtualNetwork, "routerFrom" | "registerEndpoint" | "unregisterEndpoint" | "peerOf">;
  interfaces: {
    attach(request: InterfaceRequest): Pick<NetworkInterface, "id" | "publicIpAddress">;
    detach(id: string): void;
  };
  /** Undefined unless the instance is running. */
  instance: (id: string) => { name: string; privateIpAddress: string } | undefined;
  /** Called with one line per change of a target's health. */
  report: (event: string) => void;
}

/** A load balancer and its place in the network. */
export interface RunningLoadBalancer {
  /** Shown to users. */
  label: string;
  dnsName: string;
  /** In region milliseconds. */
  createdAt: number;
  subnetIds: string[];
  securityGroupIds: string[];
  interfaceIds: string[];
  loadBalancer: LoadBalancer;
  /** By port. */
  listeners: Map<number, Listener>;
}

export interface Listener {
  arn: string;
  targetGroupArn: string;
  /** On loopback. */
  server: http.Server;
}

/** The parameters of CreateTargetGroup, without those that are constant here. */
export interface TargetGroupDescription extends TargetGroupSettings {
  vpcId: string;
  /** For targets registered without a port. */
  port: number;
}

export interface RunningTargetGroup {
  /** Shown to users. */
  label: string;
  description: TargetGroupDescription;
  group: TargetGroup;
}

export class Elbv2 {
  /** By ARN, like target groups. */
  readonly loadBalancers = new Map<string, RunningLoadBalancer>();
  readonly targetGroups = new Map<string, RunningTargetGroup>();

  constructor(private readonly context: Elbv2Context) {}

  /** @returns the load balancer's ARN */
  createLoadBalancer({
    name,
    label,
    subnetIds,
    securityGroupIds,
  }: Record<"name" | "label", string> & Record<"subnetIds" | "securityGroupIds", string[]>): string {
    if (name.length > 32) throw validationError(`Load balancer name '${name}' is longer than 32`);
    const { regionName, clock, dns, network, interfaces } = this.context;
    const arn = this.arn(`loadbalancer/app/${name}/${hex(16)}`);
    const dnsName = `${name}-${Math.floor(Math.random() * 9e8 + 1e8)}.${regionName}.elb.localhost`;
    const request = {
      groupIds: securityGroupIds,
      publicAddress: true,
      description: `ELB ${arn.split(":loadbalancer/").at(-1)}`,
    };
    const attached = subnetIds.map(subnetId => interfaces.attach({ subnetId, ...request }));
    const addresses = attached.map(({ publicIpAddress = "" }) => publicIpAddress);
    dns.set(dnsName, addresses);
    const interfaceIds = attached.map(({ id }) => id);
    const nodes = interfaceIds.map(interfaceId => network.routerFrom({ interfaceId }));
    this.loadBalancers.set(arn, {
      label,
      dnsName,
      createdAt: clock.now(),
      subnetIds,
      securityGroupIds,
      interfaceIds,
      loadBalancer: new LoadBalancer({ dnsName, nodes }),
      listeners: new Map(),
    });
    return arn;
  }

  /** Deletes a load balancer and its listeners; no-op for an unknown one. */
  deleteLoadBalancer(arn: string): void {
    const running = this.loadBalancers.get(arn);
    if (!running) return;
    for (const port of running.listeners.keys()) this.closeListener(running, port);
    this.loadBalancers.delete(arn);
    this.context.dns.delete(running.dnsName);
    for (const interfaceId of running.interfaceIds) this.context.interfaces.detach(interfaceId);
  }

  /**
   * Creates a listener that forwards to one target group, and resolves to its ARN.
   * @throws AwsError if the load balancer or target group is unknown, or the port already has a listener
   */
  async createListener(loadBalancerArn: string, port: number, targetGroupArn: string): Promise<string> {
    const running = this.loadBalancers.get(loadBalancerArn);
    if (!running) throw new AwsError("LoadBalancerNotFound", `Load balancer '${loadBalancerArn}' not found`);
    const { group } = this.targetGroup(targetGroupArn);
    const { loadBalancer, interfaceIds, listeners } = running;
    if (listeners.has(port))
      throw new AwsError("DuplicateListener", "A listener already exists on this port");
    const { network } = this.context;
    const server = createServer((req, res) => {
      const client = network.peerOf(req.socket) ?? { address: "127.0.0.1", port: 0 };
      void loadBalancer.handle(req, res, client, { port });
    });
    server.on("clientError", sendBadRequest);
    const loopbackPort = await listen(server);
    const arn = `${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${hex(16)}`;
    listeners.set(port, { arn, targetGroupArn, server });
    loadBalancer.addListener(port, group);
    for (const interfaceId of interfaceIds) network.registerEndpoint(interfaceId, port, loopbackPort);
    return arn;
  }

  /** No-op for an unknown listener. */
  deleteListener(loadBalancerArn: string, port: number): void {
    const running = this.loadBalancers.get(loadBalancerArn);
    if (running) this.closeListener(running, port);
  }

  /** @returns the target group's ARN */
  createTargetGroup(name: string, label: string, description: TargetGroupDescription): string {
    const { clock, instance, report } = this.context;
    const arn = this.arn(`targetgroup/${name}/${hex(16)}`);
    const group = new TargetGroup(clock, description);
    group.on("change", ({ target, targetHealth: { state, reason, description } }) => {
      const hostName = instance(target.id)?.name;
      const host = hostName === undefined ? target.id : `${hostName} (${target.id})`;
      report(`${label}: ${host} is ${state}${reason ? ` (${reason}: ${description ?? ""})` : ""}`);
    });
    this.targetGroups.set(arn, { label, description, group });
    return arn;
  }

  modifyTargetGroup(arn: string, description: TargetGroupDescription): void {
    const running = this.targetGroup(arn);
    running.group.configure(description);
    running.description = description;
  }

  /** No-op for an unknown target group. */
  deleteTargetGroup(arn: string): void {
    this.targetGroups.get(arn)?.group.stop();
    this.targetGroups.delete(arn);
  }

  /** @throws AwsError if the instance isn't running or the target group is unknown */
  registerTarget(targetGroupArn: string, { id, port }: { id: string; port: number }): void {
    const instance = this.context.instance(id);
    if (!instance)
      throw new AwsError("InvalidTarget", `The following targets are not in a running state: ${id}`);
    this.targetGroup(targetGroupArn).group.register({ id, address: instance.privateIpAddress, port });
  }

  /** Returns at once, as DeregisterTargets does; the target then drains. */
  deregisterTarget(targetGroupArn: string, id: string): void {
    void this.targetGroups.get(targetGroupArn)?.group.deregister(id);
  }

  /** Call when an instance starts to terminate: its targets stay registered but get no more requests or checks. */
  instanceEnded(instanceId: string): void {
    for (const { group } of this.targetGroups.values()) group.instanceEnded(instanceId);
  }

  /** Stops checks, requests and listeners. */
  close(): void {
    for (const { group } of this.targetGroups.values()) group.stop();
    for (const { listeners } of this.loadBalancers.values())
      for (const { server } of listeners.values()) closeServer(server);
  }

  private targetGroup(arn: string): RunningTargetGroup {
    const found = this.targetGroups.get(arn);
    if (found) return found;
    throw new AwsError("TargetGroupNotFound", `Target group '${arn}' not found`);
  }

  private closeListener(running: RunningLoadBalancer, port: number): void {
    const listener = running.listeners.get(port);
    if (!listener) return;
    const { network } = this.context;
    for (const interfaceId of running.interfaceIds) network.unregisterEndpoint(interfaceId, port);
    running.loadBalancer.removeListener(port);
    running.listeners.delete(port);
    closeServer(listener.server);
  }

  private arn(resource: string): string {
    return `arn:aws:elasticloadbalancing:${this.context.regionName}:${accountId}:${resource}`;
  }
}
