/** Fields of an X.509 certificate that Node doesn't show. Sources: RFC 5280, sections 4.1 and 4.2.1.3; X.690 (DER). */
import type { X509Certificate } from "node:crypto";

interface Element {
  tag: number;
  content: Buffer;
}

const sequence = 0x30;
const bitString = 0x03;
const octetString = 0x04;
/** Context-specific tags of a certificate's optional fields. */
const versionField = 0xa0;
const extensionsField = 0xa3;

/** From the first bit on. */
const keyUsages = [
  "DIGITAL_SIGNATURE",
  "NON_REPUDIATION",
  "KEY_ENCIPHERMENT",
  "DATA_ENCIPHERMENT",
  "KEY_AGREEMENT",
  "CERTIFICATE_SIGNING",
  "CRL_SIGNING",
  "ENCIPHER_ONLY",
  "DECIPHER_ONLY",
] as const;

export type KeyUsage = (typeof keyUsages)[number];

/** Object identifiers in hex, and ACM's names for them. Sources: RFC 8017, RFC 5758. */
const signatureAlgorithms: Readonly<Record<string, string>> = {
  "2a864886f70d010105": "SHA1WITHRSA",
  "2a864886f70d01010b": "SHA256WITHRSA",
  "2a864886f70d01010c": "SHA384WITHRSA",
  "2a864886f70d01010d": "SHA512WITHRSA",
  "2a8648ce3d0401": "SHA1WITHECDSA",
  "2a8648ce3d040302": "SHA256WITHECDSA",
  "2a8648ce3d040303": "SHA384WITHECDSA",
  "2a8648ce3d040304": "SHA512WITHECDSA",
};
/** 2.5.29.15. */
const keyUsageExtension = "551d0f";

export interface X509Fields {
  version: number;
  /** Undefined if it is none that ACM names. */
  signatureAlgorithm: string | undefined;
  keyUsages: KeyUsage[];
}

export function fieldsOf({ raw }: X509Certificate): X509Fields {
  const [certificate] = elementsOf(raw);
  const [tbs, algorithm] = elementsOf(certificate?.content);
  const fields = elementsOf(tbs?.content);
  const [version] = elementsOf(fields.find(({ tag }) => tag === versionField)?.content);
  const [identifier] = elementsOf(algorithm?.content);
  return {
    // Counted from 0, and 0 by default.
    version: 1 + (version?.content[0] ?? 0),
    signatureAlgorithm: signatureAlgorithms[identifier?.content.toString("hex") ?? ""],
    keyUsages: keyUsagesOf(fields.find(({ tag }) => tag === extensionsField)),
  };
}

function keyUsagesOf(extensions: Element | undefined): KeyUsage[] {
  const [list] = elementsOf(extensions?.content);
  const usage = elementsOf(list?.content)
    .filter(({ tag }) => tag === sequence)
    .map(({ content }) => elementsOf(content))
    .find(([identifier]) => identifier?.content.toString("hex") === keyUsageExtension);
  const value = usage?.find(({ tag }) => tag === octetString);
  const [bits] = elementsOf(value?.content).filter(({ tag }) => tag === bitString);
  // The first byte counts the unused bits at the end.
  const bytes = bits?.content.subarray(1) ?? Buffer.alloc(0);
  return keyUsages.filter((_, index) => ((bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0);
}

/** What stands side by side in a DER encoding that Node has parsed before. */
function elementsOf(encoded: Buffer = Buffer.alloc(0)): Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at + 1 < encoded.length) {
    const tag = encoded.readUInt8(at);
    const first = encoded.readUInt8(at + 1);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const length = lengthBytes === 0 ? first : encoded.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    elements.push({ tag, content: encoded.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}
