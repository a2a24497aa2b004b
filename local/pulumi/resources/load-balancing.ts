import http from "node:http";
import { z } from "zod";
import { accountId, autoName, hex } from "../../identifiers";
import { createServer, listen, closeServer } from "../../network/http/servers";
import { LoadBalancer } from "../../services/elbv2/load-balancer";
import { sendBadRequest } from "../../services/elbv2/error-responses";
import { TargetGroup, type TargetGroupSettings } from "../../services/elbv2/target-group";
import type { Region } from "../../region";
import { tags } from "./vpc";
import { handler, type Handlers } from "./handler";

/** A load balancer of the region, and where its nodes are. */
export interface RunningLoadBalancer {
  /** The resource's name, for people. */
  name: string;
  dnsName: string;
  /** In region milliseconds. */
  createdAt: number;
  subnetIds: string[];
  securityGroupIds: string[];
  interfaceIds: string[];
  loadBalancer: LoadBalancer;
  /** Its listeners' servers on loopback, by listener port. */
  servers: Map<number, http.Server>;
  /** What each listener is, by its port. */
  listeners: Map<number, { arn: string; targetGroupArn: string }>;
}

export interface RunningTargetGroup {
  name: string;
  /** What targets are registered with where nothing else is said. */
  port: number;
  /** As it is declared now. */
  settings: z.infer<typeof targetGroup>;
  group: TargetGroup;
}

const targetGroup = z.strictObject({
  vpcId: z.string(),
  targetType: z.literal("instance"),
  protocol: z.literal("HTTP"),
  port: z.int(),
  healthCheck: z.strictObject({
    path: z.string(),
    matcher: z.string(),
    interval: z.int().min(5).max(300),
    timeout: z.int().min(2).max(120),
    healthyThreshold: z.int().min(2).max(10),
    unhealthyThreshold: z.int().min(2).max(10),
  }),
  deregistrationDelay: z.int().min(0).max(3600),
  tags,
});

function settingsOf({ healthCheck, deregistrationDelay }: z.infer<typeof targetGroup>): TargetGroupSettings {
  const { interval, timeout, ...check } = healthCheck;
  return {
    healthCheck: { ...check, port: "traffic-port", intervalSeconds: interval, timeoutSeconds: timeout },
    deregistrationDelaySeconds: deregistrationDelay,
  };
}

function arn(region: string, resource: string): string {
  return `arn:aws:elasticloadbalancing:${region}:${accountId}:${resource}`;
}

function closeListener(region: Region, running: RunningLoadBalancer, port: number): void {
  const server = running.servers.get(port);
  if (!server) return;
  for (const interfaceId of running.interfaceIds) region.virtualNetwork.unregisterEndpoint(interfaceId, port);
  running.loadBalancer.removeListener(port);
  running.servers.delete(port);
  running.listeners.delete(port);
  closeServer(server);
}

