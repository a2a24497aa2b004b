import http from "node:http";
import { text } from "node:stream/consumers";
import { DescribeNetworkAclsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { listen, loopback } from "../../testing/servers";
import { cleanUp, onCleanUp } from "../../testing/clean-up";
import { AwsError } from "./aws-error";
import { verifySignature } from "./signature";

afterEach(cleanUp);

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
      text(req)
        .then(body => verifySignature(req, body, "ec2", key => sessions.get(key)))
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

const without = (headers: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
const changed = (signed: Signed, name: string, change: (value: string) => string): Signed => ({
  ...signed,
  headers: { ...signed.headers, [name]: change(signed.headers[name] ?? "") },
});

test("identifies the signer", async () => {
  const { signed, port } = await setUp();
  await expect(send(port, signed)).resolves.toBe("i-0123");
});

test("accepts commas without spaces, and unsigned headers", async () => {
  const { signed, port } = await setUp();
  const request = changed(signed, "authorization", value => value.replaceAll(", ", ","));
  request.headers["x-unsigned"] = "1";
  await expect(send(port, request)).resolves.toBe("i-0123");
});

test.each<[string, (signed: Signed) => Signed, string]>([
  [
    "another body",
    signed => ({
      ...signed,
      body: `${signed.body}&DryRun=true`,
      headers: without(signed.headers, "content-length"),
    }),
    "SignatureDoesNotMatch",
  ],
  ["another path", signed => ({ ...signed, path: "/other" }), "SignatureDoesNotMatch"],
  ["another method", signed => ({ ...signed, method: "PUT" }), "SignatureDoesNotMatch"],
  [
    "a changed signed header",
    signed => changed(signed, "host", () => "ec2.us-east-1.amazonaws.com"),
    "SignatureDoesNotMatch",
  ],
  [
    "a missing signed header",
    signed => ({ ...signed, headers: without(signed.headers, "amz-sdk-request") }),
    "SignatureDoesNotMatch",
  ],
  [
    "another day in its scope",
    signed => changed(signed, "authorization", value => value.replace(/\/\d{8}\//, "/20200101/")),
    "SignatureDoesNotMatch",
  ],
  [
    "another region",
    signed => changed(signed, "authorization", value => value.replace("/us-east-1/", "/eu-west-1/")),
    "SignatureDoesNotMatch",
  ],
  [
    "another signature",
    signed =>
      changed(signed, "authorization", value => value.replace(/.$/, last => (last === "0" ? "1" : "0"))),
    "SignatureDoesNotMatch",
  ],
  [
    "no signature",
    signed => ({ ...signed, headers: without(signed.headers, "authorization") }),
    "MissingAuthenticationToken",
  ],
  [
    "another authorization scheme",
    signed => changed(signed, "authorization", () => "Bearer x"),
    "IncompleteSignature",
  ],
  [
    "an incomplete signature",
    signed => changed(signed, "authorization", value => value.slice(0, -1)),
    "IncompleteSignature",
  ],
  [
    "no date",
    signed => ({ ...signed, headers: without(signed.headers, "x-amz-date") }),
    "IncompleteSignature",
  ],
  [
    "an invalid date",
    signed => changed(signed, "x-amz-date", () => "20261322T990000Z"),
    "IncompleteSignature",
  ],
  [
    "a date in another format",
    signed => changed(signed, "x-amz-date", () => "2026-11-22T16:00:00Z"),
    "IncompleteSignature",
  ],
])("rejects a request with %s", async (_name, change, code) => {
  const { signed, port } = await setUp();
  await expect(send(port, change(signed))).resolves.toBe(code);
});
