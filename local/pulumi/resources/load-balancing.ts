/** Load balancers, listeners and target groups. */
import { z } from "zod";
import { hex } from "../../identifiers";
import type { Elbv2, TargetGroupDescription } from "../../services/elbv2/elbv2";
import { autoName } from "../auto-name";
import { handler, tags, type Handlers } from "./handler";

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

function descriptionOf(inputs: z.infer<typeof targetGroup>): TargetGroupDescription {
  const { vpcId, port, deregistrationDelay } = inputs;
  const { interval, timeout, ...check } = inputs.healthCheck;
  return {
    vpcId,
    port,
    healthCheck: { ...check, port: "traffic-port", intervalSeconds: interval, timeoutSeconds: timeout },
    deregistrationDelaySeconds: deregistrationDelay,
  };
}

export const loadBalancingHandlers = (elbv2: Elbv2): Handlers => ({
  "aws:lb/targetGroup:TargetGroup": handler({
    inputs: targetGroup,
    create(label, inputs) {
      const name = autoName(label);
      const arn = elbv2.createTargetGroup(name, label, descriptionOf(inputs));
      return { id: arn, outputs: { arn, name, arnSuffix: arn.split(":").at(-1) } };
    },
    update({ id, outputs }, inputs) {
      elbv2.modifyTargetGroup(id, descriptionOf(inputs));
      return outputs;
    },
    delete: ({ id }) => elbv2.deleteTargetGroup(id),
  }),

  "aws:lb/loadBalancer:LoadBalancer": handler({
    inputs: z.strictObject({
      loadBalancerType: z.literal("application"),
      internal: z.literal(false),
      subnets: z.array(z.string()).min(2),
      securityGroups: z.array(z.string()),
      tags,
    }),
    create(label, { subnets: subnetIds, securityGroups: securityGroupIds }) {
      const name = autoName(label);
      const arn = elbv2.createLoadBalancer({ name, label, subnetIds, securityGroupIds });
      const dnsName = elbv2.loadBalancers.get(arn)?.dnsName;
      return { id: arn, outputs: { arn, dnsName, name, arnSuffix: arn.split(":loadbalancer/").at(-1) } };
    },
    delete: ({ id }) => elbv2.deleteLoadBalancer(id),
  }),

  "aws:lb/listener:Listener": handler({
    inputs: z.strictObject({
      loadBalancerArn: z.string(),
      protocol: z.literal("HTTP"),
      port: z.int().min(1).max(65535),
      defaultActions: z.tuple([z.strictObject({ type: z.literal("forward"), targetGroupArn: z.string() })]),
      tags,
    }),
    async create(_name, { loadBalancerArn, port, defaultActions: [{ targetGroupArn }] }) {
      const arn = await elbv2.createListener(loadBalancerArn, port, targetGroupArn);
      return { id: arn, outputs: { arn } };
    },
    delete: ({ inputs: { loadBalancerArn, port } }) => elbv2.deleteListener(loadBalancerArn, port),
  }),

  "aws:lb/targetGroupAttachment:TargetGroupAttachment": handler({
    inputs: z.strictObject({ targetGroupArn: z.string(), targetId: z.string(), port: z.int() }),
    create(_name, { targetGroupArn, targetId, port }) {
      elbv2.registerTarget(targetGroupArn, { id: targetId, port });
      return { id: `${targetGroupArn}-${hex(16)}` };
    },
    delete: ({ inputs: { targetGroupArn, targetId } }) => elbv2.deregisterTarget(targetGroupArn, targetId),
  }),
});
