import http from "node:http";
import { once } from "node:events";
import * as fc from "fast-check";
import * as z from "zod";
import { createApp, sendJson, withBody } from "./app";
import { seedUpdateSchema } from "./seed";
import { memoryLog } from "../../testing/services";
import { connect, exchange, lines, listenHttp, responseTo } from "../../testing/servers";

const { log, lines: logged } = memoryLog();
let url: string;

beforeAll(async () => {
  ({ url } = await listenHttp(
    createApp(log, {
      "/": {
        get: (_request, response) => sendJson(response, 200, "hello"),
        post: withBody(seedUpdateSchema, ({ num }, response) => sendJson(response, 200, { got: num })),
      },
      "/broken": {
        get: () => {
          throw new Error("a secret", { cause: new Error("the cause") });
        },
        post: withBody(z.object({}), () => Promise.reject(new Error("later"))),
      },
      "/half": {
        get: (_request, response) => {
          response.write("half an answer");
          throw new Error("after the headers");
        },
      },
    }),
  ));
});
beforeEach(() => logged.splice(0));

type Body = string | Uint8Array<ArrayBuffer>;
const asJson = { "Content-Type": "application/json" };
const post = (body: Body, headers: Record<string, string> = asJson, path = "/") =>
  fetch(url + path, { method: "POST", body, headers });

async function answer(response: Response): Promise<{ status: number; body: unknown }> {
  expect(response.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
  return { status: response.status, body: await response.json() };
}

describe("routes", () => {
  test("GET / answers", async () => {
    expect(await answer(await fetch(url))).toEqual({ status: 200, body: "hello" });
  });

  test("HEAD / answers without a body", async () => {
    const response = await fetch(url, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Length")).toBe("7");
    expect(await response.text()).toBe("");
  });

  test("GET /health answers in every app", async () => {
    expect(await answer(await fetch(`${url}/health`))).toEqual({ status: 200, body: { status: "ok" } });
  });

  test("an answer does not reveal its server, and has no ETag to compute", async () => {
    const { headers } = await fetch(url);
    expect(headers.has("X-Powered-By")).toBe(false);
    expect(headers.has("ETag")).toBe(false);
  });

  test("an unknown path is 404", async () => {
    const response = await fetch(`${url}/nowhere`);
    expect(await answer(response)).toEqual({ status: 404, body: { error: "not found" } });
  });

  test.each([
    ["PUT", "/", "GET, HEAD, POST"],
    ["OPTIONS", "/", "GET, HEAD, POST"],
    ["DELETE", "/health", "GET, HEAD"],
    ["POST", "/health", "GET, HEAD"],
  ])("%s %s is 405 and names what is allowed", async (method, path, allow) => {
    const response = await fetch(url + path, { method });
    expect(response.headers.get("Allow")).toBe(allow);
    expect(await answer(response)).toEqual({ status: 405, body: { error: "method not allowed" } });
  });
});

describe("a request target", () => {
  const statusOf = async (target: string) => {
    const request = lines(`GET ${target} HTTP/1.1`, "Host: a.test", "Connection: close", "", "");
    return /^HTTP\/1.1 (\d+)/.exec(await exchange(Number(new URL(url).port), request))?.[1];
  };

  test.each<[status: string, targets: string[]]>([
    [
      "200",
      ["/", "/?x", "http://a.test", "http://a.test/", "HTTP://A.test:80?x=http://b/", "http://[::1]/health"],
    ],
    ["404", ["//x", "//[::1/", "/%zz", "/http://a.test/", "/\\\\x"]],
    [
      "404",
      ["*", "/#x", "/health?x#y", "http://[::1/", "http://a.test:x/", "http://a.test:99999/", "http://"],
    ],
    ["404", ["http:///", "http://u:p@a.test/", "ftp://a.test/", "file:///etc/passwd"]],
  ])("is answered with %s: %j", async (status, targets) => {
    const answers = await Promise.all(targets.map(async target => [target, await statusOf(target)]));
    expect(answers).toEqual(targets.map(target => [target, status]));
    expect(logged).toEqual([]);
  });
});

describe("bodies", () => {
  const range = "num must be an integer from -9007199254740991 to 9007199254740991";

  test.each([
    ['{"num":42}', 42],
    ['{"num":-42}', -42],
    ['{"num":1.0}', 1],
    ['{"num":1e3}', 1000],
    ['{"num":9007199254740991}', 9007199254740991],
    ['{"num":-9007199254740991}', -9007199254740991],
    ['{"num":1,"num":2}', 2],
    [' \n{ "num" : 7 } ', 7],
    ['\uFEFF{"num":8}', 8],
  ])("%j is taken", async (body, got) => {
    expect(await answer(await post(body))).toEqual({ status: 200, body: { got } });
  });

  test.each([
    ['{"num":1.5}', range],
    ['{"num":"5"}', range],
    ['{"num":true}', range],
    ['{"num":null}', range],
    ['{"num":[1]}', range],
    ['{"num":9007199254740993}', range],
    ['{"num":-9007199254740992}', range],
    ['{"num":1e400}', range],
    ["{}", "num is missing"],
    ['{"nun":1}', 'num is missing; the body must not contain "nun"'],
    ['{"num":1,"x":2,"__proto__":3}', 'the body must not contain "x", "__proto__"'],
    ["[]", "the body must be an object"],
    ["5", "the body must be an object"],
    ["null", "the body must be an object"],
    ['"num"', "the body must be an object"],
  ])("%s is 422: %s", async (body, error) => {
    expect(await answer(await post(body))).toEqual({ status: 422, body: { error } });
  });

  const notJson = "the body is not JSON in UTF-8";
  const notJsonType = "the body must be application/json";
  const unsupported = "content encoding unsupported";
  const utf16 = { "Content-Type": "application/json; charset=utf-16" };
  test.each<[string, number, string, Body, Record<string, string>]>([
    ["cut short", 400, notJson, '{"num":', asJson],
    ["empty", 400, notJson, "", asJson],
    ["NaN", 400, notJson, '{"num":NaN}', asJson],
    ["not UTF-8", 400, notJson, Buffer.from('{"num":1,"\xff":1}', "latin1"), asJson],
    ["UTF-16", 400, notJson, Buffer.from('{"num":1}', "utf16le"), utf16],
    ["too large", 413, "request entity too large", `{"num":1${" ".repeat(1024)}}`, asJson],
    ["compressed", 415, unsupported, "{}", { ...asJson, "Content-Encoding": "gzip" }],
    ["compressed oddly", 415, unsupported, "{}", { ...asJson, "Content-Encoding": "x" }],
    ["a form", 415, notJsonType, "num=1", { "Content-Type": "application/x-www-form-urlencoded" }],
    ["JSON of some kind", 415, notJsonType, "{}", { "Content-Type": "application/problem+json" }],
    ["without a type", 415, notJsonType, Buffer.from("{}"), {}],
  ])("one that is %s is %i", async (_case, status, error, body, headers) => {
    expect(await answer(await post(body, headers))).toEqual({ status, body: { error } });
  });

  const types = ["application/json; charset=utf-8", "Application/JSON", 'application/json; charset="'];
  test.each([...types, "application/json;"])("%j is JSON", async type => {
    expect(await answer(await post('{"num":1}', { "Content-Type": type }))).toMatchObject({ status: 200 });
  });

  test("none at all is 400", async () => {
    const response = await fetch(url, { method: "POST", headers: asJson });
    expect(await answer(response)).toEqual({ status: 400, body: { error: notJson } });
  });

  test("one kilobyte is accepted, one byte more is not, even if no length was announced", async () => {
    const body = (size: number) => `{"num":1${" ".repeat(size - 9)}}`;
    const chunked = async (size: number) => {
      const request = http.request(url, { method: "POST", headers: asJson });
      request.write(body(size).slice(0, 1));
      request.end(body(size).slice(1));
      return (await responseTo(request)).resume().statusCode;
    };
    expect([(await post(body(1024))).status, await chunked(1024)]).toEqual([200, 200]);
    expect([(await post(body(1025))).status, await chunked(1025)]).toEqual([413, 413]);
  });

  test("any JSON is accepted or refused as the schema says", async () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.record({ num: fc.jsonValue({ maxDepth: 1 }) }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(value, fc.record({ num: fc.double() })), async value => {
        const body = JSON.stringify(value);
        fc.pre(Buffer.byteLength(body) <= 1024);
        const { success } = seedUpdateSchema.safeParse(JSON.parse(body));
        expect((await answer(await post(body))).status).toBe(success ? 200 : 422);
      }),
      { numRuns: 200 },
    );
  });

  test("no bytes bring it down", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async bytes => {
        const { status, body } = await answer(await post(new Uint8Array(bytes)));
        expect([200, 400, 413, 422]).toContain(status);
        expect(body).toEqual({ error: expect.any(String) as unknown });
      }),
      { numRuns: 200 },
    );
    expect(logged).toEqual([]);
  });
});