export const loadBalancing: Handlers = {
  "aws:lb/targetGroup:TargetGroup": handler({
    inputs: targetGroup,
    create({ region, name }, inputs) {
      const groupName = autoName(name);
      const id = arn(region.name, `targetgroup/${groupName}/${hex(16)}`);
      const group = new TargetGroup(region.clock, settingsOf(inputs));
      group.on("change", ({ target, targetHealth: { state, reason, description } }) => {
        const hostName = region.hosts.get(target.id)?.options.name;
        const host = hostName === undefined ? target.id : `${hostName} (${target.id})`;
        region.report(`${name}: ${host} is ${state}${reason ? ` (${reason}: ${description ?? ""})` : ""}`);
      });
      region.targetGroups.set(id, { name, port: inputs.port, settings: inputs, group });
      const arnSuffix = id.split(":").at(-1);
      return { id, outputs: { arn: id, name: groupName, arnSuffix } };
    },
    update({ region, id, outputs }, inputs) {
      const running = region.targetGroups.get(id);
      running?.group.configure(settingsOf(inputs));
      if (running) running.settings = inputs;
      return outputs;
    },
    delete({ region, id }) {
      region.targetGroups.get(id)?.group.stop();
      region.targetGroups.delete(id);
    },
  }),

  "aws:lb/loadBalancer:LoadBalancer": handler({
    inputs: z.strictObject({
      loadBalancerType: z.literal("application"),
      internal: z.literal(false),
      subnets: z.array(z.string()).min(2),
      securityGroups: z.array(z.string()),
      tags,
    }),
    create({ region, name }, { subnets, securityGroups }) {
      const balancerName = autoName(name);
      if (balancerName.length > 32)
        throw new Error(`ValidationError: Load balancer name '${balancerName}' is longer than 32`);
      const id = arn(region.name, `loadbalancer/app/${balancerName}/${hex(16)}`);
      const dnsName = `${balancerName}-${Math.floor(Math.random() * 9e8 + 1e8)}.${region.name}.elb.localhost`;
      const interfaceIds = subnets.map(subnetId =>
        region.attachInterface({
          subnetId,
          groupIds: securityGroups,
          publicAddress: true,
          description: `load balancer ${name}`,
        }),
      );
      region.dns.set(
        dnsName,
        interfaceIds.map(interfaceId => region.interface(interfaceId).publicIpAddress ?? ""),
      );
      const nodes = interfaceIds.map(interfaceId => region.virtualNetwork.routerFrom({ interfaceId }));
      const loadBalancer = new LoadBalancer({ dnsName, nodes });
      region.loadBalancers.set(id, {
        name,
        dnsName,
        createdAt: region.clock.now(),
        subnetIds: subnets,
        securityGroupIds: securityGroups,
        interfaceIds,
        loadBalancer,
        servers: new Map(),
        listeners: new Map(),
      });
      const arnSuffix = id.split(":loadbalancer/").at(-1);
      return { id, outputs: { arn: id, dnsName, name: balancerName, arnSuffix } };
    },
    delete({ region, id }) {
      const running = region.loadBalancers.get(id);
      if (!running) return;
      // Its listeners go with it.
      for (const port of running.servers.keys()) closeListener(region, running, port);
      region.loadBalancers.delete(id);
      region.dns.delete(running.dnsName);
      for (const interfaceId of running.interfaceIds) region.detachInterface(interfaceId);
    },
  }),

  "aws:lb/listener:Listener": handler({
    inputs: z.strictObject({
      loadBalancerArn: z.string(),
      protocol: z.literal("HTTP"),
      port: z.int().min(1).max(65535),
      defaultActions: z.tuple([z.strictObject({ type: z.literal("forward"), targetGroupArn: z.string() })]),
      tags,
    }),
    async create({ region }, { loadBalancerArn, port, defaultActions: [{ targetGroupArn }] }) {
      const running = region.loadBalancers.get(loadBalancerArn);
      const target = region.targetGroups.get(targetGroupArn);
      if (!running) throw new Error(`LoadBalancerNotFound: Load balancer '${loadBalancerArn}' not found`);
      if (!target) throw new Error(`TargetGroupNotFound: Target group '${targetGroupArn}' not found`);
      const { loadBalancer, interfaceIds, servers, listeners } = running;
      if (servers.has(port)) throw new Error("DuplicateListener: A listener already exists on this port");
      const server = createServer((req, res) => {
        const client = region.virtualNetwork.peerOf(req.socket) ?? { address: "127.0.0.1", port: 0 };
        void loadBalancer.handle(req, res, client, { port });
      });
      server.on("clientError", sendBadRequest);
      const loopbackPort = await listen(server);
      servers.set(port, server);
      loadBalancer.addListener(port, target.group);
      for (const interfaceId of interfaceIds)
        region.virtualNetwork.registerEndpoint(interfaceId, port, loopbackPort);
      const id = `${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${hex(16)}`;
      listeners.set(port, { arn: id, targetGroupArn });
      return { id, outputs: { arn: id } };
    },
    delete({ region, inputs: { loadBalancerArn, port } }) {
      const running = region.loadBalancers.get(loadBalancerArn);
      if (running) closeListener(region, running, port);
    },
  }),

  "aws:lb/targetGroupAttachment:TargetGroupAttachment": handler({
    inputs: z.strictObject({ targetGroupArn: z.string(), targetId: z.string(), port: z.int() }),
    create({ region }, { targetGroupArn, targetId, port }) {
      const host = region.hosts.get(targetId);
      if (!host)
        throw new Error(`InvalidTarget: The following targets are not in a running state: ${targetId}`);
      const target = region.targetGroups.get(targetGroupArn);
      if (!target) throw new Error(`TargetGroupNotFound: Target group '${targetGroupArn}' not found`);
      const { privateIpAddress: address } = region.interface(host.options.interfaceId);
      target.group.register({ id: targetId, address, port });
      return { id: `${targetGroupArn}-${hex(16)}` };
    },
    delete({ region, inputs: { targetGroupArn, targetId } }) {
      // The delay is the load balancer's affair: DeregisterTargets answers at once.
      void region.targetGroups.get(targetGroupArn)?.group.deregister(targetId);
    },
  }),
};
