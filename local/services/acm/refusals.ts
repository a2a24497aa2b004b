/**
 * What Certificate Manager refuses. refusals.test.ts has a call for each. Codes are those of each action's errors in the
 * ACM API Reference. Sources of rules and messages: ACM User Guide, "Prerequisites for importing ACM certificates",
 * "Certificate import problems", "Reimport a certificate"; AWS re:Post, "Why can't I import my certificate into ACM?".
 */
import { AwsError } from "../../api/aws-error";

const validation = (message: string) => new AwsError("ValidationException", message);

export const refusals = {
  notPem: (field: "certificate" | "certificate chain" | "private key") =>
    validation(`The ${field} is not in a valid PEM format.`),
  severalCertificates: () =>
    validation(
      "The certificate field contains more than one certificate. You can specify only one certificate in this field.",
    ),
  notVersion3: () => validation("The certificate must be an X.509 version 3 certificate."),
  unsupportedKey: (algorithm: string) =>
    validation(`The key algorithm ${algorithm} of the certificate is not supported.`),
  keyEncrypted: () => validation("The private key must not be encrypted."),
  keyOfOther: () => validation("The private key does not match the certificate."),
  expired: () => validation("The certificate has expired."),
  notYetValid: () => validation("The certificate is not yet valid."),
  notSelfSigned: () =>
    validation(
      "Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.",
    ),
  brokenChain: () => validation("Could not validate the certificate with the certificate chain."),

  tagsOnReimport: () => validation("Tagging is not permitted on re-import."),
  otherKeyType: (before: string, now: string) =>
    validation(
      `The key type and size of a certificate can't be changed on re-import: ${before}, not ${now}.`,
    ),
  lostKeyUsage: (usage: string) =>
    validation(`The key usage ${usage} of the certificate can't be removed on re-import.`),

  invalidArn: (arn: string) =>
    new AwsError("InvalidArnException", `'${arn}' is not the ARN of a certificate.`),
  notFound: (arn: string) => new AwsError("ResourceNotFoundException", `Could not find certificate ${arn}`),
  inUse: (arn: string) => new AwsError("ResourceInUseException", `Certificate ${arn} is in use.`),

  pageSize: (size: number) =>
    validation(
      `Value '${size}' at 'maxItems' failed to satisfy constraint: Member must be between 1 and 1000`,
    ),
  invalidToken: () => validation("The NextToken is not valid."),
  sortTogether: () => validation("SortBy and SortOrder must be specified together."),

  invalidTag: (why: string) => new AwsError("InvalidTagException", why),
  tooManyTags: () => new AwsError("TooManyTagsException", "A certificate can have at most 50 tags."),
} satisfies Record<string, (...args: never[]) => AwsError>;
