/**
 * What must not get through, and how it looks to the caller: silence, a refusal, or an answer that says no. This runs
 * on the local region, so it does not prove that AWS's own filters do the same.
 */
import http from "node:http";
import { Readable } from "node:stream";
import { DescribeNetworkAclsCommand, EC2Client, type EC2ClientConfig } from "@aws-sdk/client-ec2";
import { ec2Api } from "../local/region";
import { ports } from "../apps/ports";
import { answerTo, ask } from "../testing/client";
import { operatorAddress, startTestRegion, type TestRegion } from "../testing/region";
import { listenHttp } from "../testing/servers";

const { "data-access": data, receiver } = ports;

let region: TestRegion;
let internet: string;
beforeAll(async () => {
  region = await startTestRegion();
  internet = region.internet;
});

const errorByReceiver = { status: 502, json: "Error in processing request" };
/** A drop by the last rule of an ACL, inbound. */
const byImpliedDeny = {
  code: "SUBNET_ACL_RESTRICTION",
  direction: "ingress",
  aclRule: { ruleNumber: 32767 },
};

describe("from the Internet", () => {
  test("the port for updates is silent, not closed", async () => {
    const { publicIp } = region.addresses("data");
    const read = async () => (await answerTo(region.output("dataReadUrl"), { through: internet })).text;
    const before = await read();
    const post = { through: internet, method: "POST", body: { num: 666 } };
    expect(await ask(`http://${publicIp}:${data.update}/`, post)).toBe("silent");
    expect(await read()).toBe(before);
    expect((await region.decisions()).at(-1)).toMatchObject({
      from: { internetAddress: operatorAddress },
      to: { address: publicIp, port: data.update },
      ...byImpliedDeny,
      packet: "request",
    });
  });

  test("a port that the rules allow and nobody listens on is closed, not silent", async () => {
    const url = `http://${region.addresses("data").publicIp}:22/`;
    expect(await ask(url, { through: internet, patience: 10_000 })).toBe("refused");
  });

  test.each([
    ["the data host's private address", () => `${region.addresses("data").privateIp}:${data.read}`],
    ["a receiver's private address", () => `${region.addresses("receiver-1").privateIp}:${receiver.http}`],
    ["a public address that nobody has", () => "203.0.113.250"],
    ["an address of somebody else", () => "192.0.2.1"],
    ["instance metadata", () => "169.254.169.254"],
  ])("%s is silent", async (_what, authority) => {
    expect(await ask(`http://${authority()}/`, { through: internet })).toBe("silent");
  });
});

describe("the data host can answer, but not ask:", () => {
  test.each([
    ["a receiver by its public address", () => region.addresses("receiver-1").publicIp, receiver.http],
    ["a receiver by its private address", () => region.addresses("receiver-1").privateIp, receiver.http],
    ["the load balancer by its name", () => region.output("receiverLoadBalancerDns"), 80],
    ["the EC2 API", () => ec2Api.address, 443],
  ])("%s is silent, as the ACL lets the request out and no reply in", async (_what, name, port) => {
    const host = region.host("data");
    const [decided, flows] = [(await region.decisions()).length, (await region.flowLog()).length];

    expect(await ask(`http://${name()}:${port}/health`, { through: host.proxyUrl })).toBe("silent");

    const { interfaceId } = host.options;
    const decisions = (await region.decisions()).slice(decided);
    const drop = decisions.find(({ from }) => from.interfaceId === interfaceId);
    expect(drop).toMatchObject({
      ...byImpliedDeny,
      packet: "reply",
      component: { type: "network-acl", ids: [region.output("dataNetworkAclId")] },
      interfaceId,
      to: { port },
    });
    const own = region.addresses("data").privateIp;
    const other = drop?.to.address ?? "";
    const records = (await region.flowLog())
      .slice(flows)
      .map(record => record.split(" "))
      .filter(([, , id]) => id === interfaceId)
      .map(([, , , from, to, fromPort, toPort, , , , , , action]) =>
        from === own ? `${from} > ${to}:${toPort} ${action}` : `${from}:${fromPort} > ${to} ${action}`,
      );
    expect(records).toEqual([`${own} > ${other}:${port} ACCEPT`, `${other}:${port} > ${own} REJECT`]);
  });

  test("receivers can ask it, at its private address only", async () => {
    const { privateIp, publicIp } = region.addresses("data");
    const through = region.host("receiver-1").proxyUrl;
    const answer = await answerTo(`http://${privateIp}:${data.read}/`, { through });
    expect(answer).toMatchObject({ status: 200, json: expect.any(Number) as number });
    expect(await ask(`http://${publicIp}:${data.read}/`, { through })).toBe("silent");
  });
});

