/** The receiver with its real clients, against upstreams on 127.0.0.1 that answer, fail or stay silent on demand. */
import type { IncomingMessage, RequestListener } from "node:http";
import { memoryLog } from "../../testing/services";
import { temporaryFolder } from "../../testing/folders";
import { closedPort, listenHttp } from "../../testing/servers";
import { createReceiverApp } from "./app";
import { dataAccess } from "./data-access";
import { ec2 } from "./ec2";
import { imds } from "./imds";

const environment = { ...process.env };
let handlers: Record<"read" | "update" | "imds" | "ec2", RequestListener>;
/** "imds PUT /latest/api/token" and the like, in order of arrival. */
let asked: string[];
let receiver: string;
let lines: Record<string, unknown>[];

const silence: RequestListener = () => undefined;
const status = (code: number, body = "", headers = {}): RequestListener => {
  return (_request, response) => response.writeHead(code, headers).end(body);
};

const keys = { AccessKeyId: "ROLE", SecretAccessKey: "s", Token: "t" };
const role = { Code: "Success", ...keys, Expiration: "2099-01-01T00:00:00Z" };
const metadata: Record<string, string> = {
  "PUT /latest/api/token": "token",
  "GET /latest/meta-data/public-ipv4": "203.0.113.7",
  "GET /latest/meta-data/iam/security-credentials/": "role",
  "GET /latest/meta-data/iam/security-credentials/role": JSON.stringify(role),
};
const imdsAnswers =
  (changed: Record<string, RequestListener>): RequestListener =>
  (request, response) => {
    const key = line(request);
    const usual = status(metadata[key] === undefined ? 404 : 200, metadata[key]);
    const authorized = request.method === "PUT" || request.headers["x-aws-ec2-metadata-token"] === "token";
    (authorized ? (changed[key] ?? usual) : status(401))(request, response);
  };

const line = ({ method, url }: IncomingMessage) => `${method ?? ""} ${url ?? ""}`;

/** As in the EC2 API Reference under DescribeNetworkAcls, with one entry. */
const aclXml = `<?xml version="1.0" encoding="UTF-8"?>
<DescribeNetworkAclsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>
  <networkAclSet><item>
    <networkAclId>acl-0123</networkAclId><vpcId>vpc-1</vpcId><default>false</default>
    <entrySet><item>
      <ruleNumber>200</ruleNumber><protocol>6</protocol><ruleAction>allow</ruleAction><egress>false</egress>
      <cidrBlock>10.0.2.0/24</cidrBlock><portRange><from>8080</from><to>8080</to></portRange>
    </item></entrySet>
    <associationSet><item>
      <networkAclAssociationId>aclassoc-1</networkAclAssociationId><networkAclId>acl-0123</networkAclId>
      <subnetId>subnet-1</subnetId>
    </item></associationSet>
    <tagSet/>
  </item></networkAclSet>
</DescribeNetworkAclsResponse>`;

const denied = `<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors><RequestID>1</RequestID></Response>`;

async function upstream(name: keyof typeof handlers): Promise<string> {
  const { url } = await listenHttp((request, response) => {
    asked.push(`${name} ${line(request)}`);
    handlers[name](request, response);
  });
  return url;
}

const closed = async () => `http://127.0.0.1:${await closedPort()}`;

interface Overrides {
  readUrl?: string;
  updateUrl?: string;
  imdsUrl?: string;
  ec2Url?: string;
}

/** A receiver whose clients have not sent anything yet. */
async function start(overrides: Overrides = {}): Promise<void> {
  const imdsUrl = overrides.imdsUrl ?? (await upstream("imds"));
  process.env = {
    ...environment,
    // Neither this machine's configuration nor a developer's keys may interfere.
    HOME: temporaryFolder(),
    AWS_ACCESS_KEY_ID: "DEVELOPER",
    AWS_SECRET_ACCESS_KEY: "s",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: imdsUrl,
    AWS_ENDPOINT_URL_EC2: overrides.ec2Url ?? (await upstream("ec2")),
  };
  const memory = memoryLog();
  lines = memory.lines;
  const { readUrl = await upstream("read"), updateUrl = await upstream("update") } = overrides;
  const clients = { ...dataAccess(readUrl, updateUrl), ...imds(imdsUrl), ...ec2("us-east-1", "acl-0123") };
  ({ url: receiver } = await listenHttp(createReceiverApp(clients, memory.log)));
}

