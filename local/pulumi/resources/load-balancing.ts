/** Load balancers, listeners, rules and target groups. */
import type { Action, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { z } from "zod";
import { hex } from "../../identifiers";
import { autoName } from "../auto-name";
import { required, resourceType, tagList, tags, type ResourceTypes } from "./resource-type";

/** Numbers and texts alike: the provider types some of its numbers as text. */
const text = z.union([z.string(), z.number()]).transform(String);

const action = z.strictObject({
  type: z.enum(["forward", "fixed-response", "redirect"]),
  order: z.int().optional(),
  targetGroupArn: z.string().optional(),
  forward: z
    .strictObject({
      targetGroups: z.array(z.strictObject({ arn: z.string(), weight: z.int().default(1) })),
    })
    .optional(),
  fixedResponse: z
    .strictObject({
      contentType: z.string(),
      messageBody: z.string().optional(),
      statusCode: text.optional(),
    })
    .optional(),
  redirect: z
    .strictObject({
      statusCode: z.string(),
      protocol: z.string().default("#{protocol}"),
      host: z.string().default("#{host}"),
      port: text.default("#{port}"),
      path: z.string().default("/#{path}"),
      query: z.string().default("#{query}"),
    })
    .optional(),
});

const condition = z.strictObject({
  pathPattern: z.strictObject({ values: z.array(z.string()) }).optional(),
  hostHeader: z.strictObject({ values: z.array(z.string()) }).optional(),
});

/** Actions are ordered from 1, as the provider numbers them. */
function actionsOf(actions: z.infer<typeof action>[]): Action[] {
  return actions.map(({ type, order, targetGroupArn, forward, fixedResponse, redirect }, index) => ({
    Type: type,
    Order: order ?? index + 1,
    ...(targetGroupArn !== undefined && { TargetGroupArn: targetGroupArn }),
    ...(forward && {
      ForwardConfig: {
        TargetGroups: forward.targetGroups.map(({ arn, weight }) => ({
          TargetGroupArn: arn,
          Weight: weight,
        })),
      },
    }),
    ...(fixedResponse && {
      FixedResponseConfig: {
        ContentType: fixedResponse.contentType,
        MessageBody: fixedResponse.messageBody,
        StatusCode: fixedResponse.statusCode,
      },
    }),
    ...(redirect && {
      RedirectConfig: {
        StatusCode: redirect.statusCode as "HTTP_301",
        Protocol: redirect.protocol,
        Host: redirect.host,
        Port: redirect.port,
        Path: redirect.path,
        Query: redirect.query,
      },
    }),
  }));
}

function conditionsOf(conditions: z.infer<typeof condition>[]): RuleCondition[] {
  return conditions.flatMap(({ pathPattern, hostHeader }) => [
    ...(pathPattern ? [{ Field: "path-pattern", PathPatternConfig: { Values: pathPattern.values } }] : []),
    ...(hostHeader ? [{ Field: "host-header", HostHeaderConfig: { Values: hostHeader.values } }] : []),
  ]);
}

/** The API refuses an empty list of tags. */
const tagged = (tags: Record<string, string>) =>
  Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) };

