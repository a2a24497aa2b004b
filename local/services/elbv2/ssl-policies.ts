/**
 * Predefined TLS security policies: what a listener negotiates with its clients. Source: "Security policies for your
 * Application Load Balancer" (ELB User Guide), protocols and ciphers by policy; those for FIPS are left out.
 */
import type { SslPolicy } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { TlsSettings } from "../../network/http/tls";
import { refusals } from "./refusals";

export const sslPolicyDefault = "ELBSecurityPolicy-2016-08";

const protocols = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
type Protocol = (typeof protocols)[number];

interface Policy {
  from: Protocol;
  to: Protocol;
  /** Those of TLS 1.2 and earlier. */
  ciphers: readonly string[];
}

/** By preference, as in every policy. */
const tls13Ciphers = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
const all = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES128-SHA256",
  "ECDHE-RSA-AES128-SHA256",
  "ECDHE-ECDSA-AES128-SHA",
  "ECDHE-RSA-AES128-SHA",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-AES256-SHA384",
  "ECDHE-RSA-AES256-SHA384",
  "ECDHE-ECDSA-AES256-SHA",
  "ECDHE-RSA-AES256-SHA",
  "AES128-GCM-SHA256",
  "AES128-SHA256",
  "AES128-SHA",
  "AES256-GCM-SHA384",
  "AES256-SHA256",
  "AES256-SHA",
];
const sha2 = all.filter(cipher => !cipher.endsWith("-SHA"));
const forwardSecret = all.filter(cipher => cipher.startsWith("ECDHE-"));
const forwardSecretSha2 = sha2.filter(cipher => cipher.startsWith("ECDHE-"));
const restricted = forwardSecret.filter(cipher => cipher.includes("-GCM-"));

/** Those with PQ in their names differ in the key exchange: a hybrid one, if the client and Node's OpenSSL have it. */
const policies: Readonly<Record<string, Policy>> = {
  "ELBSecurityPolicy-2016-08": { from: "TLSv1", to: "TLSv1.2", ciphers: all },
  "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09": { from: "TLSv1.2", to: "TLSv1.3", ciphers: restricted },
  "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09": { from: "TLSv1.2", to: "TLSv1.3", ciphers: forwardSecretSha2 },
  "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09": { from: "TLSv1.3", to: "TLSv1.3", ciphers: [] },
  "ELBSecurityPolicy-TLS13-1-2-2021-06": { from: "TLSv1.2", to: "TLSv1.3", ciphers: forwardSecretSha2 },
  "ELBSecurityPolicy-TLS13-1-2-Res-2021-06": { from: "TLSv1.2", to: "TLSv1.3", ciphers: restricted },
  "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06": { from: "TLSv1.2", to: "TLSv1.3", ciphers: sha2 },
  "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06": { from: "TLSv1.2", to: "TLSv1.3", ciphers: all },
  "ELBSecurityPolicy-TLS13-1-3-2021-06": { from: "TLSv1.3", to: "TLSv1.3", ciphers: [] },
  "ELBSecurityPolicy-TLS13-1-1-2021-06": { from: "TLSv1.1", to: "TLSv1.3", ciphers: all },
  "ELBSecurityPolicy-TLS13-1-0-2021-06": { from: "TLSv1", to: "TLSv1.3", ciphers: all },
  "ELBSecurityPolicy-TLS-1-2-2017-01": { from: "TLSv1.2", to: "TLSv1.2", ciphers: sha2 },
  "ELBSecurityPolicy-TLS-1-2-Ext-2018-06": { from: "TLSv1.2", to: "TLSv1.2", ciphers: all },
  "ELBSecurityPolicy-TLS-1-1-2017-01": { from: "TLSv1.1", to: "TLSv1.2", ciphers: all },
  "ELBSecurityPolicy-FS-2018-06": { from: "TLSv1", to: "TLSv1.2", ciphers: forwardSecret },
  "ELBSecurityPolicy-FS-1-1-2019-08": { from: "TLSv1.1", to: "TLSv1.2", ciphers: forwardSecret },
  "ELBSecurityPolicy-FS-1-2-2019-08": { from: "TLSv1.2", to: "TLSv1.2", ciphers: forwardSecret },
  "ELBSecurityPolicy-FS-1-2-Res-2019-08": { from: "TLSv1.2", to: "TLSv1.2", ciphers: forwardSecretSha2 },
  "ELBSecurityPolicy-FS-1-2-Res-2020-10": { from: "TLSv1.2", to: "TLSv1.2", ciphers: restricted },
};

export const sslPolicyNames = Object.keys(policies);

/** @throws AwsError for a policy that AWS doesn't have or the region lacks */
export function assertSslPolicy(name: string): void {
  if (Object.hasOwn(policies, name)) return;
  if (name.startsWith("ELBSecurityPolicy-") && name.includes("FIPS"))
    throw refusals.regionLacks(`the SSL policy '${name}'`, "those that DescribeSSLPolicies lists");
  throw refusals.sslPolicyNotFound(name);
}

/** As the API describes it. */
export function sslPolicy(name: string): SslPolicy {
  const { from, to, ciphers } = policyNamed(name);
  return {
    Name: name,
    SslProtocols: protocols.slice(protocols.indexOf(from), protocols.indexOf(to) + 1),
    Ciphers: [...(to === "TLSv1.3" ? tls13Ciphers : []), ...ciphers].map((Name, index) => ({
      Name,
      Priority: index + 1,
    })),
    SupportedLoadBalancerTypes: ["application", "network"],
  };
}

/** What a policy lets a server negotiate. */
export function negotiationOf(name: string): Pick<TlsSettings, "minVersion" | "maxVersion" | "ciphers"> {
  const { from, to, ciphers } = policyNamed(name);
  // OpenSSL takes no empty list, even where only TLS 1.3 is spoken, and at its own level neither TLS 1.1 nor RSA 1024.
  const earlier = ciphers.length === 0 ? ["ALL"] : ciphers;
  return {
    minVersion: from,
    maxVersion: to,
    ciphers: `${[...(to === "TLSv1.3" ? tls13Ciphers : []), ...earlier].join(":")}:@SECLEVEL=0`,
  };
}

function policyNamed(name: string): Policy {
  const policy = policies[name];
  if (!policy) throw refusals.sslPolicyNotFound(name);
  return policy;
}
