import http from "node:http";
import net from "node:net";
import { once } from "node:events";
import * as fc from "fast-check";
import * as z from "zod";
import { createApp, withBody } from "./app";
import { seedUpdateSchema } from "./seed";
import { memoryLog } from "../../testing/services";
import { listenHttp } from "../../testing/servers";

const { log, lines } = memoryLog();
let url: string;

beforeAll(async () => {
  ({ url } = await listenHttp(
    createApp(log, {
      "/": {
        get: (_request, response) => void response.json("hello"),
        post: withBody(seedUpdateSchema, ({ num }, response) => void response.json({ got: num })),
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
beforeEach(() => lines.splice(0));

const post = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { "Content-Type": "application/json" },
) => fetch(url, { method: "POST", body, headers });

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
    expect(await answer(await fetch(`${url}/nowhere`))).toEqual({
      status: 404,
      body: { error: "not found" },
    });
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
  const json = "application/json";
  test.each<[string, number, string, string | Uint8Array<ArrayBuffer>, Record<string, string>]>([
    ["cut short", 400, notJson, '{"num":', { "Content-Type": json }],
    ["empty", 400, notJson, "", { "Content-Type": json }],
    ["NaN", 400, notJson, '{"num":NaN}', { "Content-Type": json }],
    ["not UTF-8", 400, notJson, Buffer.from('{"num":1,"\xff":1}', "latin1"), { "Content-Type": json }],
    [
      "UTF-16",
      400,
      notJson,
      Buffer.from('{"num":1}', "utf16le"),
      { "Content-Type": `${json}; charset=utf-16` },
    ],
    ["too large", 413, "request entity too large", `{"num":1${" ".repeat(1024)}}`, { "Content-Type": json }],
    [
      "compressed",
      415,
      "content encoding unsupported",
      "{}",
      { "Content-Type": json, "Content-Encoding": "gzip" },
    ],
    [
      "compressed oddly",
      415,
      "content encoding unsupported",
      "{}",
      { "Content-Type": json, "Content-Encoding": "x" },
    ],
    ["a form", 415, notJsonType, "num=1", { "Content-Type": "application/x-www-form-urlencoded" }],
    ["JSON of some kind", 415, notJsonType, "{}", { "Content-Type": "application/problem+json" }],
    ["without a type", 415, notJsonType, Buffer.from("{}"), {}],
  ])("one that is %s is %i", async (_case, status, error, body, headers) => {
    expect(await answer(await post(body, headers))).toEqual({ status, body: { error } });
  });

  test.each([
    "application/json; charset=utf-8",
    "Application/JSON",
    'application/json; charset="',
    "application/json;",
  ])("%j is JSON", async type => {
    expect(await answer(await post('{"num":1}', { "Content-Type": type }))).toMatchObject({ status: 200 });
  });

  test("none at all is 400", async () => {
    const response = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" } });
    expect(await answer(response)).toEqual({ status: 400, body: { error: notJson } });
  });

  test("one kilobyte is accepted, one byte more is not, even if no length was announced", async () => {
    const body = (size: number) => `{"num":1${" ".repeat(size - 9)}}`;
    const chunked = (size: number) => {
      const request = http.request(url, { method: "POST", headers: { "Content-Type": "application/json" } });
      request.write(body(size).slice(0, 1));
      request.end(body(size).slice(1));
      return once(request, "response") as Promise<[http.IncomingMessage]>;
    };
    expect((await post(body(1024))).status).toBe(200);
    expect((await post(body(1025))).status).toBe(413);
    for (const [size, status] of [
      [1024, 200],
      [1025, 413],
    ] as const) {
      const [response] = await chunked(size);
      expect(response.statusCode).toBe(status);
      response.resume();
    }
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
    expect(lines).toEqual([]);
  });
});

describe("what Express itself would answer in HTML", () => {
  /** The complete answer to these bytes, until the server closes the connection. */
  async function raw(bytes: string): Promise<string> {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    socket.write(bytes.replaceAll("\n", "\r\n"));
    let text = "";
    socket.setEncoding("utf8").on("data", chunk => (text += String(chunk)));
    await once(socket, "close");
    return text;
  }

  test.each([
    ["a URL that can't be parsed", "GET http://[::1 HTTP/1.1\nHost: x\nConnection: close\n\n", 404],
    ["a path that can't be decoded", "GET /%ff%zz HTTP/1.1\nHost: x\nConnection: close\n\n", 404],
    ["an asterisk", "OPTIONS * HTTP/1.1\nHost: x\nConnection: close\n\n", 404],
    ["a method that nobody knows here", "PROPFIND / HTTP/1.1\nHost: x\nConnection: close\n\n", 405],
  ])("%s", async (_case, bytes, status) => {
    const text = await raw(bytes);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toMatch(/\r\n\r\n\{"error":"[a-z ]+"\}$/);
  });

  test("bytes that are not HTTP are 400, without a word", async () => {
    expect(await raw("GARBAGE\n\n")).toBe("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });

  test("a client that leaves in the middle of its body is no failure of ours", async () => {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    socket.write(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    );
    socket.end();
    await once(socket.resume(), "close");
    expect((await fetch(url)).status).toBe(200);
    expect(lines).toEqual([]);
  });
});

describe("what a handler throws", () => {
  test("is told to the log with its cause, and not to the client", async () => {
    expect(await answer(await fetch(`${url}/broken?a=1`))).toEqual({
      status: 500,
      body: { error: "internal error" },
    });
    expect(lines).toEqual([
      expect.objectContaining({
        level: 50,
        msg: "request failed",
        method: "GET",
        url: "/broken?a=1",
        err: expect.objectContaining({
          message: "a secret",
          cause: { type: "Error", message: "the cause" },
        }) as unknown,
      }),
    ]);
  });

  test("may come later", async () => {
    const response = await fetch(`${url}/broken`, {
      method: "POST",
      body: "{}",
      headers: { "Content-Type": "application/json" },
    });
    expect(await answer(response)).toEqual({ status: 500, body: { error: "internal error" } });
  });

  test("after it has begun to answer, cuts the answer off", async () => {
    const response = await fetch(`${url}/half`);
    await expect(response.text()).rejects.toThrow();
    expect(lines).toEqual([expect.objectContaining({ msg: "request failed" })]);
  });
});
