/** Listeners. Sources: ELB API Reference, each action by its name. */
import { isDeepStrictEqual } from "node:util";
import type { Listener as ListenerDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import { find, notFound, assertArns } from "../arns";
import { listenerAttributes, withAttributes } from "../attributes";
import type { Elbv2 } from "../elbv2";
import { applyRules, applyTls, closeListener, createListener, moveListener, protocolOf } from "../listeners";
import { refusals } from "../refusals";
import { actionParts, validAction } from "../routing-actions";
import type { Listener, RunningLoadBalancer } from "../state";
import { tagList, withTags } from "../tags";
import { changedTls } from "../tls";
import { assertPort } from "../validation";
import type { Elbv2Actions } from "./context";
import { page } from "./common";
import { validationError } from "../../../api/aws-error";

const defaultActions = actionParts.map(part => `DefaultActions.${part}` as const);
const tlsParameters = [
  "Certificates.CertificateArn",
  "SslPolicy",
  "AlpnPolicy",
  "MutualAuthentication.Mode",
] as const;

export const listenerActions = {
  CreateListener: {
    parameters: ["LoadBalancerArn", "Protocol", "Port", ...tlsParameters, ...defaultActions, "Tags"],
    async handle({ elbv2 }, { LoadBalancerArn, Protocol, Port, DefaultActions, Tags, ...input }) {
      const running = find(elbv2.loadBalancers, "load balancer", LoadBalancerArn);
      if (Protocol === undefined) throw refusals.missing("A listener protocol");
      const tls = changedTls(elbv2.context, undefined, { Protocol, ...input });
      if (Port === undefined) throw refusals.missing("A listener port");
      assertPort("Listener port", Port);
      const defaultAction = validAction(DefaultActions, usableBy(elbv2, running));
      const tags = withTags({}, Tags);
      const existing = listenerOn(running, Port);
      if (existing && !isDeepStrictEqual([existing.defaultAction, existing.tls], [defaultAction, tls]))
        throw refusals.duplicateListener(running.arn);
      const settings = { port: Port, tls, defaultAction, tags };
      const listener = existing ?? (await createListener(elbv2.context, running, settings, elbv2.groupOf));
      return { Listeners: [descriptionOf(listener)] };
    },
  },

  ModifyListener: {
    parameters: ["ListenerArn", "Port", "Protocol", ...tlsParameters, ...defaultActions],
    handle({ elbv2 }, { ListenerArn, Port, Protocol, DefaultActions, ...input }) {
      const listener = find(elbv2.listeners, "listener", ListenerArn);
      const running = find(elbv2.loadBalancers, "load balancer", listener.loadBalancerArn);
      const tls = changedTls(elbv2.context, listener.tls, {
        Protocol: Protocol ?? protocolOf(listener),
        ...input,
      });
      if (Port !== undefined) assertPort("Listener port", Port);
      const port = Port ?? listener.port;
      const onPort = listenerOn(running, port);
      if (onPort && onPort !== listener) throw refusals.duplicateListener(running.arn);
      if (DefaultActions) listener.defaultAction = validAction(DefaultActions, usableBy(elbv2, running));
      applyTls(elbv2.context, listener, tls);
      if (port !== listener.port) moveListener(elbv2.context, running, listener, port);
      applyRules(running, listener, elbv2.groupOf);
      return { Listeners: [descriptionOf(listener)] };
    },
  },

  DeleteListener: {
    parameters: ["ListenerArn"],
    handle({ elbv2 }, { ListenerArn }) {
      const listener = find(elbv2.listeners, "listener", ListenerArn);
      const running = find(elbv2.loadBalancers, "load balancer", listener.loadBalancerArn);
      closeListener(elbv2.context, running, listener);
      return {};
    },
  },

  DescribeListeners: {
    parameters: ["LoadBalancerArn", "ListenerArns", "Marker", "PageSize"],
    handle({ elbv2 }, { LoadBalancerArn, ListenerArns = [], ...paging }) {
      if (LoadBalancerArn === undefined && ListenerArns.length === 0)
        throw validationError("You must specify either listener ARNs or a load balancer ARN");
      if (LoadBalancerArn !== undefined && !elbv2.loadBalancers.has(LoadBalancerArn))
        throw notFound("load balancer");
      assertArns(ListenerArns, "listener");
      const { listeners } = elbv2;
      if (!ListenerArns.every(arn => listeners.has(arn))) throw notFound("listener");
      const found = [...listeners.values()].filter(
        ({ arn, loadBalancerArn }) =>
          (LoadBalancerArn === undefined || loadBalancerArn === LoadBalancerArn) &&
          (ListenerArns.length === 0 || ListenerArns.includes(arn)),
      );
      const { items, NextMarker } = page(found, paging);
      return { Listeners: items.map(descriptionOf), NextMarker };
    },
  },

  DescribeListenerAttributes: {
    parameters: ["ListenerArn"],
    handle({ elbv2 }, { ListenerArn }) {
      return { Attributes: tagList(find(elbv2.listeners, "listener", ListenerArn).attributes) };
    },
  },

  ModifyListenerAttributes: {
    parameters: ["ListenerArn", "Attributes"],
    handle({ elbv2 }, { ListenerArn, Attributes = [] }) {
      const listener = find(elbv2.listeners, "listener", ListenerArn);
      listener.attributes = withAttributes("Listener", listenerAttributes, listener.attributes, Attributes);
      return { Attributes: tagList(listener.attributes) };
    },
  },
} satisfies Partial<Elbv2Actions>;

/**
 * Checks a target group that the load balancer is to forward to.
 * @throws AwsError if it is unknown, in another VPC, or another load balancer's
 */
export function usableBy(
  elbv2: Elbv2,
  { arn, vpcId }: RunningLoadBalancer,
): (targetGroupArn: string) => void {
  return targetGroupArn => {
    const group = find(elbv2.targetGroups, "target group", targetGroupArn);
    if (group.vpcId !== vpcId) throw refusals.targetGroupInOtherVpc(targetGroupArn);
    if (elbv2.loadBalancersOf(targetGroupArn).some(each => each.arn !== arn))
      throw refusals.targetGroupOfOtherLoadBalancer(targetGroupArn);
  };
}

function listenerOn({ listeners }: RunningLoadBalancer, port: number): Listener | undefined {
  return [...listeners.values()].find(each => each.port === port);
}

function descriptionOf(listener: Listener): ListenerDescription {
  const { arn, loadBalancerArn, port, tls, defaultAction } = listener;
  return {
    ListenerArn: arn,
    LoadBalancerArn: loadBalancerArn,
    Port: port,
    Protocol: protocolOf(listener),
    ...(tls && {
      Certificates: [{ CertificateArn: tls.certificateArn }],
      SslPolicy: tls.policy,
      MutualAuthentication: { Mode: "off" },
    }),
    DefaultActions: [defaultAction],
  };
}
