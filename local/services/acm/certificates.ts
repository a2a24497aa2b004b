/** Certificate Manager's certificates: those that were imported. Their keys stay in memory. */
import { randomUUID } from "node:crypto";
import type { Tags } from "../../api/tags";
import { accountId } from "../../identifiers";
import type { ServerCertificate } from "../../network/http/tls";
import type { ImportedCertificate } from "./imported";
import { refusals } from "./refusals";

export interface CertificateContext {
  regionName: string;
  /** The ARNs of the resources that use a certificate. */
  usersOf: (certificateArn: string) => string[];
  /** Called when a certificate has been imported again: connections from then on use the new one. */
  onReimport: (certificateArn: string) => void;
}

export interface Certificate {
  arn: string;
  /** In region milliseconds. */
  createdAt: number;
  importedAt: number;
  imported: ImportedCertificate;
  tags: Tags;
}

export class Certificates {
  private readonly byArn = new Map<string, Certificate>();

  constructor(private readonly context: CertificateContext) {}

  all(): Certificate[] {
    return [...this.byArn.values()];
  }

  /** What a load balancer presents. */
  serverCertificate(arn: string): ServerCertificate | undefined {
    return this.byArn.get(arn)?.imported;
  }

  usersOf({ arn }: Certificate): string[] {
    return this.context.usersOf(arn);
  }

  /** @throws AwsError if the ARN isn't a certificate's, or there is no such certificate */
  find(arn: string): Certificate {
    if (!/^arn:[^:]+:acm:[^:]+:\d{12}:certificate\/[\w-]+$/.test(arn)) throw refusals.invalidArn(arn);
    const found = this.byArn.get(arn);
    if (!found) throw refusals.notFound(arn);
    return found;
  }

  add(imported: ImportedCertificate, now: number, tags: Tags): Certificate {
    const arn = `arn:aws:acm:${this.context.regionName}:${accountId}:certificate/${randomUUID()}`;
    const certificate = { arn, createdAt: now, importedAt: now, imported, tags };
    this.byArn.set(arn, certificate);
    return certificate;
  }

  replace(certificate: Certificate, imported: ImportedCertificate, now: number): void {
    const { keyAlgorithm, keyUsages } = certificate.imported;
    if (imported.keyAlgorithm !== keyAlgorithm)
      throw refusals.otherKeyType(keyAlgorithm, imported.keyAlgorithm);
    const lost = keyUsages.find(usage => !imported.keyUsages.includes(usage));
    if (lost !== undefined) throw refusals.lostKeyUsage(lost);
    Object.assign(certificate, { imported, importedAt: now });
    this.context.onReimport(certificate.arn);
  }

  delete(certificate: Certificate): void {
    if (this.usersOf(certificate).length > 0) throw refusals.inUse(certificate.arn);
    this.byArn.delete(certificate.arn);
  }
}