/** Instance metadata, requested as a process on the host would. */
async function metadata(host: string, path: string, token?: string) {
  const headers = token === undefined ? {} : { "X-aws-ec2-metadata-token": token };
  return answerTo(`http://169.254.169.254${path}`, { through: region.host(host).proxyUrl, headers });
}

async function metadataToken(host: string): Promise<string> {
  const { status, text } = await answerTo("http://169.254.169.254/latest/api/token", {
    through: region.host(host).proxyUrl,
    method: "PUT",
    headers: { "X-aws-ec2-metadata-token-ttl-seconds": "60" },
  });
  expect(status).toBe(200);
  return text;
}

const credentialsPath = "/latest/meta-data/iam/security-credentials/";

describe("instance metadata", () => {
  test.each(["data", "receiver-1"])("answers a process on %s with a token only", async host => {
    const path = "/latest/meta-data/public-ipv4";
    expect(await metadata(host, path)).toMatchObject({ status: 401, text: "" });
    expect(await metadata(host, path, "a token that nobody gave out")).toMatchObject({ status: 401 });
    const token = await metadataToken(host);
    const { publicIp } = region.addresses(host);
    expect(await metadata(host, path, token)).toMatchObject({ status: 200, text: publicIp });
  });

  test("one host's token is not valid on another", async () => {
    const path = "/latest/meta-data/public-ipv4";
    const token = await metadataToken("receiver-1");
    expect(await metadata("receiver-2", path, token)).toMatchObject({ status: 401 });
  });

  test("the data host, without an instance profile, has no credentials; a receiver has", async () => {
    const answer = await metadata("data", credentialsPath, await metadataToken("data"));
    expect(answer).toMatchObject({ status: 404 });
    expect(await credentialsOf("receiver-1")).toEqual({
      accessKeyId: expect.stringMatching(/^ASIA/) as string,
      secretAccessKey: expect.stringMatching(/./) as string,
      sessionToken: expect.stringMatching(/./) as string,
    });
  });
});

async function credentialsOf(host: string) {
  const token = await metadataToken(host);
  const role = (await metadata(host, credentialsPath, token)).text;
  const { json } = await metadata(host, `${credentialsPath}${role}`, token);
  const { AccessKeyId, SecretAccessKey, Token } = json as Record<string, string>;
  return { accessKeyId: AccessKeyId ?? "", secretAccessKey: SecretAccessKey ?? "", sessionToken: Token };
}

/** The part that we send on. */
interface SdkRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** AWS's own client; to the network it runs on receiver-1. */
function ec2Client(credentials: NonNullable<EC2ClientConfig["credentials"]>): EC2Client {
  const { address, port } = ec2Api;
  const endpoint = `http://${address}:${port}`;
  const handle = async ({ path, ...request }: SdkRequest) => {
    const { method, headers, body } = request;
    const through = region.host("receiver-1").proxyUrl;
    const answer = await answerTo(`${endpoint}${path}`, { through, method, headers, body });
    const { status: statusCode, text } = answer;
    return { response: { statusCode, headers: answer.headers, body: Readable.from([text]) } };
  };
  const options = { region: "us-east-1", endpoint, maxAttempts: 1, requestHandler: { handle } };
  return new EC2Client({ ...options, credentials });
}