beforeEach(() => {
  asked = [];
  handlers = {
    read: status(200, "42", { "Content-Type": "application/json" }),
    update: status(200, '{"num":43,"status":"ok"}', { "Content-Type": "application/json" }),
    imds: imdsAnswers({}),
    ec2: status(200, aclXml, { "Content-Type": "text/xml" }),
  };
});
afterEach(() => {
  process.env = environment;
});

const json = { "Content-Type": "application/json" };
const get = () => fetch(receiver);
const post = (body = '{"num":43}') => fetch(receiver, { method: "POST", headers: json, body });
const askedEc2 = () => asked.filter(question => question.startsWith("ec2"));

/** Asserts what clients are promised on any failure, and that the log names the upstream and the causes. */
async function expectFailure(answer: Promise<Response>, upstream: string, ...causes: object[]) {
  const begun = performance.now();
  const response = await answer;
  expect(await response.text()).toBe('"Error in processing request"');
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect(response.status).toBe(502);
  expect(response.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
  expect(lines).toHaveLength(1);
  const [{ msg, err } = {}] = lines.splice(0);
  expect(msg).toBe("an upstream failed");
  const [outer, ...inner] = chain(err as Described);
  expect(outer).toMatchObject({ message: `${upstream} failed` });
  for (const cause of causes) expect(inner).toContainEqual(expect.objectContaining(cause));
}

interface Described {
  cause?: Described;
}

const chain = (error: Described): Described[] => [error, ...(error.cause ? chain(error.cause) : [])];

describe("GET /", () => {
  test("answers with the seed and this host's public address, asking for both at once", async () => {
    await start();
    // data-access answers only once IMDS has been asked.
    let meet: () => void = () => undefined;
    const met = new Promise<void>(resolve => (meet = resolve));
    const { read } = handlers;
    handlers.read = (request, response) => void met.then(() => read(request, response));
    handlers.imds = (request, response) => {
      meet();
      imdsAnswers({})(request, response);
    };
    const response = await get();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ seed: 42, server_ip_address: "203.0.113.7" });
    expect(lines).toEqual([]);
  });

  test("asks IMDS once for requests at the same time, and again for the next", async () => {
    await start();
    let answer: () => void = () => undefined;
    const held = new Promise<void>(resolve => (answer = resolve));
    const { imds } = handlers;
    handlers.imds = (request, response) => void held.then(() => imds(request, response));
    let read = 0;
    const { read: readSeed } = handlers;
    handlers.read = (request, response) => {
      if (++read === 3) answer();
      readSeed(request, response);
    };
    const address = "imds GET /latest/meta-data/public-ipv4";
    const answers = await Promise.all([get(), get(), get()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked.filter(question => question === address)).toHaveLength(1);
    expect((await get()).status).toBe(200);
    expect(asked.filter(question => question === address)).toHaveLength(2);
  });

  test("does not fail with the request whose answer of IMDS it waits for", async () => {
    const { publicAddress } = imds(await upstream("imds"));
    const first = new AbortController();
    const addresses = [publicAddress(first.signal), publicAddress(new AbortController().signal)];
    first.abort(new Error("too late"));
    await expect(addresses[0]).rejects.toThrow("too late");
    expect(await addresses[1]).toBe("203.0.113.7");
  });

  test("keeps the token of IMDS, and replaces it when it has expired", async () => {
    await start();
    let expected = "first";
    handlers.imds = (request, response) => {
      if (request.method === "PUT") {
        expect(request.headers["x-aws-ec2-metadata-token-ttl-seconds"]).toBe("21600");
        status(200, expected)(request, response);
      } else {
        const valid = request.headers["x-aws-ec2-metadata-token"] === expected;
        (valid ? status(200, "203.0.113.7\n") : status(401))(request, response);
      }
    };
    const askedImds = () => asked.splice(0).filter(question => question.startsWith("imds"));
    const [token, address] = ["imds PUT /latest/api/token", "imds GET /latest/meta-data/public-ipv4"];

    expect((await get()).status).toBe(200);
    expect(askedImds()).toEqual([token, address]);
    expect((await get()).status).toBe(200);
    expect(askedImds()).toEqual([address]);
    expected = "second";
    expect((await get()).status).toBe(200);
    expect(askedImds()).toEqual([address, token, address]);
  });
});

