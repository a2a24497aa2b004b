import http from "node:http";
import { text } from "node:stream/consumers";
import { fromInstanceMetadata } from "@aws-sdk/credential-providers";
import { Iam } from "../services/iam/iam";
import { listen, loopback } from "../../testing/servers";
import { cleanUp, onCleanUp } from "../../testing/clean-up";
import { createMetadataService, type Metadata } from "./metadata";

afterEach(cleanUp);

function metadata(changes: Partial<Metadata> = {}): Metadata {
  const iam = new Iam();
  return {
    instanceId: "i-0123456789abcdef0",
    imageId: "ami-0a1b2c3d4e5f60718",
    instanceType: "t3.micro",
    privateIp: "10.0.2.10",
    publicIp: "203.0.113.10",
    region: "us-east-1",
    availabilityZone: "us-east-1b",
    securityGroupNames: ["receiver-0a1b2c3", "other"],
    profile: {
      arn: "arn:aws:iam::123456789012:instance-profile/receiver",
      id: "AIPA0123456789ABCDEF",
      roleName: "receiver-role",
    },
    credentials: () => iam.credentialsFor("i-0123456789abcdef0", "receiver-role"),
    ...changes,
  };
}

interface Answer {
  status: number | undefined;
  headers: http.IncomingHttpHeaders;
  body: string;
}

async function setUp(of: () => Metadata = () => metadata()) {
  const { port } = await listen(createMetadataService(of));
  const ask = async (path: string, options: http.RequestOptions = {}): Promise<Answer> => {
    const request = http.request({ host: loopback, port, path, agent: false, ...options });
    request.end();
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.on("response", resolve).on("error", reject);
    });
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
  };
  const askToken = (headers: http.OutgoingHttpHeaders = { "x-aws-ec2-metadata-token-ttl-seconds": 60 }) =>
    ask("/latest/api/token", { method: "PUT", headers });
  const token = (await askToken()).body;
  const get = (path: string, options: http.RequestOptions = {}) =>
    ask(path, { headers: { "x-aws-ec2-metadata-token": token }, ...options });
  return { port, ask, askToken, get, token };
}

describe("a token", () => {
  test("is given for as long as is asked", async () => {
    const { askToken } = await setUp();
    const { status, body, headers } = await askToken({ "x-aws-ec2-metadata-token-ttl-seconds": "21600" });
    expect(status).toBe(200);
    expect(body).toMatch(/^[\w-]{50,}$/);
    expect(headers["x-aws-ec2-metadata-token-ttl-seconds"]).toBe("21600");
    expect((await askToken()).body).not.toBe(body);
  });

  test.each([undefined, "", "0", "-1", "21601", "1.5", "soon"])("is not given for %j seconds", async ttl => {
    const { askToken } = await setUp();
    const answer = await askToken(ttl === undefined ? {} : { "x-aws-ec2-metadata-token-ttl-seconds": ttl });
    expect(answer).toMatchObject({ status: 400, body: "" });
  });

  test("is not given to who comes through another machine", async () => {
    const { askToken } = await setUp();
    const answer = await askToken({
      "x-aws-ec2-metadata-token-ttl-seconds": "60",
      "x-forwarded-for": "198.51.100.7",
    });
    expect(answer).toMatchObject({ status: 403, body: "" });
  });

  test.each(["GET", "POST"])("is not given for %s", async method => {
    const { ask } = await setUp();
    const answer = await ask("/latest/api/token", {
      method,
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" },
    });
    expect(answer).toMatchObject({ status: 405, body: "", headers: { allow: "OPTIONS, PUT" } });
  });

  test.each<[string, http.OutgoingHttpHeaders]>([
    ["none", {}],
    ["an unknown one", { "x-aws-ec2-metadata-token": "x" }],
    ["an empty one", { "x-aws-ec2-metadata-token": "" }],
  ])("%s opens nothing, not even what there is not", async (_name, headers) => {
    const { ask } = await setUp();
    for (const path of ["/latest/meta-data/instance-id", "/latest/meta-data/none", "/"]) {
      expect(await ask(path, { headers })).toMatchObject({ status: 401, body: "" });
    }
  });

  test("opens nothing once its time is over", async () => {
    const { get } = await setUp();
    const now = jest.spyOn(Date, "now");
    onCleanUp(() => {
      now.mockRestore();
    });
    const start = Date.now();
    now.mockReturnValue(start + 59_000);
    expect((await get("/latest/meta-data/instance-id")).status).toBe(200);
    now.mockReturnValue(start + 61_000);
    expect((await get("/latest/meta-data/instance-id")).status).toBe(401);
  });

  test("is forgotten then, as soon as there is another one", async () => {
    const { get, askToken } = await setUp();
    const now = jest.spyOn(Date, "now");
    onCleanUp(() => {
      now.mockRestore();
    });
    const start = Date.now();
    now.mockReturnValue(start + 61_000);
    await askToken();
    now.mockReturnValue(start);
    expect((await get("/latest/meta-data/instance-id")).status).toBe(401);
  });
});