describe("the EC2 API", () => {
  const describeAcls = () =>
    new DescribeNetworkAclsCommand({ NetworkAclIds: [region.output("dataNetworkAclId")] });

  test("refuses a wrong key, an unknown one, and a foreign session", async () => {
    const credentials = await credentialsOf("receiver-1");
    const other = await credentialsOf("receiver-2");
    const refusal = async (change: Partial<typeof credentials>) => {
      const sent = ec2Client({ ...credentials, ...change }).send(describeAcls());
      return sent.then(() => "answered").catch((error: unknown) => (error as Error).name);
    };
    expect(await refusal({})).toBe("answered");
    expect(await refusal({ secretAccessKey: other.secretAccessKey })).toBe("SignatureDoesNotMatch");
    expect(await refusal({ accessKeyId: "ASIAAAAAAAAAAAAAAAAA" })).toBe("AuthFailure");
    expect(await refusal({ sessionToken: other.sessionToken })).toBe("AuthFailure");
  });

  test("refuses a receiver whose role has lost the permission, until it is granted again", async () => {
    const { id, inputs } = region.declared("aws:iam/rolePolicy:RolePolicy");
    const [RoleName, PolicyName] = id.split(":");
    const put = (PolicyDocument: string) =>
      region.region.calls.iam.PutRolePolicy({ RoleName, PolicyName, PolicyDocument });
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "ec2:DescribeVpcs", Resource: "*" }],
    });
    const url = `http://${region.addresses("receiver-1").publicIp}:${receiver.http}/`;
    const post = () => answerTo(url, { through: internet, method: "POST", body: { num: 1 } });
    expect(await post()).toMatchObject({ status: 200 });

    await put(policy);
    expect(await post()).toMatchObject(errorByReceiver);
    expect((await region.logged("receiver-1", "an upstream failed")).err).toMatchObject({
      message: "EC2 failed",
      cause: {
        type: "UnauthorizedOperation",
        message: expect.stringContaining("is not authorized to perform: ec2:DescribeNetworkAcls") as string,
      },
    });

    await put(String(inputs["policy"]));
    expect(await post()).toMatchObject({ status: 200 });
  });
});

describe("the local Internet", () => {
  test("shows its own page under this machine's names, and not to another site's page", async () => {
    const { host } = new URL(internet);
    const page = await answerTo(`${internet}/`);
    expect(page.status).toBe(200);
    expect(page.text).toContain(region.output("dataReadUrl"));
    const status = async (headers: http.OutgoingHttpHeaders) =>
      (await answerTo(`${internet}/`, { headers })).status;
    expect(await status({ host: host.replace("127.0.0.1", "localhost") })).toBe(200);
    expect(await status({ host: "rebound.example" })).toBe(403);
    expect(await status({ host: `localhost.example:${new URL(internet).port}` })).toBe(403);
    expect(await status({ origin: "http://other.example" })).toBe(403);
    expect(await status({ origin: internet })).toBe(403);
  });

  const names = ["aws.amazon.com", "localhost", "data", "169.254.169.254.nip.io"];
  test.each(names)("%s is not a name in the region", async name => {
    const { status, headers } = await answerTo(`http://${name}/`, { through: internet });
    expect(status).toBe(502);
    expect(headers["proxy-status"]).toContain("; error=dns_error;");
  });
});

test("neither the local Internet nor a host's proxy ever connects outside the region", async () => {
  let connections = 0;
  const { server: outside, port } = await listenHttp((_req, res) => res.end("reached"));
  outside.on("connection", () => connections++);
  expect((await answerTo(`http://127.0.0.1:${port}/`)).text).toBe("reached");
  expect(connections).toBe(1);

  const names = ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::1]"];
  const targets = [...names, "[::ffff:127.0.0.1]", "any.localhost", "user@127.0.0.1"];
  const proxies = [internet, ...["data", "receiver-1"].map(host => region.host(host).proxyUrl)];
  const outcomes = await Promise.all(
    proxies.flatMap(through =>
      targets.map(async target => {
        const outcome = await ask(`http://${target}:${port}/`, { through });
        return typeof outcome === "string" ? outcome : outcome.status;
      }),
    ),
  );
  expect(new Set(outcomes)).toEqual(new Set(["silent", 502]));

  const tunnels = proxies.flatMap(proxy => targets.map(target => tunnelTo(proxy, `${target}:${port}`)));
  expect(new Set(await Promise.all(tunnels))).toEqual(new Set(["silent", 502, 400]));
  expect(connections).toBe(1);
});

/** A proxy's answer to CONNECT. */
function tunnelTo(proxy: string, target: string): Promise<number | "silent" | undefined> {
  return new Promise((resolve, reject) => {
    const request = http
      .request(proxy, { method: "CONNECT", path: target, agent: false, timeout: 700 })
      .on("timeout", () => {
        resolve("silent");
        request.destroy();
      })
      .on("connect", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode);
      })
      .on("error", reject)
      .end();
  });
}