describe("POST /", () => {
  test("passes the seed on, then answers with the network ACL in AWS's own words, by the host's role", async () => {
    await start();
    const requests: Record<string, { authorization?: string; body: string }> = {};
    for (const name of ["update", "ec2"] as const) {
      const answer = handlers[name];
      handlers[name] = (request, response) => {
        let body = "";
        request.setEncoding("utf8").on("data", chunk => (body += String(chunk)));
        request.on("end", () => {
          requests[name] = { authorization: request.headers.authorization, body };
          answer(request, response);
        });
      };
    }
    const response = await post('{"num":43}');
    const acl = { NetworkAclId: "acl-0123", VpcId: "vpc-1", IsDefault: false, Tags: [] };
    const rule = { RuleNumber: 200, Protocol: "6", RuleAction: "allow", Egress: false };
    const Entries = [{ ...rule, CidrBlock: "10.0.2.0/24", PortRange: { From: 8080, To: 8080 } }];
    const association = { NetworkAclAssociationId: "aclassoc-1", NetworkAclId: "acl-0123" };
    const Associations = [{ ...association, SubnetId: "subnet-1" }];
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ NetworkAcls: [{ ...acl, Entries, Associations }] });
    expect(requests.update?.body).toBe('{"num":43}');
    expect(requests.ec2?.body).toBe("Action=DescribeNetworkAcls&Version=2016-11-15&NetworkAclId.1=acl-0123");
    expect(requests.ec2?.authorization).toContain("Credential=ROLE/");
    expect(asked[0]).toBe("update POST /");
  });

  test("passes on nothing but a seed", async () => {
    await start();
    expect((await post('{"num":1.5}')).status).toBe(422);
    expect(asked).toEqual([]);
  });
});

test("GET /health asks no other service", async () => {
  await start();
  expect((await fetch(`${receiver}/health`)).status).toBe(200);
  expect(asked).toEqual([]);
});

describe("when data-access", () => {
  const [timeOut, noJson, noSeed] = [{ type: "TimeoutError" }, { type: "SyntaxError" }, { type: "ZodError" }];
  const answered = (code: number) => ({ message: expect.stringMatching(` answered ${code}$`) as unknown });
  const write =
    (text: string): RequestListener =>
    (_request, response) =>
      response.write(text);

  test.each<[string, object[], RequestListener]>([
    ["keeps silent", [timeOut], silence],
    ["falls silent within its answer", [timeOut], write("4")],
    ["answers 500", [answered(500)], status(500)],
    ["answers 404", [answered(404)], status(404)],
    ["redirects", [answered(302)], status(302, "", { Location: "/" })],
    ["cuts the connection", [{ code: "UND_ERR_SOCKET" }], request => request.socket.destroy()],
    ["answers endlessly", [{ code: "UND_ERR_RES_EXCEEDED_MAX_SIZE" }], write("4".repeat(2_000))],
    [
      "can't be reached by a proxy that says why",
      [{ message: "local; error=connection_refused" }, answered(502)],
      status(502, "", { "Proxy-Status": "local; error=connection_refused" }),
    ],
    ["answers HTML", [noJson], status(200, "<html></html>")],
    ["answers nothing", [noJson], status(200)],
    ["answers JSON of another kind", [noSeed], status(200, '"42"', json)],
  ])(
    "%s, both methods fail in time, and nobody is asked after an update that failed",
    async (_case, causes, handler) => {
      await start();
      handlers.read = handlers.update = handler;
      await expectFailure(get(), "data-access", ...causes);
      asked = [];
      await expectFailure(post(), "data-access", ...causes);
      expect(askedEc2()).toEqual([]);
    },
  );

  test("refuses connections, both methods fail", async () => {
    await start({ readUrl: await closed(), updateUrl: await closed() });
    await expectFailure(get(), "data-access", { code: "ECONNREFUSED" });
    await expectFailure(post(), "data-access", { code: "ECONNREFUSED" });
  });

  test("does not confirm an update, POST fails", async () => {
    await start();
    handlers.update = status(200, '{"num":43,"status":"error"}', json);
    await expectFailure(post(), "data-access", noSeed);
  });
});

