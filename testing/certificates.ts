/** A certificate authority and its certificates, made for one test. */
import { generate, type GenerateResult } from "selfsigned";

export interface TestCertificate {
  certificate: string;
  privateKey: string;
}

interface Wishes {
  /** Those that it is for; the first is also its common name. */
  names?: string[];
  keyType?: "ec" | "rsa";
  keySize?: number;
  curve?: "P-256" | "P-384" | "P-521";
  notBefore?: Date;
  notAfter?: Date;
  /** By default, it signs itself. */
  issuer?: TestCertificate;
  /** Whether it may sign others. */
  authority?: boolean;
  passphrase?: string;
}

export async function makeCertificate({
  names = ["www.example.com"],
  keyType = "ec",
  keySize,
  curve,
  notBefore = new Date(Date.now() - 60_000),
  notAfter = new Date(Date.now() + 86_400_000),
  issuer,
  authority = false,
  passphrase,
}: Wishes = {}): Promise<TestCertificate> {
  const altNames = names.map(name =>
    /^[\d.]+$/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  const made: GenerateResult = await generate([{ name: "commonName", value: names[0] }], {
    algorithm: "sha256",
    ...{ keyType, keySize, curve, passphrase },
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    ...(issuer && { ca: { key: issuer.privateKey, cert: issuer.certificate } }),
    extensions: [
      { name: "basicConstraints", cA: authority, critical: true },
      {
        name: "keyUsage",
        digitalSignature: true,
        ...(keyType === "rsa" && { keyEncipherment: true }),
        ...(authority && { keyCertSign: true }),
      },
      ...(authority ? [] : [{ name: "extKeyUsage" as const, serverAuth: true }]),
      { name: "subjectAltName", altNames },
    ],
  });
  return { certificate: made.cert, privateKey: made.private };
}

export const makeAuthority = (name = "Test CA") => makeCertificate({ names: [name], authority: true });

/** As the SDKs take it. */
export function importInput({ certificate, privateKey }: TestCertificate, issuer?: TestCertificate) {
  return {
    Certificate: Buffer.from(certificate),
    PrivateKey: Buffer.from(privateKey),
    ...(issuer && { CertificateChain: Buffer.from(issuer.certificate) }),
  };
}
