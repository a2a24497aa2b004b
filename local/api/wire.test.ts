/** Requests down to the byte, and clients of each protocol. */
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core";
import { cbor } from "@smithy/core/cbor";
import fc from "fast-check";
import { onCleanUp } from "../../testing/clean-up";
import { openRegion } from "../../testing/sample-resources";
import { connect, exchange, lines, listen, listenHttp, loopback } from "../../testing/servers";
import { clientsOf } from "../../testing/aws-clients";
import { createInternetProxy } from "../network/local-internet";
import { imageParameter } from "../program";
import { createApiHandler } from "./endpoint";

let port: number;
let events: string[];

beforeAll(async () => {
  const opened = await openRegion();
  const { region } = opened;
  ({ events } = opened);
  const internet = createInternetProxy({
    dns: region.dns,
    route: region.network.routerFrom({ internetAddress: "198.51.100.10" }),
    welcome: () => "welcome\n",
    handleApiRequest: createApiHandler({
      regionName: "us-east-1",
      services: region.services,
      report: event => events.push(event),
    }),
  });
  ({ port } = await listen(internet));
});

/** A region's failures are its own fault: no request may cause one. */
afterAll(() => {
  expect(events).toEqual([]);
});

const signature = "0".repeat(64);
const credential = (scope: string, region: string) => `any/20261122/${region}/${scope}/aws4_request`;
const signed = (scope: string, region = "us-east-1") =>
  `Authorization: AWS4-HMAC-SHA256 Credential=${credential(scope, region)}, SignedHeaders=host, Signature=${signature}`;
