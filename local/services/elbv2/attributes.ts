/**
 * Attributes of load balancers, target groups and listeners: all that AWS answers for an Application Load Balancer, with
 * its defaults. Source: ELB API Reference, LoadBalancerAttribute, TargetGroupAttribute, ListenerAttribute.
 */
import { refusals } from "./refusals";

interface Attribute {
  default: string;
  /** What AWS takes. */
  takes: Values;
  /** What the region can do; all that AWS takes, unless given. */
  supported?: readonly string[];
}

interface Values {
  expected: string;
  includes: (value: string) => boolean;
}

export type Attributes = Readonly<Record<string, string>>;
type Definitions = Readonly<Record<string, Attribute>>;

const oneOf = (...values: string[]): Values => ({
  expected: `one of [${values.join(", ")}]`,
  includes: value => values.includes(value),
});
const between = (from: number, to: number): Values => ({
  expected: `between '${from}-${to}' inclusive`,
  includes: value => /^\d{1,9}$/.test(value) && Number(value) >= from && Number(value) <= to,
});
const or = (...alternatives: Values[]): Values => ({
  expected: alternatives.map(({ expected }) => expected).join(" or "),
  includes: value => alternatives.some(({ includes }) => includes(value)),
});
const text: Values = { expected: "at most 1024 characters", includes: value => value.length <= 1024 };
const flag = oneOf("true", "false");

/** Kept and answered, without effect here. */
const inert = (value: string, takes: Values = flag): Attribute => ({ default: value, takes });
/** Only its default is supported. */
const fixed = (value: string, takes: Values = flag): Attribute => ({
  default: value,
  takes,
  supported: [value],
});

const logKinds = ["access_logs", "connection_logs", "health_check_logs"] as const;

/** None are written. */
const logs = (kind: (typeof logKinds)[number]): Definitions => ({
  [`${kind}.s3.enabled`]: inert("false"),
  [`${kind}.s3.bucket`]: inert("", text),
  [`${kind}.s3.prefix`]: inert("", text),
});

/** @throws AwsError for logs without a bucket */
export function assertLogBuckets(attributes: Attributes): void {
  const isWithout = (kind: string) =>
    attributes[`${kind}.s3.enabled`] === "true" && attributes[`${kind}.s3.bucket`] === "";
  if (logKinds.some(isWithout)) throw refusals.logsWithoutBucket();
}

export const loadBalancerAttributes = {
  "deletion_protection.enabled": { default: "false", takes: flag },
  "idle_timeout.timeout_seconds": { default: "60", takes: between(1, 4000) },
  "load_balancing.cross_zone.enabled": fixed("true"),
  ...logs("access_logs"),
  ...logs("connection_logs"),
  ...logs("health_check_logs"),
  "client_keep_alive.seconds": inert("3600", between(60, 604_800)),
  "ipv6.deny_all_igw_traffic": inert("false"),
  "routing.http.desync_mitigation_mode": inert("defensive", oneOf("monitor", "defensive", "strictest")),
  "routing.http.drop_invalid_header_fields.enabled": { default: "false", takes: flag },
  "routing.http.preserve_host_header.enabled": inert("false"),
  "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": inert("false"),
  "routing.http.xff_client_port.enabled": fixed("false"),
  "routing.http.xff_header_processing.mode": fixed("append", oneOf("append", "preserve", "remove")),
  "routing.http2.enabled": inert("true"),
  "waf.fail_open.enabled": inert("false"),
  "zonal_shift.config.enabled": inert("false"),
} satisfies Definitions;

const off = oneOf("off");

export const targetGroupAttributes = {
  "deregistration_delay.timeout_seconds": { default: "300", takes: between(0, 3600) },
  "stickiness.enabled": fixed("false"),
  "stickiness.type": inert("lb_cookie", oneOf("lb_cookie", "app_cookie")),
  "stickiness.lb_cookie.duration_seconds": inert("86400", between(1, 604_800)),
  "stickiness.app_cookie.cookie_name": inert("", text),
  "stickiness.app_cookie.duration_seconds": inert("86400", between(1, 604_800)),
  "slow_start.duration_seconds": fixed("0", or(between(0, 0), between(30, 900))),
  "load_balancing.algorithm.type": fixed(
    "round_robin",
    oneOf("round_robin", "least_outstanding_requests", "weighted_random"),
  ),
  "load_balancing.algorithm.anomaly_mitigation": fixed("off", oneOf("on", "off")),
  "load_balancing.cross_zone.enabled": {
    default: "use_load_balancer_configuration",
    takes: oneOf("true", "false", "use_load_balancer_configuration"),
    supported: ["true", "use_load_balancer_configuration"],
  },
  "target_group_health.dns_failover.minimum_healthy_targets.count": fixed("1", or(between(1, 1000), off)),
  "target_group_health.dns_failover.minimum_healthy_targets.percentage": fixed(
    "off",
    or(between(1, 100), off),
  ),
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": fixed("1", between(1, 1000)),
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": fixed(
    "off",
    or(between(1, 100), off),
  ),
} satisfies Definitions;

const responseHeaders = [
  "strict_transport_security",
  "access_control_allow_origin",
  "access_control_allow_methods",
  "access_control_allow_headers",
  "access_control_allow_credentials",
  "access_control_expose_headers",
  "access_control_max_age",
  "content_security_policy",
  "x_content_type_options",
  "x_frame_options",
];

/** Those of HTTP listeners. */
export const listenerAttributes: Definitions = {
  "routing.http.response.server.enabled": fixed("true"),
  ...Object.fromEntries(
    responseHeaders.map(header => [`routing.http.response.${header}.header_value`, fixed("", text)]),
  ),
};

export function defaultsOf(definitions: Definitions): Attributes {
  return Object.fromEntries(Object.entries(definitions).map(([key, each]) => [key, each.default]));
}

/**
 * The attributes with these changed.
 * @throws AwsError for an unknown key, a value that AWS doesn't take or the region can't honour
 */
export function withAttributes(
  kind: "Load balancer" | "Target group" | "Listener",
  definitions: Definitions,
  attributes: Attributes,
  changes: readonly { Key?: string; Value?: string }[],
): Attributes {
  const changed = new Map<string, string>();
  for (const { Key: key = "", Value: value = "" } of changes) {
    const definition = Object.hasOwn(definitions, key) ? definitions[key] : undefined;
    if (!definition) throw refusals.unknownAttribute(kind, key);
    if (changed.has(key)) throw refusals.attributeTwice(key);
    const { takes, supported } = definition;
    if (!takes.includes(value)) throw refusals.invalidAttribute(key, value, takes.expected);
    if (kind === "Load balancer" && key === "load_balancing.cross_zone.enabled" && value === "false")
      throw refusals.crossZoneIsFixed();
    if (supported && !supported.includes(value))
      throw refusals.regionLacks(`'${key}' with the value '${value}'`, `'${supported.join("' or '")}'`);
    changed.set(key, value);
  }
  return { ...attributes, ...Object.fromEntries(changed) };
}