export const loadBalancingTypes: ResourceTypes = {
  "aws:lb/targetGroup:TargetGroup": resourceType({
    inputs: z.strictObject({
      name: z.string().optional(),
      vpcId: z.string(),
      targetType: z.string().default("instance"),
      protocol: z.string(),
      port: z.int(),
      healthCheck: z
        .strictObject({
          enabled: z.boolean().default(true),
          path: z.string().optional(),
          port: z.string().default("traffic-port"),
          protocol: z.string().default("HTTP"),
          matcher: z.string().optional(),
          interval: z.int().default(30),
          timeout: z.int().optional(),
          healthyThreshold: z.int().default(3),
          unhealthyThreshold: z.int().default(3),
        })
        .prefault({}),
      deregistrationDelay: z.coerce.number().default(300),
      tags,
    }),
    async create({ elbv2 }, { healthCheck, ...inputs }, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      const { TargetGroups } = await elbv2.CreateTargetGroup({
        Name: name,
        VpcId: inputs.vpcId,
        TargetType: inputs.targetType as "instance",
        Protocol: inputs.protocol as "HTTP",
        ProtocolVersion: "HTTP1",
        Port: inputs.port,
        HealthCheckEnabled: healthCheck.enabled,
        HealthCheckIntervalSeconds: healthCheck.interval,
        HealthCheckPath: healthCheck.path,
        HealthCheckPort: healthCheck.port,
        HealthCheckProtocol: healthCheck.protocol as "HTTP",
        HealthCheckTimeoutSeconds: healthCheck.timeout,
        HealthyThresholdCount: healthCheck.healthyThreshold,
        UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
        ...(healthCheck.matcher !== undefined && { Matcher: { HttpCode: healthCheck.matcher } }),
        ...tagged(inputs.tags),
      });
      const TargetGroupArn = required(TargetGroups[0]?.TargetGroupArn, "TargetGroupArn");
      await elbv2.ModifyTargetGroupAttributes({
        TargetGroupArn,
        Attributes: [
          { Key: "deregistration_delay.timeout_seconds", Value: String(inputs.deregistrationDelay) },
        ],
      });
      const arnSuffix = TargetGroupArn.split(":").at(-1);
      return { id: TargetGroupArn, outputs: { arn: TargetGroupArn, name, arnSuffix } };
    },
  }),

  "aws:lb/loadBalancer:LoadBalancer": resourceType({
    inputs: z.strictObject({
      name: z.string().optional(),
      loadBalancerType: z.string().default("application"),
      internal: z.boolean().default(false),
      subnets: z.array(z.string()),
      securityGroups: z.array(z.string()).optional(),
      idleTimeout: z.int().default(60),
      enableDeletionProtection: z.boolean().default(false),
      dropInvalidHeaderFields: z.boolean().default(false),
      accessLogs: z
        .strictObject({
          bucket: z.string(),
          prefix: z.string().default(""),
          enabled: z.boolean().default(false),
        })
        .prefault({ bucket: "" }),
      tags,
    }),
    async create({ elbv2 }, inputs, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      const { LoadBalancers } = await elbv2.CreateLoadBalancer({
        Name: name,
        Type: inputs.loadBalancerType as "application",
        // The provider leaves the API's default, internet-facing, unsaid.
        ...(inputs.internal && { Scheme: "internal" as const }),
        Subnets: inputs.subnets,
        ...(inputs.securityGroups && { SecurityGroups: inputs.securityGroups }),
        ...tagged(inputs.tags),
      });
      const created = LoadBalancers[0];
      const LoadBalancerArn = required(created?.LoadBalancerArn, "LoadBalancerArn");
      const { enabled, bucket, prefix } = inputs.accessLogs;
      await elbv2.ModifyLoadBalancerAttributes({
        LoadBalancerArn,
        Attributes: [
          { Key: "access_logs.s3.enabled", Value: String(enabled) },
          ...(enabled
            ? [
                { Key: "access_logs.s3.bucket", Value: bucket },
                { Key: "access_logs.s3.prefix", Value: prefix },
              ]
            : []),
          {
            Key: "routing.http.drop_invalid_header_fields.enabled",
            Value: String(inputs.dropInvalidHeaderFields),
          },
          { Key: "deletion_protection.enabled", Value: String(inputs.enableDeletionProtection) },
          { Key: "idle_timeout.timeout_seconds", Value: String(inputs.idleTimeout) },
        ],
      });
      return {
        id: LoadBalancerArn,
        outputs: {
          arn: LoadBalancerArn,
          name,
          dnsName: created?.DNSName,
          zoneId: created?.CanonicalHostedZoneId,
          arnSuffix: LoadBalancerArn.split(":loadbalancer/").at(-1),
        },
      };
    },
  }),

  "aws:lb/listener:Listener": resourceType({
    inputs: z.strictObject({
      loadBalancerArn: z.string(),
      protocol: z.string().default("HTTP"),
      port: z.int(),
      certificateArn: z.string().optional(),
      sslPolicy: z.string().optional(),
      defaultActions: z.array(action).min(1),
      tags,
    }),
    async create({ elbv2 }, inputs) {
      const { loadBalancerArn, protocol, port, certificateArn, sslPolicy, defaultActions, tags } = inputs;
      const { Listeners } = await elbv2.CreateListener({
        LoadBalancerArn: loadBalancerArn,
        Protocol: protocol as "HTTP",
        Port: port,
        ...(certificateArn !== undefined && { Certificates: [{ CertificateArn: certificateArn }] }),
        ...(sslPolicy !== undefined && { SslPolicy: sslPolicy }),
        DefaultActions: actionsOf(defaultActions),
        ...tagged(tags),
      });
      const arn = required(Listeners[0]?.ListenerArn, "ListenerArn");
      return { id: arn, outputs: { arn } };
    },
  }),

  "aws:lb/listenerRule:ListenerRule": resourceType({
    inputs: z.strictObject({
      listenerArn: z.string(),
      priority: z.int().optional(),
      actions: z.array(action).min(1),
      conditions: z.array(condition).min(1),
      tags,
    }),
    async create({ elbv2 }, { listenerArn, priority, actions, conditions, tags }) {
      const { Rules } = await elbv2.CreateRule({
        ListenerArn: listenerArn,
        Priority: priority ?? (await nextPriority()),
        Actions: actionsOf(actions),
        Conditions: conditionsOf(conditions),
        ...tagged(tags),
      });
      const arn = required(Rules[0]?.RuleArn, "RuleArn");
      return { id: arn, outputs: { arn, priority: Number(Rules[0]?.Priority) } };

      /** One more than the highest, as the provider chooses it. */
      async function nextPriority(): Promise<number> {
        const { Rules: rules } = await elbv2.DescribeRules({ ListenerArn: listenerArn });
        return 1 + Math.max(0, ...rules.flatMap(rule => (rule.IsDefault ? [] : Number(rule.Priority))));
      }
    },
  }),

  "aws:lb/targetGroupAttachment:TargetGroupAttachment": resourceType({
    inputs: z.strictObject({ targetGroupArn: z.string(), targetId: z.string(), port: z.int().optional() }),
    async create({ elbv2 }, { targetGroupArn, targetId, port }) {
      await elbv2.RegisterTargets({
        TargetGroupArn: targetGroupArn,
        Targets: [{ Id: targetId, ...(port !== undefined && { Port: port }) }],
      });
      // The API gives registrations no id; the provider makes one up.
      return { id: `${targetGroupArn}-${hex(16)}` };
    },
  }),
};
