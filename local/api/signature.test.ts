import http from "node:http";
import { text } from "node:stream/consumers";
import { DescribeNetworkAclsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { listen, loopback } from "../../testing/servers";
import { onCleanUp } from "../../testing/clean-up";
import { AwsError } from "./aws-error";
import { readRequest } from "./http";
import { scopeOf, verifySignature } from "./signature";

const credentials = {
  accessKeyId: "ASIA0123456789ABCDEF",
  secretAccessKey: "c2VjcmV0",
  sessionToken: "dG9rZW4=",
  expiration: new Date(Date.now() + 3600_000),
};
const sessions = new Map([[credentials.accessKeyId, { ...credentials, instanceId: "i-0123" }]]);

/** A server that responds with the signer's instance id or an error code, and a request signed by AWS's client. */
async function setUp() {
  const { port } = await listen(
    http.createServer((req, res) => {
      readRequest(req)
        .then(request => verifySignature(request, "ec2", key => sessions.get(key)))
        .then(
          ({ instanceId }) => res.end(instanceId),
          (error: unknown) =>
            res.end(error instanceof AwsError ? error.code : `unexpected: ${String(error)}`),
        );
    }),
  );
  const client = new EC2Client({ region: "us-east-1", credentials, endpoint: `http://${loopback}:${port}` });
  onCleanUp(() => {
    client.destroy();
  });
  let signed: Signed | undefined;
  client.middlewareStack.add(
    () => args => {
      const { method, path, headers, body } = args.request as Signed;
      signed = { method, path, headers, body };
      throw new Error("not to be sent");
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await client.send(new DescribeNetworkAclsCommand({})).catch(() => undefined);
  if (!signed) throw new Error("nothing was signed");
  return { signed, port };
}

interface Signed {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

async function send(port: number, { method, path, headers, body }: Signed): Promise<string> {
  const request = http.request({ port, host: loopback, method, path, headers });
  request.end(body);
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on("response", resolve).on("error", reject);
  });
  return text(response);
}

type Change = (signed: Signed) => Signed;
const without =
  (name: string): Change =>
  signed => ({
    ...signed,
    headers: Object.fromEntries(Object.entries(signed.headers).filter(([key]) => key !== name)),
  });
const changed =
  (name: string, change: (value: string) => string): Change =>
  signed => ({ ...signed, headers: { ...signed.headers, [name]: change(signed.headers[name] ?? "") } });

test("identifies the signer", async () => {
  const { signed, port } = await setUp();
  await expect(send(port, signed)).resolves.toBe("i-0123");
});

test("accepts commas without spaces, and unsigned headers", async () => {
  const { signed, port } = await setUp();
  const request = changed("authorization", value => value.replaceAll(", ", ","))(signed);
  request.headers["x-unsigned"] = "1";
  await expect(send(port, request)).resolves.toBe("i-0123");
});

test("covers the query", async () => {
  const { signed, port } = await setUp();
  await expect(send(port, { ...signed, path: "/?Action=DescribeVpcs" })).resolves.toBe(
    "SignatureDoesNotMatch",
  );
});

const presigned = {
  "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
  "X-Amz-Credential": "any/20261122/eu-west-1/sts/aws4_request",
  "X-Amz-SignedHeaders": "host",
  "X-Amz-Signature": "0".repeat(64),
};
const scopeOfQuery = (parameters: Record<string, string>) =>
  scopeOf({ method: "GET", path: "/", query: new URLSearchParams(parameters).toString(), headers: {} });

test("a presigned request names its scope in the query", () => {
  expect(scopeOfQuery(presigned)).toEqual({ region: "eu-west-1", service: "sts" });
});

test.each(Object.keys(presigned))("a presigned request without %s is unsigned", name => {
  expect(scopeOfQuery({ ...presigned, [name]: "" })).toBeUndefined();
});

const rejected: Record<string, Record<string, Change>> = {
  SignatureDoesNotMatch: {
    "another body": signed => ({
      ...without("content-length")(signed),
      body: `${signed.body}&DryRun=true`,
    }),
    "another path": signed => ({ ...signed, path: "/other" }),
    "another method": signed => ({ ...signed, method: "PUT" }),
    "a changed signed header": changed("host", () => "ec2.us-east-1.amazonaws.com"),
    "a missing signed header": without("amz-sdk-request"),
    "another day in its scope": changed("authorization", value => value.replace(/\/\d{8}\//, "/20200101/")),
    "another region": changed("authorization", value => value.replace("/us-east-1/", "/eu-west-1/")),
    "another signature": changed("authorization", value =>
      value.replace(/.$/, last => (last === "0" ? "1" : "0")),
    ),
  },
  MissingAuthenticationToken: { "no signature": without("authorization") },
  IncompleteSignature: {
    "another authorization scheme": changed("authorization", () => "Bearer x"),
    "an incomplete signature": changed("authorization", value => value.slice(0, -1)),
    "no date": without("x-amz-date"),
    "an invalid date": changed("x-amz-date", () => "20261322T990000Z"),
    "a date in another format": changed("x-amz-date", () => "2026-11-22T16:00:00Z"),
  },
};
describe.each(Object.entries(rejected))("%s for a request with", (code, changes) => {
  test.each(Object.entries(changes))("%s", async (_name, change) => {
    const { signed, port } = await setUp();
    await expect(send(port, change(signed))).resolves.toBe(code);
  });
});
