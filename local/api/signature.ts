/** Reads and verifies the signature of an AWS API request. Source: IAM User Guide, "AWS Signature Version 4 for API requests". */
import { timingSafeEqual } from "node:crypto";
import { AwsError } from "./aws-error";
import type { Request, RequestHead } from "./protocols/protocol";

/** Matches an Authorization header: key, day, region, service, signed headers, signature. */
const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** What a signature is for. */
export interface Scope {
  region: string;
  service: string;
}

/** Of a signature in the Authorization header or, presigned, in the query; undefined without a whole signature. */
export function scopeOf({ headers, query }: RequestHead): Scope | undefined {
  const [, , , region, service] = authorization.exec(headers.authorization ?? "") ?? presigned(query);
  return region === undefined || service === undefined ? undefined : { region, service };
}

/** A presigned request's parameters in the order of the Authorization header. */
function presigned(query: string): readonly string[] {
  const parameters = new URLSearchParams(query);
  const [algorithm, credential, signedHeaders, signature] = [
    "Algorithm",
    "Credential",
    "SignedHeaders",
    "Signature",
  ].map(name => parameters.get(`X-Amz-${name}`) ?? "");
  const header = `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return authorization.exec(header) ?? [];
}

/** Issued temporary credentials. */
export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

/** The maximum difference between now and a signature's date, in milliseconds. */
const longestSkew = 15 * 60_000;

/**
 * The session whose credentials signed the request.
 * @param scope the service that the signature must be for
 * @param sessionOf looks a session up by its access key
 * @throws AwsError if the signature is missing or wrong, or its key is unknown
 */
export async function verifySignature<Caller extends Session>(
  { method, path, query, headers, body }: Request,
  scope: string,
  sessionOf: (accessKeyId: string) => Caller | undefined,
): Promise<Caller> {
  const header = headers.authorization;
  if (header === undefined)
    throw new AwsError("MissingAuthenticationToken", "The request must contain the parameter AWSAccessKeyId");
  const parts = authorization.exec(header);
  if (!parts)
    throw new AwsError("IncompleteSignature", "The Authorization header is not a version 4 signature");
  const [, accessKeyId = "", day = "", region = "", service = "", signedHeaders = "", given = ""] = parts;

  const session = sessionOf(accessKeyId);
  const signingDate = parseDate(String(headers["x-amz-date"]));
  if (!session || headers["x-amz-security-token"] !== session.sessionToken)
    throw new AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401);
  if (service !== scope)
    throw new AwsError(
      "SignatureDoesNotMatch",
      `Credential should be scoped to correct service: '${scope}'.`,
      403,
    );
  // RequestExpired covers both cases ("Error codes for the Amazon EC2 API").
  const skew = Math.abs(Date.now() - signingDate.getTime());
  if (skew > longestSkew || session.expiration.getTime() <= Date.now())
    throw new AwsError("RequestExpired", "Request has expired.");
  // Loaded lazily: not needed to start the region.
  const [{ SignatureV4 }, { Hash }] = await Promise.all([
    import("@smithy/signature-v4"),
    import("@smithy/core/serde"),
  ]);
  const resigned = await new SignatureV4({
    credentials: session,
    region,
    service,
    sha256: Hash.bind(null, "sha256"),
    applyChecksum: false,
  }).sign(
    {
      method,
      protocol: "http:",
      hostname: "",
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: Object.fromEntries(signedHeaders.split(";").map(name => [name, String(headers[name])])),
      body,
    },
    { signingDate },
  );
  const isInScope = signingDate.toISOString().replaceAll("-", "").startsWith(day);
  const [, , , , , , expected = ""] = authorization.exec(resigned.headers["authorization"] ?? "") ?? [];
  if (!isInScope || !timingSafeEqual(Buffer.from(expected), Buffer.from(given)))
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. " +
        "Check your AWS Secret Access Key and signing method.",
      403,
    );
  return session;
}

/** "20261122T160000Z" */
function parseDate(text: string): Date {
  const date = new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!/^\d{8}T\d{6}Z$/.test(text) || Number.isNaN(date.getTime()))
    throw new AwsError("IncompleteSignature", "Date must be in ISO-8601 'basic format'");
  return date;
}