describe("when IMDS", () => {
  const [token, address] = ["PUT /latest/api/token", "GET /latest/meta-data/public-ipv4"];
  const credentials = "GET /latest/meta-data/iam/security-credentials/";

  test.each<[string, object, string, RequestListener]>([
    ["gives no token", { type: "TimeoutError" }, token, silence],
    ["refuses a token", { message: "/latest/api/token answered 403" }, token, status(403)],
    ["gives no address", { type: "TimeoutError" }, address, silence],
    ["knows no address", { message: "/latest/meta-data/public-ipv4 answered 404" }, address, status(404)],
    ["refuses every token", { message: "/latest/meta-data/public-ipv4 answered 401" }, address, status(401)],
    [
      "gives no IPv4",
      { message: "the public address is not an IPv4 address" },
      address,
      status(200, "<html>"),
    ],
  ])("%s, GET fails in time", async (_case, cause, question, changed) => {
    await start();
    handlers.imds = imdsAnswers({ [question]: changed });
    await expectFailure(get(), "IMDS", cause);
  });

  test("refuses connections, GET fails", async () => {
    await start({ imdsUrl: await closed() });
    await expectFailure(get(), "IMDS", { code: "ECONNREFUSED" });
  });

  test("keeps silent, POST fails in time", async () => {
    await start();
    handlers.imds = silence;
    await expectFailure(post(), "EC2", { message: "TimeoutError from instance metadata service" });
  });

  test("knows no role, POST fails at once even if a developer's keys are at hand, and not once a role is there", async () => {
    await start();
    handlers.imds = imdsAnswers({ [credentials]: status(404) });
    await expectFailure(post(), "EC2", { statusCode: 404 });
    expect(askedEc2()).toEqual([]);
    handlers.imds = imdsAnswers({});
    expect((await post()).status).toBe(200);
  });
});

describe("when EC2", () => {
  const messageWith = (text: string) => ({ message: expect.stringContaining(text) as unknown });
  test.each<[string, object, RequestListener]>([
    ["denies the call", { type: "UnauthorizedOperation" }, status(403, denied)],
    ["keeps silent", { type: "TimeoutError", code: "ETIMEDOUT" }, silence],
    ["is not available", messageWith("XML parse error"), status(503, "unavailable")],
    ["answers something else", { message: "the answer holds no network ACLs" }, status(200, "<html></html>")],
  ])("%s, POST fails in time", async (_case, cause, handler) => {
    await start();
    handlers.ec2 = handler;
    await expectFailure(post(), "EC2", cause);
    expect(askedEc2()).toHaveLength(1);
  });

  test("refuses connections, POST fails", async () => {
    await start({ ec2Url: await closed() });
    await expectFailure(post(), "EC2", messageWith("ECONNREFUSED"));
  });
});

test("upstreams that are all slow share one deadline", async () => {
  await start();
  const late =
    (handler: RequestListener, ms: number): RequestListener =>
    (request, response) =>
      setTimeout(() => handler(request, response), ms);
  handlers.update = late(status(200, '{"num":43,"status":"ok"}'), 1_400);
  handlers.imds = late(handlers.imds, 250);
  handlers.ec2 = late(handlers.ec2, 250);
  await expectFailure(post(), "EC2", { type: "TimeoutError" });
});

test("only data-access is asked through HTTP_PROXY", async () => {
  const proxied: string[] = [];
  const { url: proxy } = await listenHttp((request, response) => {
    proxied.push(line(request));
    handlers[request.method === "GET" ? "read" : "update"](request, response);
  });
  await start({ readUrl: "http://10.0.1.10:5000/", updateUrl: "http://10.0.1.10:8080/" });
  process.env.HTTP_PROXY = process.env.HTTPS_PROXY = proxy;
  expect((await get()).status).toBe(200);
  expect((await post()).status).toBe(200);
  expect(proxied).toEqual(["GET http://10.0.1.10:5000/", "POST http://10.0.1.10:8080/"]);
  expect(askedEc2()).toEqual(["ec2 POST /"]);
});
