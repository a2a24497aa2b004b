/** Who signed a request to an AWS API. Source: "AWS Signature Version 4 for API requests" in the IAM User Guide. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type http from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Iam, Session } from "../services/iam/iam";
import { AwsError } from "./aws-error";

/** Node's digests in the form that the signer takes them. */
class Sha256 {
  private readonly digesting: ReturnType<typeof createHash | typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.digesting =
      secret === undefined
        ? createHash("sha256")
        : createHmac("sha256", typeof secret === "string" ? secret : bytesOf(secret));
  }

  update(data: Uint8Array): void {
    this.digesting.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.digesting.digest());
  }

  reset(): void {
    throw new Error("a digest is used once");
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Whom a request says that it is by, and for which service. */
export const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** How far from now a signature's date may lie, in milliseconds. */
const longestSkew = 15 * 60_000;

/**
 * The session whose credentials signed the request.
 * @throws ApiError in AWS's words when there is no signature, or one by nobody, or one that does not match
 */
export async function signer(req: http.IncomingMessage, body: string, iam: Iam): Promise<Session> {
  const header = req.headers.authorization;
  if (header === undefined) {
    throw new AwsError("MissingAuthenticationToken", "The request must contain the parameter AWSAccessKeyId");
  }
  const parts = authorization.exec(header);
  if (!parts)
    throw new AwsError("IncompleteSignature", "The Authorization header is not a version 4 signature");
  const [, accessKeyId = "", day = "", region = "", service = "", signedHeaders = ""] = parts;

  const session = iam.session(accessKeyId);
  const signingDate = parseDate(String(req.headers["x-amz-date"]));
  if (!session || req.headers["x-amz-security-token"] !== session.sessionToken) {
    throw new AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401);
  }
  // "Error codes for the Amazon EC2 API", RequestExpired: it means both.
  if (service !== "ec2") {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "Credential should be scoped to correct service: 'ec2'.",
      403,
    );
  }
  const skew = Math.abs(Date.now() - signingDate.getTime());
  if (skew > longestSkew || session.expiration.getTime() <= Date.now()) {
    throw new AwsError("RequestExpired", "Request has expired.");
  }
  const resigned = await new SignatureV4({
    credentials: session,
    region,
    service,
    sha256: Sha256,
    applyChecksum: false,
  }).sign(
    {
      method: req.method ?? "POST",
      protocol: "http:",
      hostname: "",
      path: (req.url ?? "/").replace(/\?.*$/, ""),
      query: {},
      headers: Object.fromEntries(signedHeaders.split(";").map(name => [name, String(req.headers[name])])),
      body,
    },
    { signingDate },
  );
  const isInScope = signingDate.toISOString().replaceAll("-", "").startsWith(day);
  const [expected, given] = [resigned.headers["authorization"], header].map(text =>
    createHash("sha256").update(signatureOf(text)).digest(),
  );
  if (!isInScope || !expected || !given || !timingSafeEqual(expected, given)) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. " +
        "Check your AWS Secret Access Key and signing method.",
      403,
    );
  }
  return session;
}

function signatureOf(header: string | undefined): string {
  return /Signature=([0-9a-f]+)$/.exec(header ?? "")?.[1] ?? "";
}

/** "20261122T160000Z" */
function parseDate(text: string): Date {
  const date = new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!/^\d{8}T\d{6}Z$/.test(text) || Number.isNaN(date.getTime())) {
    throw new AwsError("IncompleteSignature", "Date must be in ISO-8601 'basic format'");
  }
  return date;
}
