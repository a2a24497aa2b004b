/** Requests down to the byte, made up by fast-check: right ones, odd ones, and what is no HTTP at all. */
import * as fc from "fast-check";

/** Integers and what only looks like one, in and out of its place. */
const oddJson = fc.oneof(
  fc.json(),
  fc.jsonValue().map(value => JSON.stringify({ num: value })),
  fc.integer().map(num => JSON.stringify({ num })),
  fc.integer().map(num => JSON.stringify({ num, __proto__: null, extra: num })),
  fc.constantFrom(
    ...[
      '{"num":1e2}',
      '{"num":1.0}',
      '{"num":-0}',
      '{"num":1e400}',
      '{"num":9007199254740993}',
      '{"num":NaN}',
    ],
    ...[
      '{"num":1,"num":2}',
      '{"__proto__":{"num":1}}',
      '{"num":{"toString":1}}',
      '{"num":1}{"num":2}',
      "\ufeff{}",
    ],
    ...[
      '{"n\\u0075m":3}',
      ' \n{"num" : 4 }\t',
      '{"num":"\ud800"}',
      '{"num":01}',
      '{"num":0x1}',
      "[[[[]]]]",
      "",
    ],
  ),
  fc.integer({ min: 100, max: 1100 }).map(depth => "[".repeat(depth) + "]".repeat(depth)),
  fc.integer({ min: 900, max: 1100 }).map(length => JSON.stringify({ num: 1, pad: "x".repeat(length) })),
);

const bytes = fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array).toString("latin1"));

const method = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("TRACE", "CONNECT", "get", "M-SEARCH", "PRI", "QUERY", "", "G ET"),
  },
  { weight: 1, arbitrary: bytes },
);

const target = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("/", "/", "/", "/health", "/?", "/?num=1", "/x") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        "*",
        "",
        "//",
        "/%",
        "/%00",
        "/..%2f",
        "/../../etc/passwd",
        "?",
        "#",
        "/#",
        "http://",
        "http://h/",
        "h:80",
      ],
      ...[
        "http://a@b:c/",
        "http://[::1/",
        "HTTP://h/health",
        "https://h/",
        "/\\",
        "/__proto__",
        "/health/",
        "/HEALTH",
      ],
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }).map(length => `/${"a".repeat(length)}`) },
  { weight: 1, arbitrary: bytes },
);

const header = fc.oneof(
  fc.constantFrom(
    ...["Host: h", "Host:", "Host: a\r\nHost: b", "Connection: close", "Connection: keep-alive, Upgrade"],
    ...[
      "Expect: 100-continue",
      "Expect: nothing",
      "Upgrade: websocket",
      "Upgrade: h2c",
      "Content-Encoding: gzip",
    ],
    ...[
      "Content-Length: -1",
      "Content-Length: 1, 2",
      "Content-Length: 99999999999999999999",
      "Content-Length: 0x1",
    ],
    ...[
      "Content-Length: 2\r\nTransfer-Encoding: chunked",
      "Transfer-Encoding: gzip, chunked",
      "Transfer-Encoding: x",
    ],
    ...[
      "Content-Type: application/json; charset=utf-16",
      "Content-Type: APPLICATION/JSON",
      "Content-Type: ;",
    ],
    ...[
      " folded: 1",
      "no colon",
      ": no name",
      "a\0b: 1",
      "X: \x7f",
      "Proxy-Authorization: Basic eA==",
      "Cookie: a=b",
    ],
  ),
  fc.tuple(bytes, bytes).map(([name, value]) => `${name}: ${value}`),
  fc.integer({ min: 1, max: 20_000 }).map(length => `X-Long: ${"b".repeat(length)}`),
  fc
    .integer({ min: 1, max: 300 })
    .map(count => Array.from({ length: count }, (_, n) => `X-${n}: 1`).join("\r\n")),
);

