/** Certificates of HTTPS listeners, and the policies that these choose from. Sources: ELB API Reference, each action by its name. */
import type { Certificate } from "@aws-sdk/client-elastic-load-balancing-v2";
import { find } from "../arns";
import { applyTls } from "../listeners";
import { refusals } from "../refusals";
import { assertSslPolicy, sslPolicy, sslPolicyNames } from "../ssl-policies";
import type { Listener, ListenerTls } from "../state";
import { assertPresentable } from "../tls";
import { page } from "./common";
import type { Elbv2Actions } from "./context";

export const listenerCertificateActions = {
  AddListenerCertificates: {
    parameters: ["ListenerArn", "Certificates.CertificateArn"],
    handle({ elbv2 }, { ListenerArn, Certificates = [] }) {
      const listener = find(elbv2.listeners, "listener", ListenerArn);
      const tls = tlsOf(listener);
      const arns = Certificates.map(({ CertificateArn = "" }) => CertificateArn);
      for (const arn of arns) assertPresentable(elbv2.context, arn);
      const others = new Set([...tls.otherCertificateArns, ...arns]);
      others.delete(tls.certificateArn);
      applyTls(elbv2.context, listener, { ...tls, otherCertificateArns: [...others] });
      return {
        Certificates: certificateList(tlsOf(listener)).filter(each => arns.includes(each.CertificateArn)),
      };
    },
  },

  RemoveListenerCertificates: {
    parameters: ["ListenerArn", "Certificates.CertificateArn"],
    handle({ elbv2 }, { ListenerArn, Certificates = [] }) {
      const listener = find(elbv2.listeners, "listener", ListenerArn);
      const tls = tlsOf(listener);
      const arns = Certificates.map(({ CertificateArn = "" }) => CertificateArn);
      if (arns.includes(tls.certificateArn)) throw refusals.defaultCertificate();
      const otherCertificateArns = tls.otherCertificateArns.filter(arn => !arns.includes(arn));
      applyTls(elbv2.context, listener, { ...tls, otherCertificateArns });
      return {};
    },
  },

  DescribeListenerCertificates: {
    parameters: ["ListenerArn", "Marker", "PageSize"],
    handle({ elbv2 }, { ListenerArn, ...paging }) {
      const { tls } = find(elbv2.listeners, "listener", ListenerArn);
      const { items, NextMarker } = page(tls ? certificateList(tls) : [], paging);
      return { Certificates: items, NextMarker };
    },
  },

  DescribeSSLPolicies: {
    parameters: ["Names", "LoadBalancerType", "Marker", "PageSize"],
    handle(_context, { Names = [], LoadBalancerType = "application", ...paging }) {
      Names.forEach(assertSslPolicy);
      const described = (Names.length > 0 ? Names : sslPolicyNames)
        .map(sslPolicy)
        .filter(({ SupportedLoadBalancerTypes = [] }) =>
          SupportedLoadBalancerTypes.includes(LoadBalancerType),
        );
      const { items, NextMarker } = page(described, paging);
      return { SslPolicies: items, NextMarker };
    },
  },
} satisfies Partial<Elbv2Actions>;

function tlsOf({ tls }: Listener): ListenerTls {
  if (!tls) throw refusals.onlyHttps("A certificate");
  return tls;
}

function certificateList({ certificateArn, otherCertificateArns }: ListenerTls) {
  return [
    { CertificateArn: certificateArn, IsDefault: true },
    ...otherCertificateArns.map(CertificateArn => ({ CertificateArn, IsDefault: false })),
  ] satisfies Certificate[];
}
