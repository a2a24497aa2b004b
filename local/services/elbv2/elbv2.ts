/** Elastic Load Balancing: load balancers with their listeners, and target groups. */
import { inStep, type Clock } from "../../clock";
import { accountId, hex } from "../../identifiers";
import { publicDomain } from "../../network/dns";
import { find } from "./arns";
import { defaultsOf, loadBalancerAttributes, targetGroupAttributes, type Attributes } from "./attributes";
import { applyTls, closeListener, openOnInterfaces } from "./listeners";
import { LoadBalancer } from "./load-balancer";
import { hostCounts, RequestMetrics, type Measured } from "./metrics";
import { targetGroupsOf } from "./routing-actions";
import type { Elbv2Context, Listener, RunningLoadBalancer, RunningTargetGroup } from "./state";
import type { Tags } from "./tags";
import { TargetGroup, type TargetGroupSettings } from "./target-group";

export class Elbv2 {
  /** By ARN, like target groups. */
  readonly loadBalancers = new Map<string, RunningLoadBalancer>();
  readonly targetGroups = new Map<string, RunningTargetGroup>();

  /** For all health checks. */
  private readonly clock: Clock;

  constructor(readonly context: Elbv2Context) {
    this.clock = inStep(context.clock);
  }

  createLoadBalancer({
    name,
    tags = {},
    label = tags["Name"] ?? name,
    ...place
  }: Pick<RunningLoadBalancer, "name" | "vpcId" | "subnetIds" | "securityGroupIds"> &
    Partial<Pick<RunningLoadBalancer, "label" | "tags">>): RunningLoadBalancer {
    const { regionName, clock } = this.context;
    const arn = this.arn(`loadbalancer/app/${name}/${hex(16)}`);
    const dnsName = `${name}-${Math.floor(Math.random() * 9e8 + 1e8)}.${regionName}.elb.${publicDomain}`;
    const running: RunningLoadBalancer = {
      arn,
      name,
      label,
      dnsName,
      createdAt: clock.now(),
      ...place,
      interfaceIds: [],
      attributes: defaultsOf(loadBalancerAttributes),
      tags,
      loadBalancer: new LoadBalancer({ dnsName, nodes: [] }),
      requests: new RequestMetrics(),
      listeners: new Map(),
    };
    this.setSubnets(running, place.subnetIds);
    this.loadBalancers.set(arn, running);
    return running;
  }

  /** Puts a node into each subnet; those that were there before stay. */
  setSubnets(running: RunningLoadBalancer, subnetIds: string[]): void {
    const { interfaces, dns, vpc } = this.context;
    const before = new Map(running.interfaceIds.map((id, index) => [running.subnetIds[index] ?? "", id]));
    const added: string[] = [];
    try {
      running.interfaceIds = subnetIds.map(subnetId => {
        const existing = before.get(subnetId);
        if (existing !== undefined) return existing;
        const { id } = interfaces.attach({
          subnetId,
          groupIds: running.securityGroupIds,
          publicAddress: true,
          description: `ELB ${loadBalancerDimension(running.arn)}`,
        });
        added.push(id);
        return id;
      });
    } catch (error) {
      for (const id of added) interfaces.detach(id);
      throw error;
    }
    running.subnetIds = subnetIds;
    for (const listener of running.listeners.values())
      openOnInterfaces(this.context, listener, running.interfaceIds);
    for (const [subnetId, id] of before) if (!subnetIds.includes(subnetId)) interfaces.detach(id);
    dns.set(
      running.dnsName,
      running.interfaceIds.map(id => vpc.networkInterfaces.get(id)?.publicIpAddress ?? ""),
    );
    this.configure(running);
  }

  setSecurityGroups(running: RunningLoadBalancer, groupIds: string[]): void {
    running.securityGroupIds = groupIds;
    for (const id of running.interfaceIds) {
      const attached = this.context.vpc.networkInterfaces.get(id);
      if (attached) attached.groupIds = groupIds;
    }
  }

  setAttributes(running: RunningLoadBalancer, attributes: Attributes): void {
    running.attributes = attributes;
    this.configure(running);
  }

  /** Deletes a load balancer and its listeners; no-op for an unknown one. */
  deleteLoadBalancer(arn: string): void {
    const running = this.loadBalancers.get(arn);
    if (!running) return;
    for (const listener of running.listeners.values()) closeListener(this.context, running, listener);
    this.loadBalancers.delete(arn);
    this.context.dns.delete(running.dnsName);
    for (const interfaceId of running.interfaceIds) this.context.interfaces.detach(interfaceId);
  }

  /** All listeners, by ARN. */
  get listeners(): Map<string, Listener> {
    return new Map([...this.loadBalancers.values()].flatMap(({ listeners }) => [...listeners]));
  }

  /** All rules by ARN, the defaults included. */
  get rules(): Map<string, { tags: Tags }> {
    const all = [...this.listeners.values()].flatMap(({ rules, defaultRule }) => [
      ...rules.values(),
      defaultRule,
    ]);
    return new Map(all.map(rule => [rule.arn, rule]));
  }

