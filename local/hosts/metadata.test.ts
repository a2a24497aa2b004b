import http from "node:http";
import { text } from "node:stream/consumers";
import { fromInstanceMetadata } from "@aws-sdk/credential-providers";
import { Sessions } from "../services/iam/sessions";
import { listen, loopback, responseTo } from "../../testing/servers";
import { onCleanUp } from "../../testing/clean-up";
import { createMetadataService, type InstanceCredentials, type Metadata } from "./metadata";

const profileArn = "arn:aws:iam::123456789012:instance-profile/receiver";
const lifetime = "x-aws-ec2-metadata-token-ttl-seconds";
const instanceId = "/latest/meta-data/instance-id";

function metadata(changes: Partial<Metadata> = {}): Metadata {
  const sessions = new Sessions();
  return {
    instanceId: "i-0123456789abcdef0",
    imageId: "ami-0a1b2c3d4e5f60718",
    instanceType: "t3.micro",
    privateIp: "10.0.2.10",
    publicIp: "203.0.113.10",
    region: "us-east-1",
    availabilityZone: "us-east-1b",
    securityGroupNames: ["receiver-0a1b2c3", "other"],
    profile: { arn: profileArn, id: "AIPA0123456789ABCDEF", roleName: "receiver-role" },
    credentials: () => sessions.credentialsFor("i-0123456789abcdef0", "receiver-role"),
    access: { httpTokens: "required", httpEndpoint: "enabled" },
    ...changes,
  };
}

interface Response {
  status: number | undefined;
  headers: http.IncomingHttpHeaders;
  body: string;
}

async function setUp(
  of: () => Metadata = () => metadata(),
  onAnswered?: Parameters<typeof createMetadataService>[1],
) {
  const { port } = await listen(createMetadataService(of, onAnswered));
  const send = async (path: string, options: http.RequestOptions = {}): Promise<Response> => {
    const request = http.request({ host: loopback, port, path, agent: false, ...options });
    request.end();
    const response = await responseTo(request);
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };
  const requestToken = (headers: http.OutgoingHttpHeaders = { [lifetime]: 60 }) =>
    send("/latest/api/token", { method: "PUT", headers });
  const token = (await requestToken()).body;
  const get = (path: string, options: http.RequestOptions = {}) =>
    send(path, { headers: { "x-aws-ec2-metadata-token": token }, ...options });
  return { port, send, requestToken, get, token };
}

test("what people look for is told once it is answered: tokens and credentials", async () => {
  const told: string[] = [];
  const { requestToken, get } = await setUp(
    () => metadata(),
    request => told.push(request),
  );
  expect(told).toEqual(["token"]);
  await requestToken({ [lifetime]: "0" });
  await get(instanceId);
  await get("/latest/meta-data/iam/security-credentials/");
  await get("/latest/meta-data/iam/security-credentials/other-role");
  await get("/latest/meta-data/iam/security-credentials/receiver-role", { headers: {} });
  expect(told).toEqual(["token"]);
  await get("/latest/meta-data/iam/security-credentials/receiver-role");
  expect(told).toEqual(["token", "credentials"]);
});

