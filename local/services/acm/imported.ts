/** Reads what is to be imported, and refuses what ACM doesn't take. */
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import type { ServerCertificate } from "../../network/http/tls";
import { refusals } from "./refusals";
import { fieldsOf, type X509Fields } from "./x509-fields";

export interface ImportedCertificate extends ServerCertificate, Pick<X509Fields, "keyUsages"> {
  /** In PEM, as it was given. */
  certificate: string;
  /** In PEM, as it was given; undefined for a self-signed certificate. */
  issuers?: string;
  keyAlgorithm: KeyAlgorithm;
  signatureAlgorithm: string;
}

export const keyAlgorithms = [
  "RSA_1024",
  "RSA_2048",
  "RSA_3072",
  "RSA_4096",
  "EC_prime256v1",
  "EC_secp384r1",
  "EC_secp521r1",
] as const;

export type KeyAlgorithm = (typeof keyAlgorithms)[number];

export interface ImportedFiles {
  certificate: string;
  privateKey: string;
  chain?: string;
}

/**
 * @param now in milliseconds since 1970
 * @throws AwsError for what ACM doesn't take
 */
export function readImported(
  { certificate, privateKey, chain }: ImportedFiles,
  now: number,
): ImportedCertificate {
  const [x509, ...more] = certificatesIn(certificate, "certificate");
  if (!x509) throw refusals.notPem("certificate");
  if (more.length > 0) throw refusals.severalCertificates();
  const { version, signatureAlgorithm, keyUsages } = fieldsOf(x509);
  if (version !== 3) throw refusals.notVersion3();
  const keyAlgorithm = keyAlgorithmOf(x509.publicKey);
  if (signatureAlgorithm === undefined) throw refusals.unsupportedKey("that signed it, or its parameters,");
  const key = privateKeyIn(privateKey);
  if (!x509.checkPrivateKey(key)) throw refusals.keyOfOther();
  if (Date.parse(x509.validTo) <= now) throw refusals.expired();
  if (Date.parse(x509.validFrom) > now) throw refusals.notYetValid();
  assertChain(x509, chain === undefined ? [] : certificatesIn(chain, "certificate chain"));
  return {
    x509,
    chain: [certificate, chain ?? ""].map(pem => pem.trim()).join("\n"),
    privateKey: key,
    certificate,
    ...(chain !== undefined && { issuers: chain }),
    keyAlgorithm,
    signatureAlgorithm,
    keyUsages,
  };
}

/** Each certifies the one before it; without any, the certificate certifies itself. */
function assertChain(certificate: X509Certificate, chain: readonly X509Certificate[]): void {
  if (chain.length === 0 && !signsItself(certificate)) throw refusals.notSelfSigned();
  const path = [certificate, ...chain];
  for (const [index, issuer] of chain.entries()) {
    const subject = path[index];
    if (!subject || !certifies(issuer, subject)) throw refusals.brokenChain();
  }
}

/** Whatever its key may be used for: a server's need not sign others. */
const signsItself = (certificate: X509Certificate) =>
  certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);

const certifies = (issuer: X509Certificate, subject: X509Certificate) =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey);

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesIn(pem: string, field: "certificate" | "certificate chain"): X509Certificate[] {
  const blocks = pem.match(block) ?? [];
  if (blocks.length === 0 || pem.replaceAll(block, "").trim() !== "") throw refusals.notPem(field);
  try {
    return blocks.map(each => new X509Certificate(each));
  } catch {
    throw refusals.notPem(field);
  }
}

function privateKeyIn(pem: string): KeyObject {
  if (/^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(pem)) throw refusals.keyEncrypted();
  try {
    return createPrivateKey(pem);
  } catch {
    // Not the error of OpenSSL, which may show a part of what it was given.
    throw refusals.notPem("private key");
  }
}

function keyAlgorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): KeyAlgorithm {
  const name = type === "rsa" ? `RSA_${details?.modulusLength}` : `EC_${details?.namedCurve ?? type}`;
  const known = keyAlgorithms.find(each => each === name);
  if (known === undefined) throw refusals.unsupportedKey(name);
  return known;
}