  createTargetGroup({
    name,
    attributes = defaultsOf(targetGroupAttributes),
    tags = {},
    label = tags["Name"] ?? name,
    ...rest
  }: Pick<RunningTargetGroup, "name" | "vpcId" | "port" | "healthCheck"> &
    Partial<Pick<RunningTargetGroup, "label" | "attributes" | "tags">>): RunningTargetGroup {
    const { instance, report } = this.context;
    const arn = this.arn(`targetgroup/${name}/${hex(16)}`);
    const group = new TargetGroup(this.clock, settingsOf({ ...rest, attributes }));
    group.on("change", ({ target, targetHealth: { state, reason, description } }) => {
      const hostName = instance(target.id)?.name;
      const host = hostName === undefined ? target.id : `${hostName} (${target.id})`;
      report(`${label}: ${host} is ${state}${reason ? ` (${reason}: ${description ?? ""})` : ""}`);
    });
    const running = { arn, name, label, ...rest, attributes, tags, group };
    this.targetGroups.set(arn, running);
    return running;
  }

  modifyTargetGroup(
    running: RunningTargetGroup,
    changes: Partial<Pick<RunningTargetGroup, "healthCheck" | "attributes">>,
  ): void {
    Object.assign(running, changes);
    running.group.configure(settingsOf(running));
  }

  /** No-op for an unknown target group. */
  deleteTargetGroup(arn: string): void {
    this.targetGroups.get(arn)?.group.stop();
    this.targetGroups.delete(arn);
  }

  /** The load balancers that forward to a target group. */
  loadBalancersOf(targetGroupArn: string): RunningLoadBalancer[] {
    return [...this.loadBalancers.values()].filter(({ listeners }) =>
      [...listeners.values()].some(({ defaultAction, rules }) =>
        [defaultAction, ...[...rules.values()].map(({ action }) => action)].some(action =>
          targetGroupsOf(action).includes(targetGroupArn),
        ),
      ),
    );
  }

  /** The load balancers whose listeners have a certificate. */
  loadBalancersWith(certificateArn: string): RunningLoadBalancer[] {
    return [...this.loadBalancers.values()].filter(({ listeners }) =>
      [...listeners.values()].some(listener => hasCertificate(listener, certificateArn)),
    );
  }

  /** Call when a certificate has changed: connections from then on get the new one. */
  certificateChanged(arn: string): void {
    for (const listener of this.listeners.values())
      if (hasCertificate(listener, arn)) applyTls(this.context, listener, listener.tls);
  }

  readonly groupOf = (targetGroupArn: string): TargetGroup =>
    find(this.targetGroups, "target group", targetGroupArn).group;

  /** Call when an instance stops or terminates: its targets stay registered but get no more requests or checks. */
  instanceEnded(instanceId: string, how: "stopped" | "terminated"): void {
    for (const { group } of this.targetGroups.values()) group.instanceEnded(instanceId, how);
  }

  /** Call when a stopped instance runs again. */
  instanceStarted(instanceId: string): void {
    for (const { group } of this.targetGroups.values()) group.instanceStarted(instanceId);
  }

  /**
   * Sends the metrics of the past minute to CloudWatch.
   * @param start of that minute, in region milliseconds
   */
  measure(start: number): void {
    const send = (measured: readonly Measured[], dimensions: Record<string, string>) => {
      for (const { name, unit, samples } of measured)
        this.context.metrics.add(
          {
            namespace: "AWS/ApplicationELB",
            name,
            dimensions: Object.entries(dimensions).map(([key, value]) => ({ name: key, value })),
          },
          start,
          samples,
          unit,
        );
    };
    for (const { arn, requests } of this.loadBalancers.values())
      send(requests.take(), { LoadBalancer: loadBalancerDimension(arn) });
    for (const { arn, group } of this.targetGroups.values())
      for (const { arn: loadBalancer } of this.loadBalancersOf(arn))
        send(hostCounts(group.describe()), {
          TargetGroup: arn.slice(arn.lastIndexOf(":") + 1),
          LoadBalancer: loadBalancerDimension(loadBalancer),
        });
  }

  /** Stops checks, requests and listeners. */
  close(): void {
    for (const { group } of this.targetGroups.values()) group.stop();
    for (const running of this.loadBalancers.values())
      for (const listener of running.listeners.values()) closeListener(this.context, running, listener);
  }

  private configure({
    loadBalancer,
    dnsName,
    interfaceIds,
    attributes,
    requests,
  }: RunningLoadBalancer): void {
    loadBalancer.configure({
      dnsName,
      nodes: interfaceIds.map(interfaceId => this.context.network.routerFrom({ interfaceId })),
      dropsInvalidHeaderFields: attributes["routing.http.drop_invalid_header_fields.enabled"] === "true",
      onRequest: record => requests.record(record),
      idleTimeoutSeconds: Number(attributes["idle_timeout.timeout_seconds"]),
    });
  }

  private arn(resource: string): string {
    return `arn:aws:elasticloadbalancing:${this.context.regionName}:${accountId}:${resource}`;
  }
}

function hasCertificate({ tls }: Listener, arn: string): boolean {
  return tls !== undefined && (tls.certificateArn === arn || tls.otherCertificateArns.includes(arn));
}

/** "app/name/0123456789abcdef" */
function loadBalancerDimension(arn: string): string {
  return arn.split(":loadbalancer/").at(-1) ?? "";
}

function settingsOf({
  port,
  healthCheck,
  attributes,
}: Pick<RunningTargetGroup, "port" | "healthCheck" | "attributes">): TargetGroupSettings {
  const delay = Number(attributes["deregistration_delay.timeout_seconds"]);
  return { port, healthCheck, deregistrationDelaySeconds: delay };
}