const framing = fc.constantFrom("length", "length", "length", "chunked", "none", "too long", "too short");
const lineEnd = fc.oneof(
  { weight: 30, arbitrary: fc.constant("\r\n") },
  { weight: 1, arbitrary: fc.constant("\n") },
);
const version = fc.oneof(
  { weight: 20, arbitrary: fc.constant("HTTP/1.1") },
  { weight: 1, arbitrary: fc.constantFrom("HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.10", "http/1.1", "") },
);

/** @param bodies what the server understands, among others */
function requestText(bodies: fc.Arbitrary<string>, headers: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .record({
      method,
      target,
      version,
      framing,
      lineEnd,
      more: fc.oneof(
        { weight: 3, arbitrary: fc.array(headers, { maxLength: 2 }) },
        { weight: 2, arbitrary: fc.array(fc.oneof(headers, header), { maxLength: 4 }) },
      ),
      body: fc.oneof({ weight: 4, arbitrary: bodies }, { weight: 1, arbitrary: bytes }),
      chunk: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ method, target, version, framing, lineEnd, more, body, chunk }) => {
      const text = Buffer.from(body).toString("latin1");
      const pieces = text.match(new RegExp(`[^]{1,${chunk}}`, "g")) ?? [];
      const lengths = { length: 0, "too long": 3, "too short": -1 };
      const fields =
        framing === "none"
          ? []
          : framing === "chunked"
            ? ["Transfer-Encoding: chunked"]
            : [`Content-Length: ${Math.max(0, text.length + lengths[framing])}`];
      const chunks = pieces.map(piece => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("");
      const lines = [`${method} ${target} ${version}`, "Host: service", ...fields, ...more, "", ""];
      return lines.join(lineEnd) + (framing === "chunked" ? `${chunks}0\r\n\r\n` : text);
    });
}

/** What goes over one connection, in Latin-1: some requests, one after the other, perhaps cut or damaged. */
function connectionText(request: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .record({
      requests: fc.array(request, { minLength: 1, maxLength: 3 }),
      kept: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 5 }),
      flipped: fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 5 }),
    })
    .map(({ requests, kept, flipped }) => {
      const buffer = Buffer.from(requests.join(""), "latin1");
      if (flipped && buffer.length > 0) buffer[flipped[0] % buffer.length] = flipped[1];
      return buffer.toString("latin1", 0, Math.ceil(buffer.length * (kept ?? 1)));
    });
}

const json = fc.constant("Content-Type: application/json");

/** For the services, whose bodies are JSON. */
export const serviceTraffic = connectionText(requestText(oddJson, json));

const action = fc.constantFrom(
  ...[
    "Action=DescribeVpcs&Version=2016-11-15",
    "Action=DescribeVpcs",
    "Version=2016-11-15",
    "Action=",
    "Action=%zz",
  ],
  ...[
    "Action=GetCallerIdentity&Version=2011-06-15",
    "Action=__proto__&Version=2016-11-15",
    "Filter.1.Name=a&&==&",
  ],
);
const signature = fc
  .constantFrom("ec2", "sts", "iam", "monitoring", "ssm", "__proto__")
  .map(
    scope =>
      `Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/${scope}/aws4_request, SignedHeaders=host, Signature=0`,
  );
const awsHeader = fc.oneof(
  signature,
  fc.constantFrom(
    ...["Content-Type: application/x-www-form-urlencoded", "Content-Type: application/x-amz-json-1.1"],
    ...["X-Amz-Target: AmazonSSM.GetParameter", "X-Amz-Target: x", "Smithy-Protocol: rpc-v2-cbor"],
  ),
);

/** For AWS's API. */
export const awsTraffic = connectionText(requestText(fc.oneof(action, oddJson), awsHeader));

/** A body of JSON for an update, and whether it is one: exactly a num, and that an integer. */
export const updateBody = oddJson.map(body => {
  const text = Buffer.from(body).toString();
  return { body: text, num: numberOf(text) };
});

function numberOf(text: string): number | undefined {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const isUpdate = Object.keys(value).join() === "num" && Number.isSafeInteger(value["num"]);
    return isUpdate && Buffer.byteLength(text) <= 1024 ? (value["num"] as number) : undefined;
  } catch {
    return undefined;
  }
}
