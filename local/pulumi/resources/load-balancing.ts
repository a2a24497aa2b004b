/** Load balancers, listeners and target groups. */
import { z } from "zod";
import type { Caller } from "../../api/caller";
import { hex } from "../../identifiers";
import type { elbv2Service } from "../../services/elbv2/actions";
import type { Elbv2 } from "../../services/elbv2/elbv2";
import { tagList } from "../../services/elbv2/tags";
import { autoName } from "../auto-name";
import { handler, tags, type Handlers } from "./handler";

export type Elbv2Calls = Caller<(typeof elbv2Service)["actions"]>;

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

const healthCheckOf = ({ healthCheck }: z.infer<typeof targetGroup>) => ({
  HealthCheckPath: healthCheck.path,
  HealthCheckIntervalSeconds: healthCheck.interval,
  HealthCheckTimeoutSeconds: healthCheck.timeout,
  HealthyThresholdCount: healthCheck.healthyThreshold,
  UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
  Matcher: { HttpCode: healthCheck.matcher },
});

const attributesOf = ({ deregistrationDelay }: z.infer<typeof targetGroup>) => [
  { Key: "deregistration_delay.timeout_seconds", Value: String(deregistrationDelay) },
];

export const loadBalancingHandlers = (calls: Elbv2Calls, elbv2: Elbv2): Handlers => ({
  "aws:lb/targetGroup:TargetGroup": handler({
    inputs: targetGroup,
    async create(label, inputs) {
      const name = autoName(label);
      const { TargetGroups } = await calls.CreateTargetGroup({
        Name: name,
        Protocol: inputs.protocol,
        Port: inputs.port,
        VpcId: inputs.vpcId,
        TargetType: inputs.targetType,
        ...healthCheckOf(inputs),
        Tags: tagList(inputs.tags),
      });
      const arn = TargetGroups[0]?.TargetGroupArn ?? "";
      const running = elbv2.targetGroups.get(arn);
      if (running) running.label = label;
      await calls.ModifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes: attributesOf(inputs) });
      return { id: arn, outputs: { arn, name, arnSuffix: arn.split(":").at(-1) } };
    },
    async update({ id: TargetGroupArn, outputs }, inputs) {
      await calls.ModifyTargetGroup({ TargetGroupArn, ...healthCheckOf(inputs) });
      await calls.ModifyTargetGroupAttributes({ TargetGroupArn, Attributes: attributesOf(inputs) });
      return outputs;
    },
    delete: ({ id }) => calls.DeleteTargetGroup({ TargetGroupArn: id }),
  }),

  "aws:lb/loadBalancer:LoadBalancer": handler({
    inputs: z.strictObject({
      loadBalancerType: z.literal("application"),
      internal: z.literal(false),
      subnets: z.array(z.string()).min(2),
      securityGroups: z.array(z.string()),
      tags,
    }),
    async create(label, { loadBalancerType: Type, subnets: Subnets, securityGroups: SecurityGroups, tags }) {
      const name = autoName(label);
      const { LoadBalancers } = await calls.CreateLoadBalancer({
        Name: name,
        Type,
        Subnets,
        SecurityGroups,
        Tags: tagList(tags),
      });
      const { LoadBalancerArn: arn = "", DNSName: dnsName } = LoadBalancers[0] ?? {};
      const running = elbv2.loadBalancers.get(arn);
      if (running) running.label = label;
      return { id: arn, outputs: { arn, dnsName, name, arnSuffix: arn.split(":loadbalancer/").at(-1) } };
    },
    delete: ({ id }) => calls.DeleteLoadBalancer({ LoadBalancerArn: id }),
  }),

  "aws:lb/listener:Listener": handler({
    inputs: z.strictObject({
      loadBalancerArn: z.string(),
      protocol: z.literal("HTTP"),
      port: z.int().min(1).max(65535),
      defaultActions: z.tuple([z.strictObject({ type: z.literal("forward"), targetGroupArn: z.string() })]),
      tags,
    }),
    async create(
      _name,
      { loadBalancerArn, protocol, port, defaultActions: [{ type, targetGroupArn }], tags },
    ) {
      const { Listeners } = await calls.CreateListener({
        LoadBalancerArn: loadBalancerArn,
        Protocol: protocol,
        Port: port,
        DefaultActions: [{ Type: type, TargetGroupArn: targetGroupArn }],
        Tags: tagList(tags),
      });
      const arn = Listeners[0]?.ListenerArn ?? "";
      return { id: arn, outputs: { arn } };
    },
    /** It may have gone with its load balancer. */
    delete: async ({ id }) => elbv2.listeners.has(id) && calls.DeleteListener({ ListenerArn: id }),
  }),

  "aws:lb/targetGroupAttachment:TargetGroupAttachment": handler({
    inputs: z.strictObject({ targetGroupArn: z.string(), targetId: z.string(), port: z.int() }),
    async create(_name, { targetGroupArn, targetId: Id, port: Port }) {
      await calls.RegisterTargets({ TargetGroupArn: targetGroupArn, Targets: [{ Id, Port }] });
      return { id: `${targetGroupArn}-${hex(16)}` };
    },
    delete: ({ inputs: { targetGroupArn, targetId: Id, port: Port } }) =>
      calls.DeregisterTargets({ TargetGroupArn: targetGroupArn, Targets: [{ Id, Port }] }),
  }),
});
