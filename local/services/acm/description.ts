/** Certificates as DescribeCertificate and ListCertificates show them. Source: ACM API Reference, "CertificateDetail". */
import type { X509Certificate } from "node:crypto";
import type { CertificateDetail, CertificateSummary, ExtendedKeyUsage } from "@aws-sdk/client-acm";
import type { WallClock } from "../../api/wall-clock";
import type { Certificate, Certificates } from "./certificates";

/** Of the names that ListCertificates shows. */
const mostNames = 100;

/** Source: RFC 5280, section 4.2.1.12. */
const extendedKeyUsages: Readonly<Record<string, ExtendedKeyUsage["Name"]>> = {
  "1.3.6.1.5.5.7.3.1": "TLS_WEB_SERVER_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.2": "TLS_WEB_CLIENT_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.3": "CODE_SIGNING",
  "1.3.6.1.5.5.7.3.4": "EMAIL_PROTECTION",
  "1.3.6.1.5.5.7.3.5": "IPSEC_END_SYSTEM",
  "1.3.6.1.5.5.7.3.6": "IPSEC_TUNNEL",
  "1.3.6.1.5.5.7.3.7": "IPSEC_USER",
  "1.3.6.1.5.5.7.3.8": "TIME_STAMPING",
  "1.3.6.1.5.5.7.3.9": "OCSP_SIGNING",
  "2.5.29.37.0": "ANY",
};

export function detailOf(
  certificates: Certificates,
  certificate: Certificate,
  wallClock: WallClock,
): CertificateDetail {
  const { x509, keyUsages, signatureAlgorithm } = certificate.imported;
  const names = namesOf(x509);
  return {
    ...commonOf(certificate, wallClock),
    SubjectAlternativeNames: names,
    Serial: (x509.serialNumber.toLowerCase().match(/../g) ?? []).join(":"),
    Subject: x509.subject.split("\n").join(","),
    Issuer: partOf(x509.issuer, "O") ?? partOf(x509.issuer, "CN") ?? "",
    SignatureAlgorithm: signatureAlgorithm,
    InUseBy: certificates.usersOf(certificate),
    KeyUsages: keyUsages.map(Name => ({ Name })),
    ExtendedKeyUsages: extendedUsagesOf(x509).map(OID => ({ Name: extendedKeyUsages[OID] ?? "CUSTOM", OID })),
  };
}

export function summaryOf(
  certificates: Certificates,
  certificate: Certificate,
  wallClock: WallClock,
): CertificateSummary {
  const { x509, keyUsages } = certificate.imported;
  const names = namesOf(x509);
  return {
    ...commonOf(certificate, wallClock),
    SubjectAlternativeNameSummaries: names.slice(0, mostNames),
    HasAdditionalSubjectAlternativeNames: names.length > mostNames,
    KeyUsages: [...keyUsages],
    ExtendedKeyUsages: extendedUsagesOf(x509).map(oid => extendedKeyUsages[oid] ?? "CUSTOM"),
    InUse: certificates.usersOf(certificate).length > 0,
  };
}

function commonOf({ arn, imported, createdAt, importedAt }: Certificate, wallClock: WallClock) {
  const { x509, keyAlgorithm } = imported;
  const NotAfter = new Date(x509.validTo);
  const [DomainName] = namesOf(x509);
  return {
    CertificateArn: arn,
    DomainName,
    Type: "IMPORTED" as const,
    Status: NotAfter.getTime() <= Date.now() ? ("EXPIRED" as const) : ("ISSUED" as const),
    KeyAlgorithm: keyAlgorithm,
    NotBefore: new Date(x509.validFrom),
    NotAfter,
    CreatedAt: wallClock.show(createdAt),
    ImportedAt: wallClock.show(importedAt),
    RenewalEligibility: "INELIGIBLE" as const,
    CertificateKeyPairOrigin: "CUSTOMER_PROVIDED" as const,
  };
}

/** Its domains, the subject's common name first. */
function namesOf({ subject, subjectAltName = "" }: X509Certificate): string[] {
  const alternatives = [...subjectAltName.matchAll(/DNS:("[^"]*"|[^,]+)/g)].flatMap(([, name]) => name ?? []);
  const common = partOf(subject, "CN");
  return [...new Set([...(common === undefined ? [] : [common]), ...alternatives])];
}

function partOf(distinguishedName: string, attribute: string): string | undefined {
  const part = distinguishedName.split("\n").find(each => each.startsWith(`${attribute}=`));
  return part?.slice(attribute.length + 1);
}

/** Object identifiers; Node leaves the property out for certificates that name no such usage. */
function extendedUsagesOf({ keyUsage }: { keyUsage: string[] | undefined }): string[] {
  return keyUsage ?? [];
}
