/** The files of a certificate, as the command line names them. */
import { readFileSync } from "node:fs";

/** In PEM. */
export interface CertificateFiles {
  certificate: Buffer;
  /** Those that certify it; undefined if it certifies itself. */
  chain?: Buffer;
  privateKey: Buffer;
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * A certificate's file goes on with those that certify it, as web servers take it; ACM takes these apart from it.
 * @throws with a message for users if a file can't be read or has no certificate
 */
export function readCertificate(paths: { certificate: string; privateKey: string }): CertificateFiles {
  const [certificate, ...chain] =
    read("--certificate", paths.certificate).toString("utf8").match(block) ?? [];
  if (certificate === undefined)
    throw new Error(`--certificate takes a file with a certificate in PEM, not ${paths.certificate}`);
  return {
    certificate: Buffer.from(certificate),
    ...(chain.length > 0 && { chain: Buffer.from(chain.join("\n")) }),
    privateKey: read("--private-key", paths.privateKey),
  };
}

function read(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${option}: ${(error as Error).message}`, { cause: error });
  }
}
