/** Actions of listeners and rules: what AWS takes, and how a load balancer carries them out. Source: ELB API Reference, "Action". */
import type {
  Action,
  FixedResponseActionConfig,
  ForwardActionConfig,
  RedirectActionConfig,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { RoutingAction } from "./load-balancer";
import { redirectDefaults } from "./redirect";
import { refusals } from "./refusals";
import type { TargetGroup } from "./target-group";

/** A listener's or rule's one action, as the API answers it. */
export type StoredAction = Action & Required<Pick<Action, "Type">>;

/** The parts of an action that are supported. */
export const actionParts = [
  "Type",
  "TargetGroupArn",
  "Order",
  "ForwardConfig",
  "FixedResponseConfig",
  "RedirectConfig",
] as const;

/**
 * The one action, with AWS's defaults.
 * @param assertUsable throws for a target group that the load balancer can't forward to
 * @throws AwsError for actions that AWS doesn't take
 */
export function validAction(
  actions: readonly Action[] = [],
  assertUsable: (arn: string) => void,
): StoredAction {
  const [action] = actions;
  if (!action || actions.length > 1) throw refusals.oneAction();
  const { Type, Order } = action;
  if (Order !== undefined && !isWithin(Order, 1, 50_000))
    throw refusals.outOfRange("Action order", Order, 1, 50_000);
  const order = Order === undefined ? {} : { Order };
  assertConfigOf(action);
  switch (Type) {
    case "forward":
      return { ...forwardAction(action, assertUsable), ...order };
    case "fixed-response":
      return { Type, FixedResponseConfig: validResponse(action.FixedResponseConfig), ...order };
    case "redirect":
      return { Type, RedirectConfig: validRedirect(action.RedirectConfig), ...order };
    default:
      throw refusals.regionLacks(`the action type '${Type ?? ""}'`, "forward, fixed-response and redirect");
  }
}

/** The target groups that an action forwards to. */
export function targetGroupsOf({ ForwardConfig }: Action): string[] {
  return (ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []);
}

export function routingAction(
  { FixedResponseConfig, RedirectConfig, ForwardConfig }: StoredAction,
  groupOf: (arn: string) => TargetGroup,
): RoutingAction {
  if (FixedResponseConfig) return { type: "fixed-response", config: FixedResponseConfig };
  if (RedirectConfig) return { type: "redirect", config: RedirectConfig };
  const groups = (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn = "", Weight = 1 }) => ({
    group: groupOf(TargetGroupArn),
    weight: Weight,
  }));
  return { type: "forward", groups };
}

/** Each type has a configuration of its own, and takes no other. */
function assertConfigOf({ Type, ...action }: Action): void {
  const configs = {
    TargetGroupArn: "forward",
    ForwardConfig: "forward",
    FixedResponseConfig: "fixed-response",
    RedirectConfig: "redirect",
  } as const;
  for (const [config, type] of Object.entries(configs) as [keyof typeof configs, string][]) {
    if (action[config] !== undefined && type !== Type)
      throw refusals.invalidAction(`${config} can't be specified for the action type '${Type ?? ""}'`);
  }
}

/** With one group, AWS answers its ARN beside the configuration. */
function forwardAction(
  { TargetGroupArn: single, ForwardConfig: config }: Action,
  assertUsable: (arn: string) => void,
) {
  const tuples = config?.TargetGroups ?? (single === undefined ? [] : [{ TargetGroupArn: single }]);
  if (tuples.length < 1 || tuples.length > 5)
    throw refusals.invalidAction("A forward action must specify from 1 to 5 target groups");
  if (single !== undefined && (tuples.length > 1 || tuples[0]?.TargetGroupArn !== single))
    throw refusals.invalidAction("TargetGroupArn and ForwardConfig must specify the same target group");
  if (config?.TargetGroupStickinessConfig?.Enabled)
    throw refusals.regionLacks("stickiness between target groups", "forward actions without it");
  const TargetGroups = tuples.map(({ TargetGroupArn = "", Weight = 1 }) => {
    if (!isWithin(Weight, 0, 999)) throw refusals.outOfRange("Target group weight", Weight, 0, 999);
    assertUsable(TargetGroupArn);
    return { TargetGroupArn, Weight };
  });
  if (new Set(TargetGroups.map(each => each.TargetGroupArn)).size < TargetGroups.length)
    throw refusals.invalidAction("A target group can be specified only once in an action");
  const ForwardConfig: ForwardActionConfig = {
    TargetGroups,
    TargetGroupStickinessConfig: { Enabled: false },
  };
  const [only, ...others] = TargetGroups;
  return {
    Type: "forward" as const,
    ...(others.length === 0 && only && { TargetGroupArn: only.TargetGroupArn }),
    ForwardConfig,
  };
}

const contentTypes = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];

function validResponse(config: FixedResponseActionConfig | undefined): FixedResponseActionConfig {
  const { StatusCode = "", ContentType, MessageBody } = config ?? {};
  if (!/^[245]\d\d$/.test(StatusCode))
    throw refusals.invalidAction(`The fixed response's StatusCode '${StatusCode}' must be 2XX, 4XX or 5XX`);
  if (ContentType !== undefined && !contentTypes.includes(ContentType))
    throw refusals.invalidAction(`The ContentType must be one of: '${contentTypes.join("', '")}'`);
  if (MessageBody !== undefined && MessageBody.length > 1024)
    throw refusals.invalidAction("The fixed response's MessageBody must have at most 1024 characters");
  return { ...config, StatusCode };
}

const redirectFormats = {
  Protocol: /^(HTTPS?|#\{protocol\})$/,
  Port: /^(#\{port\}|[1-9]\d{0,4})$/,
  Host: /^.{1,128}$/,
  Path: /^\/.{0,127}$/,
  Query: /^.{0,128}$/,
};

function validRedirect(config: RedirectActionConfig | undefined): RedirectActionConfig {
  const valid = { ...redirectDefaults, ...config };
  const { StatusCode } = valid;
  if (StatusCode !== "HTTP_301" && StatusCode !== "HTTP_302")
    throw refusals.invalidAction(
      `The redirect's StatusCode '${String(StatusCode)}' must be HTTP_301 or HTTP_302`,
    );
  for (const [member, format] of Object.entries(redirectFormats)) {
    const value = valid[member as keyof typeof redirectFormats];
    if (!format.test(value) || (member === "Port" && Number(value) > 65_535))
      throw refusals.invalidAction(`The redirect's ${member} '${value}' is not valid`);
  }
  const parts = ["Protocol", "Port", "Host", "Path"] as const;
  if (parts.every(part => valid[part] === redirectDefaults[part])) throw refusals.redirectLoop();
  return { ...valid, StatusCode };
}

function isWithin(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