describe("a token", () => {
  test("is issued with the requested lifetime", async () => {
    const { requestToken } = await setUp();
    const { status, body, headers } = await requestToken({ [lifetime]: "21600" });
    expect(status).toBe(200);
    expect(body).toMatch(/^[\w-]{50,}$/);
    expect(headers["x-aws-ec2-metadata-token-ttl-seconds"]).toBe("21600");
    expect((await requestToken()).body).not.toBe(body);
  });

  test.each([undefined, "", "0", "-1", "21601", "1.5", "soon"])("isn't issued for %j seconds", async ttl => {
    const { requestToken } = await setUp();
    const response = await requestToken(ttl === undefined ? {} : { [lifetime]: ttl });
    expect(response).toMatchObject({ status: 400, body: "" });
  });

  test("isn't issued to a request forwarded by another machine", async () => {
    const { requestToken } = await setUp();
    const response = await requestToken({ [lifetime]: "60", "x-forwarded-for": "198.51.100.7" });
    expect(response).toMatchObject({ status: 403, body: "" });
  });

  test.each(["GET", "POST"])("isn't issued for %s", async method => {
    const { send } = await setUp();
    const response = await send("/latest/api/token", { method, headers: { [lifetime]: "60" } });
    expect(response).toMatchObject({ status: 405, body: "", headers: { allow: "OPTIONS, PUT" } });
  });

  test.each<[string, http.OutgoingHttpHeaders]>([
    ["a missing one", {}],
    ["an unknown one", { "x-aws-ec2-metadata-token": "x" }],
    ["an empty one", { "x-aws-ec2-metadata-token": "" }],
  ])("%s is rejected, even for an unknown path", async (_name, headers) => {
    const { send } = await setUp();
    for (const path of ["/latest/meta-data/instance-id", "/latest/meta-data/none", "/"]) {
      expect(await send(path, { headers })).toMatchObject({ status: 401, body: "" });
    }
  });

  /** Returns a function that sets the time, in seconds from now. */
  function stoppedClock(): (seconds: number) => void {
    const start = Date.now();
    const now = jest.spyOn(Date, "now");
    onCleanUp(() => now.mockRestore());
    return seconds => now.mockReturnValue(start + seconds * 1000);
  }

  test("is rejected once it has expired", async () => {
    const { get } = await setUp();
    const setTime = stoppedClock();
    setTime(59);
    expect((await get(instanceId)).status).toBe(200);
    setTime(61);
    expect((await get(instanceId)).status).toBe(401);
  });

  test("is deleted once it has expired and another is issued", async () => {
    const { get, requestToken } = await setUp();
    const setTime = stoppedClock();
    setTime(61);
    await requestToken();
    setTime(0);
    expect((await get(instanceId)).status).toBe(401);
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
    const headers = { "content-type": "text/plain", [lifetime]: "60" };
    expect(await get(path)).toMatchObject({ status: 200, body, headers });
  });

  test("the instance identity document is JSON", async () => {
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
  ])("%s doesn't exist", async path => {
    const { get } = await setUp();
    expect(await get(path)).toMatchObject({ status: 404, body: "" });
  });

  test("HEAD responds like GET, without a body; nothing can be changed", async () => {
    const { get, token } = await setUp();
    const headers = { "x-aws-ec2-metadata-token": token };
    expect(await get(instanceId, { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
    const refused = { status: 405, headers: { allow: "GET, HEAD" } };
    for (const method of ["PUT", "POST", "DELETE"])
      expect(await get(instanceId, { method, headers })).toMatchObject(refused);
  });

  test("omits the public address and the profile if the host has none", async () => {
    const { get } = await setUp(() => metadata({ publicIp: undefined, profile: undefined }));
    for (const path of ["public-ipv4", "iam/", "iam/info", "iam/security-credentials/"]) {
      expect(await get(`/latest/meta-data/${path}`)).toMatchObject({ status: 404 });
    }
    expect((await get("/latest/meta-data/")).body).not.toMatch(/public-ipv4|iam/);
  });

  test("is read for each request", async () => {
    let publicIp = "203.0.113.10";
    const { get } = await setUp(() => metadata({ publicIp }));
    publicIp = "203.0.113.11";
    expect((await get("/latest/meta-data/public-ipv4")).body).toBe("203.0.113.11");
  });
});

describe("credentials", () => {
  async function credentialsAt(port: number) {
    const before = { ...process.env };
    onCleanUp(() => (process.env = before));
    process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = `http://${loopback}:${port}`;
    return fromInstanceMetadata({ timeout: 1000, maxRetries: 0 })();
  }

  test("reach AWS's own client unchanged", async () => {
    const served = metadata();
    const { port } = await setUp(() => served);
    const { accessKeyId, secretAccessKey, sessionToken, expiration } =
      served.credentials() as InstanceCredentials;
    const expected = { accessKeyId, secretAccessKey, sessionToken, expiration };
    await expect(credentialsAt(port)).resolves.toMatchObject(expected);
  });

  test("aren't available on a host without a profile", async () => {
    const { port } = await setUp(() => metadata({ profile: undefined }));
    await expect(credentialsAt(port)).rejects.toThrow();
  });

  test("say why EC2 can't assume the role", async () => {
    const failure = { code: "AssumeRoleUnauthorizedAccess", message: "EC2 cannot assume the role x." };
    const { get, port } = await setUp(() => metadata({ credentials: () => failure }));
    const path = "/latest/meta-data/iam/security-credentials/receiver-role";
    expect(JSON.parse((await get(path)).body)).toEqual({
      Code: failure.code,
      Message: failure.message,
      LastUpdated: expect.any(String) as unknown,
    });
    await expect(credentialsAt(port)).rejects.toThrow();
  });

  test("aren't available from a profile without a role, which says so", async () => {
    const profile = { arn: profileArn, id: "AIPA0123456789ABCDEF" };
    const { get } = await setUp(() => metadata({ profile }));
    expect((await get("/latest/meta-data/iam/security-credentials/")).status).toBe(404);
    expect(JSON.parse((await get("/latest/meta-data/iam/info")).body)).toMatchObject({
      Code: "Success",
      Message: "Instance Profile does not contain a role.",
    });
  });

  test("name their profile", async () => {
    const { get } = await setUp();
    expect(JSON.parse((await get("/latest/meta-data/iam/info")).body)).toMatchObject({
      Code: "Success",
      InstanceProfileArn: profileArn,
      InstanceProfileId: "AIPA0123456789ABCDEF",
    });
  });
});
