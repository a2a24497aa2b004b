/** Listeners and rules: creating, applying and closing them. */
import { hex } from "../../identifiers";
import { closeServer, listen } from "../../network/http/servers";
import { defaultsOf, listenerAttributes } from "./attributes";
import { createListenerServer } from "./listener-server";
import { routingAction } from "./routing-actions";
import type { Elbv2Context, Listener, ListenerTls, Rule, RunningLoadBalancer } from "./state";
import type { TargetGroup } from "./target-group";
import { settingsOf } from "./tls";

type GroupOf = (targetGroupArn: string) => TargetGroup;
type Network = Pick<Elbv2Context, "network">;
type Certificates = Pick<Elbv2Context, "certificate">;

/** Resolves once the listener accepts connections. It takes its port at once. */
export async function createListener(
  { network, certificate }: Network & Certificates,
  running: RunningLoadBalancer,
  { tls, ...settings }: Pick<Listener, "port" | "tls" | "defaultAction" | "tags">,
  groupOf: GroupOf,
): Promise<Listener> {
  const arn = `${running.arn.replace(":loadbalancer/", ":listener/")}/${hex(16)}`;
  const server = createListenerServer(
    (req, res) => {
      const client = network.peerOf(req.socket) ?? { address: "127.0.0.1", port: 0 };
      void running.loadBalancer.handle(req, res, client, { port: listener.port });
    },
    () => listener.tlsSettings,
  );
  const listener: Listener = {
    arn,
    loadBalancerArn: running.arn,
    ...settings,
    rules: new Map(),
    defaultRule: { arn: ruleArn(arn), tags: {} },
    attributes: defaultsOf(listenerAttributes),
    server,
  };
  applyTls({ certificate }, listener, tls);
  running.listeners.set(arn, listener);
  listener.loopbackPort = await listen(server);
  if (!running.listeners.has(arn)) closeServer(server);
  else {
    applyRules(running, listener, groupOf);
    openOnInterfaces({ network }, listener, running.interfaceIds);
  }
  return listener;
}

/** Opens the listener's port on a load balancer's nodes. */
export function openOnInterfaces(
  { network }: Network,
  { port, loopbackPort }: Listener,
  interfaceIds: readonly string[],
): void {
  if (loopbackPort === undefined) return;
  for (const interfaceId of interfaceIds) network.registerEndpoint(interfaceId, port, loopbackPort);
}

export function moveListener(
  { network }: Network,
  running: RunningLoadBalancer,
  listener: Listener,
  port: number,
): void {
  leavePort({ network }, running, listener.port);
  listener.port = port;
  openOnInterfaces({ network }, listener, running.interfaceIds);
}

export function closeListener({ network }: Network, running: RunningLoadBalancer, listener: Listener): void {
  leavePort({ network }, running, listener.port);
  running.listeners.delete(listener.arn);
  // One that doesn't listen yet is closed by `createListener`.
  if (listener.loopbackPort !== undefined) closeServer(listener.server);
}

/** Makes the listener's next connections go by these settings, and by their certificates as they are now. */
export function applyTls(context: Certificates, listener: Listener, tls: ListenerTls | undefined): void {
  listener.tls = tls;
  listener.tlsSettings = tls && settingsOf(context, tls);
}

export const protocolOf = ({ tls }: Pick<Listener, "tls">) => (tls ? "HTTPS" : "HTTP");

/** Makes the load balancer go by the listener's rules and default action as they are now. */
export function applyRules(
  { loadBalancer }: RunningLoadBalancer,
  listener: Listener,
  groupOf: GroupOf,
): void {
  const { port, defaultAction } = listener;
  loadBalancer.setListener(
    port,
    [
      ...rulesOf(listener).map(({ conditions, action }) => ({
        conditions,
        action: routingAction(action, groupOf),
      })),
      { conditions: [], action: routingAction(defaultAction, groupOf) },
    ],
    protocolOf(listener),
  );
}

/** By priority. */
export function rulesOf({ rules }: Listener): Rule[] {
  return [...rules.values()].sort((one, other) => one.priority - other.priority);
}

export function addRule(listener: Listener, settings: Omit<Rule, "arn">): Rule {
  const rule = { arn: ruleArn(listener.arn), ...settings };
  listener.rules.set(rule.arn, rule);
  return rule;
}

const ruleArn = (listenerArn: string) => `${listenerArn.replace(":listener/", ":listener-rule/")}/${hex(16)}`;

function leavePort(
  { network }: Network,
  { interfaceIds, loadBalancer }: RunningLoadBalancer,
  port: number,
): void {
  for (const interfaceId of interfaceIds) network.unregisterEndpoint(interfaceId, port);
  loadBalancer.removeListener(port);
}