describe("metadata", () => {
  test.each([
    ["/latest/meta-data/ami-id", "ami-0a1b2c3d4e5f60718"],
    ["/latest/meta-data/hostname", "ip-10-0-2-10.ec2.internal"],
    ["/latest/meta-data/instance-id", "i-0123456789abcdef0"],
    ["/latest/meta-data/instance-type", "t3.micro"],
    ["/latest/meta-data/local-hostname", "ip-10-0-2-10.ec2.internal"],
    ["/latest/meta-data/local-ipv4", "10.0.2.10"],
    ["/latest/meta-data/public-ipv4", "203.0.113.10"],
    ["/latest/meta-data/security-groups", "receiver-0a1b2c3\nother"],
    ["/latest/meta-data/placement/availability-zone", "us-east-1b"],
    ["/latest/meta-data/placement/region", "us-east-1"],
    ["/latest/meta-data/placement/", "availability-zone\nregion"],
    ["/latest/meta-data/placement", "availability-zone\nregion"],
    ["/latest/meta-data/iam/", "info\nsecurity-credentials/"],
    ["/latest/meta-data/iam/security-credentials/", "receiver-role"],
    [
      "/latest/meta-data/",
      "ami-id\nhostname\niam/\ninstance-id\ninstance-type\nlocal-hostname\nlocal-ipv4\nplacement/\npublic-ipv4\nsecurity-groups",
    ],
    ["/latest/", "dynamic\nmeta-data\nuser-data"],
    ["//latest//meta-data///instance-id", "i-0123456789abcdef0"],
    ["/latest/meta-data/instance-id?x=1", "i-0123456789abcdef0"],
  ])("%s", async (path, body) => {
    const { get } = await setUp();
    expect(await get(path)).toMatchObject({
      status: 200,
      body,
      headers: { "content-type": "text/plain", "x-aws-ec2-metadata-token-ttl-seconds": "60" },
    });
  });

  test("the identity document is JSON", async () => {
    const { get } = await setUp();
    const { body } = await get("/latest/dynamic/instance-identity/document");
    expect(JSON.parse(body)).toEqual({
      privateIp: "10.0.2.10",
      instanceId: "i-0123456789abcdef0",
      imageId: "ami-0a1b2c3d4e5f60718",
      instanceType: "t3.micro",
      region: "us-east-1",
      availabilityZone: "us-east-1b",
      architecture: "x86_64",
    });
  });

  test.each([
    "/",
    "/2021-07-15/meta-data/instance-id",
    "/latest/user-data",
    "/latest/dynamic/",
    "/latest/meta-data/none",
    "/latest/meta-data/instance-id/more",
    "/latest/meta-data/__proto__",
    "/latest/meta-data/constructor",
    "/latest/meta-data/iam/security-credentials/other-role",
    "/latest/meta-data/../meta-data/instance-id",
  ])("%s is not there", async path => {
    const { get } = await setUp();
    expect(await get(path)).toMatchObject({ status: 404, body: "" });
  });

  test("HEAD answers as GET does, without a body; nothing can be changed", async () => {
    const { get, token } = await setUp();
    const headers = { "x-aws-ec2-metadata-token": token };
    expect(await get("/latest/meta-data/instance-id", { method: "HEAD" })).toMatchObject({
      status: 200,
      body: "",
    });
    for (const method of ["PUT", "POST", "DELETE"]) {
      expect(await get("/latest/meta-data/instance-id", { method, headers })).toMatchObject({
        status: 405,
        headers: { allow: "GET, HEAD" },
      });
    }
  });

  test("a host without a public address or a profile has neither", async () => {
    const { get } = await setUp(() => metadata({ publicIp: undefined, profile: undefined }));
    for (const path of ["public-ipv4", "iam/", "iam/info", "iam/security-credentials/"]) {
      expect(await get(`/latest/meta-data/${path}`)).toMatchObject({ status: 404 });
    }
    expect((await get("/latest/meta-data/")).body).not.toMatch(/public-ipv4|iam/);
  });

  test("is asked anew each time", async () => {
    let publicIp = "203.0.113.10";
    const { get } = await setUp(() => metadata({ publicIp }));
    publicIp = "203.0.113.11";
    expect((await get("/latest/meta-data/public-ipv4")).body).toBe("203.0.113.11");
  });
});

describe("credentials", () => {
  async function credentialsAt(port: number) {
    const before = { ...process.env };
    onCleanUp(() => {
      process.env = before;
    });
    process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = `http://${loopback}:${port}`;
    return fromInstanceMetadata({ timeout: 1000, maxRetries: 0 })();
  }

  test("come to AWS's own client as they are", async () => {
    const own = metadata();
    const { port } = await setUp(() => own);
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = own.credentials();
    await expect(credentialsAt(port)).resolves.toMatchObject({
      accessKeyId,
      secretAccessKey,
      sessionToken,
      expiration,
    });
  });

  test("do not come to a host without a profile", async () => {
    const { port } = await setUp(() => metadata({ profile: undefined }));
    await expect(credentialsAt(port)).rejects.toThrow();
  });

  test("say of what profile they are", async () => {
    const { get } = await setUp();
    expect(JSON.parse((await get("/latest/meta-data/iam/info")).body)).toMatchObject({
      Code: "Success",
      InstanceProfileArn: "arn:aws:iam::123456789012:instance-profile/receiver",
      InstanceProfileId: "AIPA0123456789ABCDEF",
    });
  });
});
