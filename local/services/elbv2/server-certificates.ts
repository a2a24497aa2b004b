/**
 * Which of a listener's certificates a client gets. Source: "SSL certificates for your Application Load Balancer" (ELB
 * User Guide), Default certificate and Certificate list. Neither the hash of a signature nor what the client supports is
 * looked at.
 */
import type { ServerCertificate } from "../../network/http/tls";

/** Of those for the host, the best; without any, the default one. */
export function certificateFor(
  host: string,
  fallback: ServerCertificate,
  others: readonly ServerCertificate[],
  now = Date.now(),
): ServerCertificate {
  const [best] = [fallback, ...others]
    .filter(({ x509 }) => x509.checkHost(host) !== undefined)
    .sort((one, other) => compare(rank(other, now), rank(one, now)));
  return best ?? fallback;
}

/** ECDSA before RSA, valid before expired, the longer key, the longer validity. */
function rank({ x509 }: ServerCertificate, now: number): number[] {
  const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey;
  const [from, to] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
  return [
    asymmetricKeyType === "ec" ? 1 : 0,
    to > now ? 1 : 0,
    asymmetricKeyDetails?.modulusLength ??
      Number(/\d{3}/.exec(asymmetricKeyDetails?.namedCurve ?? "")?.[0] ?? 0),
    to - from,
  ];
}

function compare(one: readonly number[], other: readonly number[]): number {
  return one.map((value, index) => value - (other[index] ?? 0)).find(difference => difference !== 0) ?? 0;
}

/** What AWS asks of a certificate: a domain name with a dot. */
export function hasDomainName({ x509: { subject, subjectAltName = "" } }: ServerCertificate): boolean {
  return /(^CN=|DNS:)(\*\.)?([\w-]+\.)+[\w-]+/m.test(`${subject}\n${subjectAltName}`);
}
