/** Certificate Manager. Sources: ACM API Reference, each action by its name. */
import { pageOf } from "../../api/paging";
import { clientModel } from "../../api/schema";
import type { ActionsOf, ServiceOf } from "../../api/service";
import { tagList } from "../../api/tags";
import type { WallClock } from "../../api/wall-clock";
import type { Certificates } from "./certificates";
import { detailOf, summaryOf } from "./description";
import { readImported } from "./imported";
import { refusals } from "./refusals";
import { withoutTags, withTags } from "./tags";

export interface AcmActionContext {
  certificates: Certificates;
  /** Region milliseconds. */
  now: () => number;
  wallClock: WallClock;
}

type AcmActions = ActionsOf<typeof import("@aws-sdk/client-acm"), AcmActionContext>;

const largestPage = 1000;
/** "Default filtering returns only RSA_1024 and RSA_2048 certificates." */
const listedByDefault: readonly string[] = ["RSA_1024", "RSA_2048"];

const certificateActions = {
  ImportCertificate: {
    parameters: ["CertificateArn", "Certificate", "PrivateKey", "CertificateChain", "Tags"],
    handle({ certificates, now }, { CertificateArn, Certificate, PrivateKey, CertificateChain, Tags }) {
      const existing = CertificateArn === undefined ? undefined : certificates.find(CertificateArn);
      if (existing && Tags !== undefined && Tags.length > 0) throw refusals.tagsOnReimport();
      const tags = withTags({}, Tags);
      const files = {
        certificate: textOf(Certificate),
        privateKey: textOf(PrivateKey),
        ...(CertificateChain && { chain: textOf(CertificateChain) }),
      };
      const imported = readImported(files, Date.now());
      if (!existing) return { CertificateArn: certificates.add(imported, now(), tags).arn };
      certificates.replace(existing, imported, now());
      return { CertificateArn };
    },
  },

  DescribeCertificate: {
    parameters: ["CertificateArn"],
    handle({ certificates, wallClock }, { CertificateArn = "" }) {
      return { Certificate: detailOf(certificates, certificates.find(CertificateArn), wallClock) };
    },
  },

  GetCertificate: {
    parameters: ["CertificateArn"],
    handle({ certificates }, { CertificateArn = "" }) {
      const { certificate, issuers } = certificates.find(CertificateArn).imported;
      return { Certificate: certificate, CertificateChain: issuers };
    },
  },

  ListCertificates: {
    parameters: [
      "CertificateStatuses",
      "CertificateKeyPairOrigins",
      "Includes.keyTypes",
      "Includes.keyUsage",
      "Includes.extendedKeyUsage",
      "MaxItems",
      "NextToken",
      "SortBy",
      "SortOrder",
    ],
    handle({ certificates, wallClock }, input) {
      const { CertificateStatuses, CertificateKeyPairOrigins, Includes = {}, MaxItems = largestPage } = input;
      const { NextToken, SortBy, SortOrder } = input;
      if (MaxItems < 1 || MaxItems > largestPage) throw refusals.pageSize(MaxItems);
      if ((SortBy === undefined) !== (SortOrder === undefined)) throw refusals.sortTogether();
      const takes = (wanted: readonly string[] | undefined, values: readonly string[]) =>
        wanted === undefined || values.some(value => wanted.includes(value));
      const listed = certificates
        .all()
        // The only field to sort by, CREATED_AT, orders them as they stand.
        .sort((one, other) => (one.createdAt - other.createdAt) * (SortOrder === "DESCENDING" ? -1 : 1))
        .map(each => summaryOf(certificates, each, wallClock))
        .filter(
          ({ Status = "", KeyAlgorithm = "", KeyUsages = [], ExtendedKeyUsages = [], ...summary }) =>
            takes(CertificateStatuses, [Status]) &&
            takes(CertificateKeyPairOrigins, [summary.CertificateKeyPairOrigin ?? ""]) &&
            takes(Includes.keyTypes ?? listedByDefault, [KeyAlgorithm]) &&
            takes(Includes.keyUsage, KeyUsages) &&
            takes(Includes.extendedKeyUsage, ExtendedKeyUsages) &&
            (Includes.keyTypes !== undefined || summary.DomainName !== undefined),
        );
      const paged = pageOf(listed, MaxItems, NextToken);
      if (!paged) throw refusals.invalidToken();
      return { CertificateSummaryList: paged.page, NextToken: paged.next };
    },
  },

  DeleteCertificate: {
    parameters: ["CertificateArn"],
    handle({ certificates }, { CertificateArn = "" }) {
      certificates.delete(certificates.find(CertificateArn));
      return {};
    },
  },

  AddTagsToCertificate: {
    parameters: ["CertificateArn", "Tags"],
    handle({ certificates }, { CertificateArn = "", Tags }) {
      const certificate = certificates.find(CertificateArn);
      certificate.tags = withTags(certificate.tags, Tags);
      return {};
    },
  },

  RemoveTagsFromCertificate: {
    parameters: ["CertificateArn", "Tags"],
    handle({ certificates }, { CertificateArn = "", Tags = [] }) {
      const certificate = certificates.find(CertificateArn);
      certificate.tags = withoutTags(certificate.tags, Tags);
      return {};
    },
  },

  ListTagsForCertificate: {
    parameters: ["CertificateArn"],
    handle({ certificates }, { CertificateArn = "" }) {
      return { Tags: tagList(certificates.find(CertificateArn).tags) };
    },
  },
} satisfies Partial<AcmActions>;

function textOf(blob: Uint8Array | undefined): string {
  return Buffer.from(blob ?? []).toString("utf8");
}

export const acmService = {
  scope: "acm",
  serviceName: "CertificateManager",
  model: clientModel<typeof import("@aws-sdk/client-acm")>("@aws-sdk/client-acm"),
  source: "local/services/acm/actions.ts",
  actions: certificateActions,
} satisfies ServiceOf<typeof import("@aws-sdk/client-acm"), AcmActionContext>;