describe("what Express itself would answer in HTML", () => {
  /** The complete answer to these bytes, until the server closes the connection. */
  function raw(bytes: string): Promise<string> {
    return exchange(Number(new URL(url).port), bytes.replaceAll("\n", "\r\n"));
  }

  test.each([
    ["a URL that can't be parsed", "GET http://[::1", 404],
    ["a path that can't be decoded", "GET /%ff%zz", 404],
    ["an asterisk", "OPTIONS *", 404],
    ["a method that nobody knows here", "PROPFIND /", 405],
  ])("%s", async (_case, asked, status) => {
    const text = await raw(`${asked} HTTP/1.1\nHost: x\nConnection: close\n\n`);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toMatch(/\r\n\r\n\{"error":"[a-z ]+"\}$/);
  });

  test("bytes that are not HTTP are 400, without a word", async () => {
    expect(await raw("GARBAGE\n\n")).toBe("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });

  test("a client that leaves in the middle of its body is no failure of ours", async () => {
    const socket = connect(Number(new URL(url).port));
    const fields = ["Host: x", "Content-Type: application/json", "Content-Length: 9"];
    socket.end(lines("POST / HTTP/1.1", ...fields, "", "{"));
    await once(socket.resume(), "close");
    expect((await fetch(url)).status).toBe(200);
    expect(logged).toEqual([]);
  });
});

describe("what a handler throws", () => {
  test("is told to the log with its cause, and not to the client", async () => {
    const response = await fetch(`${url}/broken?a=1`);
    expect(await answer(response)).toEqual({ status: 500, body: { error: "internal error" } });
    const cause = { type: "Error", message: "the cause" };
    const err = expect.objectContaining({ message: "a secret", cause }) as unknown;
    const failure = { level: 50, msg: "request failed", method: "GET", url: "/broken?a=1", err };
    expect(logged).toEqual([expect.objectContaining(failure)]);
  });

  test("may come later", async () => {
    const response = await post("{}", asJson, "/broken");
    expect(await answer(response)).toEqual({ status: 500, body: { error: "internal error" } });
  });

  test("after it has begun to answer, cuts the answer off", async () => {
    // Its head may not have been sent.
    await expect(fetch(`${url}/half`).then(response => response.text())).rejects.toThrow();
    expect(logged).toEqual([expect.objectContaining({ msg: "request failed" })]);
  });
});