const presigned = (scope: string, region = "us-east-1") =>
  `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential(scope, region))}` +
  `&X-Amz-Date=20261122T160000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;

const request = (line: string, fields: readonly string[], body: string | Uint8Array = "") => {
  const bytes = Buffer.from(body);
  const head = [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, "Connection: close", ...fields];
  if (bytes.length > 0) head.push(`Content-Length: ${bytes.length}`);
  return exchange(port, lines(...head, "", "") + bytes.toString("latin1"));
};

const jsonFields = (scope: string, target: string, version = "1.1") => [
  signed(scope),
  `Content-Type: application/x-amz-json-${version}`,
  `X-Amz-Target: ${target}`,
];
const cborFields = [signed("monitoring"), "Content-Type: application/cbor", "Smithy-Protocol: rpc-v2-cbor"];
const cborPath = (action: string) => `POST /service/GraniteServiceVersion20100801/operation/${action}`;
const identity = "Action=GetCallerIdentity&Version=2011-06-15";

describe("a request by GET", () => {
  test.each([
    ["signed in its header", () => request(`GET /?${identity}`, [signed("sts")])],
    ["presigned", () => request(`GET /?${identity}&${presigned("sts")}`, [])],
  ])("%s is answered", async (_name, ask) => {
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 [^]*<Account>123456789012</);
  });

  test.each([
    ["without a signature", identity],
    ["with a part of one", `${identity}&${presigned("sts").replace(/&X-Amz-Signature.*/, "")}`],
  ])("%s is refused", async (_name, query) => {
    expect(await request(`GET /?${query}`, [])).toMatch(
      /^HTTP\/1\.1 403 [^]*<Code>MissingAuthenticationToken</,
    );
  });
});

describe("a web page can't call the API", () => {
  const byFrom = {
    "an image of another site": ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: image"],
    "an image of another port": ["Sec-Fetch-Site: same-site"],
    "a page typed in": ["Sec-Fetch-Site: none"],
    "a script": ["Origin: http://127.0.0.1"],
    "a browser without fetch metadata": ["User-Agent: Mozilla/5.0 (Macintosh) Safari/605"],
  };
  test.each(Object.entries(byFrom))("from %s", async (_name, fields) => {
    for (const response of [
      await request(`GET /?${identity}&${presigned("sts")}`, fields),
      await request("POST /", [signed("sts"), ...fields], identity),
      await request(cborPath("ListMetrics"), [...cborFields, ...fields]),
    ]) {
      expect(response).toMatch(/^HTTP\/1\.1 403 /);
      expect(response).not.toContain("Account");
      expect(response).not.toMatch(/^access-control/im);
    }
  });
});

describe("a request for another region", () => {
  const message = "the local region serves us-east-1, not eu-west-1";
  test.each<[string, () => Promise<string>, string]>([
    [
      "by query",
      () => request("POST /", [signed("ec2", "eu-west-1")], "Action=DescribeVpcs"),
      "<Code>SignatureDoesNotMatch<",
    ],
    [
      "presigned",
      () => request(`GET /?${identity}&${presigned("sts", "eu-west-1")}`, []),
      "<Code>SignatureDoesNotMatch<",
    ],
    [
      "by JSON",
      () => request("POST /", [signed("ssm", "eu-west-1"), "X-Amz-Target: AmazonSSM.GetParameter"], "{}"),
      '"__type":"InvalidSignatureException"',
    ],
  ])("%s is refused by name", async (_name, ask, code) => {
    const response = await ask();
    expect(response).toMatch(/^HTTP\/1\.1 403 /);
    expect(response).toContain(message);
    expect(response).toContain(code);
  });

  test("global services sign for us-east-1 in any region", async () => {
    const { region } = await openRegion();
    const services = region.services;
    const handle = createApiHandler({ regionName: "eu-west-1", services, report: () => undefined });
    const { url } = await listenHttp((req, res) => void handle(req, res));
    const post = (scope: string, body: string) =>
      fetch(url, { method: "POST", headers: { authorization: signed(scope).slice(15) }, body });
    expect((await post("sts", identity)).status).toBe(200);
    expect((await post("ec2", "Action=DescribeVpcs")).status).toBe(403);
  });
});

describe("a service that the region lacks is refused", () => {
  test.each<[string, () => Promise<string>, RegExp]>([
    [
      "in JSON 1.1",
      () => request("POST /", jsonFields("logs", "Logs_20140328.DescribeLogGroups"), "{}"),
      /application\/x-amz-json-1\.1[^]*{"__type":"UnsupportedOperationException","message":"[^"]*ec2[^"]* but not logs"}/,
    ],
    [
      "in JSON 1.0",
      () => request("POST /", jsonFields("dynamodb", "DynamoDB_20120810.ListTables", "1.0"), "{}"),
      /application\/x-amz-json-1\.0[^]*{"__type":"UnsupportedOperationException"/,
    ],
    [
      "in CBOR",
      () => request("POST /service/Other/operation/List", [signed("other"), "Smithy-Protocol: rpc-v2-cbor"]),
      /smithy-protocol: rpc-v2-cbor[^]*UnsupportedOperationException/,
    ],
    [
      "as S3 does",
      () => request("PUT /bucket/key", [signed("s3")], "x".repeat(100_000)),
      /x-amz-request-id: (\S+)\r[^]*<Error><Code>UnsupportedOperation<[^]*<RequestId>\1<\/RequestId><\/Error>/,
    ],
    [
      "as Lambda does",
      () => request("GET /2015-03-31/functions/", [signed("lambda")]),
      /x-amzn-errortype: UnsupportedOperationException[^]*{"code":"UnsupportedOperationException","message":/,
    ],
    [
      "as Route 53 does",
      () => request("GET /2013-04-01/hostedzone", [signed("route53")]),
      /<ErrorResponse [^]*<Code>UnsupportedOperation</,
    ],
    [
      "by query",
      () => request("POST /", [signed("sns")], "Action=ListTopics"),
      /<ErrorResponse [^]*but not sns/,
    ],
  ])("%s", async (_name, ask, expected) => {
    const response = await ask();
    expect(response).toMatch(/^HTTP\/1\.1 400 /);
    expect(response).toMatch(expected);
  });
});

test("a service answers in a protocol that it doesn't speak", async () => {
  expect(await request("POST /", jsonFields("ec2", "EC2.DescribeVpcs"), "{}")).toMatch(
    /^HTTP\/1\.1 400 [^]*{"__type":"UnknownOperationException"/,
  );
  expect(await request("POST /", [signed("ssm")], "Action=GetParameter")).toMatch(
    /^HTTP\/1\.1 400 [^]*<Code>InvalidAction</,
  );
});

test.each([
  ["ec2", "Action=DescribeVpcs", 200],
  ["ec2", "Action=None", 400],
  ["autoscaling", "Action=DescribePolicies", 200],
  ["autoscaling", "Action=None", 400],
])("%s: the request id stands in header and body of %s", async (scope, body, status) => {
  const response = await request("POST /", [signed(scope)], body);
  expect(response).toMatch(
    new RegExp(`^HTTP/1\\.1 ${status} [^]*x-amzn-requestid: (\\S+)\\r[^]*<request_?id>\\1<`, "i"),
  );
});

const deep = 30_000;
const hostile: [string, () => Promise<string>, number][] = [
  [
    "JSON arrays",
    () =>
      request(
        "POST /",
        jsonFields("monitoring", "GraniteServiceVersion20100801.GetMetricStatistics", "1.0"),
        `{"Namespace":${"[".repeat(deep)}${"]".repeat(deep)}}`,
      ),
    400,
  ],
  ["CBOR arrays", () => request(cborPath("ListMetrics"), cborFields, Buffer.alloc(deep, 0x81)), 400],
  ["endless CBOR arrays", () => request(cborPath("ListMetrics"), cborFields, Buffer.alloc(deep, 0x9f)), 400],
  [
    "names with dots",
    () => request("POST /", [signed("ec2")], `Action=DescribeVpcs&a${".1".repeat(deep)}=x`),
    400,
  ],
  [
    "a CBOR array longer than its bytes",
    () => request(cborPath("ListMetrics"), cborFields, Buffer.from("9b7fffffffffffffff", "hex")),
    400,
  ],
  [
    "a CBOR number of 2^28 digits",
    () => request(cborPath("ListMetrics"), cborFields, Buffer.from("c4821a1000000001", "hex")),
    400,
  ],
  [
    "a gzip bomb",
    () =>
      request(
        cborPath("ListMetrics"),
        [...cborFields, "Content-Encoding: gzip"],
        gzipSync(Buffer.alloc(1e7)),
      ),
    413,
  ],
  [
    "what isn't gzip",
    () => request(cborPath("ListMetrics"), [...cborFields, "Content-Encoding: gzip"], "x"),
    400,
  ],
  ["a large body", () => request(cborPath("ListMetrics"), cborFields, Buffer.alloc(70_000)), 413],
];
test.each(hostile)("%s are refused", async (_name, ask, status) => {
  expect(await ask()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

test("no body is the region's fault", async () => {
  const json = fc.json({ maxDepth: 40 });
  const form = fc
    .array(
      fc.tuple(fc.constantFrom("Namespace", "MetricData.member.1.Value", "a.1", "Dimensions.1"), fc.string()),
    )
    .map(pairs => new URLSearchParams([["Action", "PutMetricData"], ...pairs]).toString());
  const binary = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.object().map(value => cbor.serialize(JSON.parse(JSON.stringify(value)))),
  );
  const target = jsonFields("monitoring", "GraniteServiceVersion20100801.PutMetricData", "1.0");
  const requests = fc.oneof(
    json.map(body => () => request("POST /", target, body)),
    form.map(body => () => request("POST /", [signed("monitoring")], body)),
    binary.map(body => () => request(cborPath("PutMetricData"), cborFields, body)),
  );
  await fc.assert(
    fc.asyncProperty(requests, async ask => {
      expect(await ask()).toMatch(/^HTTP\/1\.1 [24]\d\d /);
    }),
    { numRuns: 200 },
  );
});

describe.each(["CBOR", "its default protocol"])("CloudWatch's client by %s", name => {
  const client = () => {
    const made = new CloudWatch({
      endpoint: `http://${loopback}:${port}`,
      region: "us-east-1",
      maxAttempts: 1,
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
      // With CBOR, the client states the length from before compression.
      ...(name === "CBOR" && { protocol: AwsSmithyRpcV2CborProtocol, disableRequestCompression: true }),
    });
    onCleanUp(() => {
      made.destroy();
    });
    return made;
  };

  test("puts and reads a dashboard", async () => {
    const cloudWatch = client();
    const DashboardBody = JSON.stringify({ widgets: [{ type: "text", properties: { markdown: "grüße" } }] });
    await cloudWatch.putDashboard({ DashboardName: "main", DashboardBody });
    expect(await cloudWatch.getDashboard({ DashboardName: "main" })).toMatchObject({ DashboardBody });
    const [entry] = (await cloudWatch.listDashboards({})).DashboardEntries ?? [];
    expect(Math.abs((entry?.LastModified?.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
    await cloudWatch.deleteDashboards({ DashboardNames: ["main"] });
    await expect(cloudWatch.getDashboard({ DashboardName: "main" })).rejects.toMatchObject({
      // The client goes by the query protocol's code, which two exceptions share.
      name: "ResourceNotFound",
      $metadata: { httpStatusCode: 404 },
    });
  });

  test("puts and reads metrics", async () => {
    const cloudWatch = client();
    const MetricName = `Orders by ${name}`;
    const Values = [0.1, 2, 3e10];
    const many = Array.from({ length: 150 }, (_, index) => ({
      MetricName,
      Dimensions: [{ Name: "Shop", Value: String(index) }],
      Timestamp: new Date(),
      Values,
    }));
    await cloudWatch.putMetricData({ Namespace: "Shop", MetricData: many });
    const { MetricDataResults } = await cloudWatch.getMetricData({
      MetricDataQueries: [
        {
          Id: "a",
          MetricStat: {
            Metric: { Namespace: "Shop", MetricName, Dimensions: [{ Name: "Shop", Value: "149" }] },
            Period: 60,
            Stat: "Sum",
          },
        },
      ],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
    });
    expect(MetricDataResults).toMatchObject([{ Values: [30000000002.1], Timestamps: [expect.any(Date)] }]);
  });

  test("is told by the exception's name what was wrong", async () => {
    await expect(client().putMetricData({ Namespace: "AWS/EC2", MetricData: [] })).rejects.toMatchObject({
      name: "InvalidParameterValueException",
      message: "The value AWS/EC2 for parameter Namespace is invalid.",
    });
  });
});

test("an error names its own exception where several share its code", async () => {
  const name = { DashboardName: "other" };
  const answers = [
    await request(cborPath("GetDashboard"), cborFields, cbor.serialize(name)),
    await request(
      "POST /",
      jsonFields("monitoring", "GraniteServiceVersion20100801.GetDashboard", "1.0"),
      JSON.stringify(name),
    ),
  ];
  for (const answer of answers)
    expect(answer).toMatch(
      /^HTTP\/1\.1 404 [^]*x-amzn-query-error: ResourceNotFound;Sender\r[^]*__type[^]{1,3}DashboardNotFoundError/,
    );
});

test("a client that goes away before its body has arrived is no failure of the region", async () => {
  const socket = connect(port);
  const head = [
    "POST / HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    signed("ec2"),
    "Content-Length: 100",
    "",
    "Action=",
  ];
  socket.resume().end(lines(...head));
  await once(socket, "close");
});

test("SSM's client reads parameters by JSON 1.1", async () => {
  const { ssm } = clientsOf(`http://${loopback}:${port}`);
  const { Parameter } = await ssm.getParameter({ Name: imageParameter });
  expect(Parameter).toMatchObject({ Name: imageParameter, LastModifiedDate: expect.any(Date) as Date });
  await expect(ssm.getParameter({ Name: "/other" })).rejects.toMatchObject({ name: "ParameterNotFound" });
});
