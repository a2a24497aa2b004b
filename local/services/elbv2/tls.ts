/** What an HTTPS listener negotiates, and with which certificates. Sources: ELB API Reference, "CreateListener", "ModifyListener". */
import type { ServerCertificate, TlsSettings } from "../../network/http/tls";
import { refusals } from "./refusals";
import { certificateFor, hasDomainName } from "./server-certificates";
import { assertSslPolicy, negotiationOf, sslPolicyDefault } from "./ssl-policies";
import type { Elbv2Context, ListenerTls } from "./state";

type Certificates = Pick<Elbv2Context, "certificate">;

/** What CreateListener and ModifyListener take about TLS. */
export interface TlsInput {
  Protocol: string;
  SslPolicy?: string;
  Certificates?: readonly { CertificateArn?: string }[];
  AlpnPolicy?: readonly string[];
  MutualAuthentication?: { Mode?: string };
}

/**
 * A listener's TLS with these settings changed; undefined for HTTP, which keeps none.
 * @throws AwsError for what AWS doesn't take or the region lacks
 */
export function changedTls(
  context: Certificates,
  before: ListenerTls | undefined,
  { Protocol, SslPolicy, Certificates = [], AlpnPolicy = [], MutualAuthentication }: TlsInput,
): ListenerTls | undefined {
  if (Protocol !== "HTTP" && Protocol !== "HTTPS") throw refusals.listenerProtocol(Protocol);
  if (AlpnPolicy.length > 0) throw refusals.alpnPolicy();
  if (Protocol === "HTTP") {
    if (Certificates.length > 0) throw refusals.onlyHttps("A certificate");
    if (SslPolicy !== undefined) throw refusals.onlyHttps("An SSL policy");
    return undefined;
  }
  const mode = MutualAuthentication?.Mode ?? "off";
  if (mode !== "off") throw refusals.regionLacks(`mutual authentication in the mode '${mode}'`, "off");
  if (Certificates.length > 1) throw refusals.oneCertificate();
  const certificateArn = Certificates[0]?.CertificateArn ?? before?.certificateArn;
  if (certificateArn === undefined) throw refusals.noCertificate();
  assertPresentable(context, certificateArn);
  const policy = SslPolicy ?? before?.policy ?? sslPolicyDefault;
  assertSslPolicy(policy);
  const others = before?.otherCertificateArns ?? [];
  return { policy, certificateArn, otherCertificateArns: others.filter(arn => arn !== certificateArn) };
}

/** @throws AwsError if there is no such certificate, or a load balancer can't present it */
export function assertPresentable(context: Certificates, arn: string): void {
  if (!hasDomainName(certificateOf(context, arn))) throw refusals.unsupportedCertificate(arn);
}

function certificateOf({ certificate }: Certificates, arn: string): ServerCertificate {
  const found = certificate(arn);
  if (!found) throw refusals.certificateNotFound(arn);
  return found;
}

/** What the listener's server goes by from its next connection on. */
export function settingsOf(context: Certificates, tls: ListenerTls): TlsSettings {
  const certificate = certificateOf(context, tls.certificateArn);
  const others = tls.otherCertificateArns.map(arn => certificateOf(context, arn));
  return {
    ...negotiationOf(tls.policy),
    certificate,
    certificateFor: host => certificateFor(host, certificate, others),
  };
}
