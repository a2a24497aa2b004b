import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, type Answer, type Request } from "../../testing/client";
import { temporaryFolder } from "../../testing/folders";
import { listen } from "../../testing/servers";
import { build } from "../../apps/shipping/esbuild";
import { AwsError } from "../api/aws-error";
import { Dns } from "../network/dns";
import { createInternetProxy } from "../network/local-internet";
import { Bundle } from "./bundle";
import type { CommandName } from "./events";
import { createPageHandler } from "./requests";

/** The page on the local Internet's port, as a region serves it. */
async function setUp(script = "const greeting: string = 'hello'; console.log(greeting);") {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "page.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(folder, "main.ts"), script);
  writeFileSync(join(folder, "page.css"), "body { color: black; }");
  const commands: { name: CommandName; body: unknown }[] = [];
  const reports: string[] = [];
  const handlePageRequest = createPageHandler({
    files: new Bundle(build, folder),
    events: res => res.writeHead(200, { "content-type": "text/event-stream" }).end("events"),
    why: () => {
      throw new AwsError("NodeNotFound", "no such node");
    },
    commands: {
      isCommand: (name): name is CommandName => ["kill", "stop"].includes(name),
      run: (name, body) => {
        commands.push({ name, body });
        return name === "stop"
          ? Promise.reject(new Error("a secret detail"))
          : Promise.resolve({ pids: [1] });
      },
    },
    report: event => reports.push(event),
  });
  const { url, port } = await listen(
    createInternetProxy({
      dns: new Dns(),
      route: () => ({ outcome: "refused" }),
      welcome: () => "welcome\n",
      handleApiRequest: (_req, res) => res.writeHead(501).end(),
      handlePageRequest,
    }),
  );
  const send = async (path: string, request: Request = {}) =>
    (await ask(`${url}${path}`, { patience: 10_000, ...request })) as Answer;
  return { url, port, send, commands, reports };
}

const html = { accept: "text/html,application/xhtml+xml" };

describe("the page's files", () => {
  test.each([
    ["/", "text/html; charset=utf-8", "<!doctype html><title>page</title>"],
    ["/page.js", "text/javascript; charset=utf-8", `(()=>{var o="hello";console.log(o);})();\n`],
    ["/page.css", "text/css; charset=utf-8", "body{color:#000}\n"],
  ])("%s comes under a strict policy", async (path, type, body) => {
    const { send } = await setUp();
    const { status, headers, text } = await send(path, { headers: html });
    expect(status).toBe(200);
    expect(text).toBe(body);
    expect(headers).toMatchObject({
      "content-type": type,
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    expect(Object.keys(headers).filter(name => name.startsWith("access-control"))).toEqual([]);
  });

  test("are for browsers: other clients are welcomed in text at /", async () => {
    const { send } = await setUp();
    expect(await send("/", { headers: { accept: "*/*" } })).toMatchObject({ status: 200, text: "welcome\n" });
  });

  test("a signed request stays the API's", async () => {
    const { send } = await setUp();
    const headers = { ...html, authorization: "AWS4-HMAC-SHA256 Credential=x" };
    expect(await send("/", { headers })).toMatchObject({ status: 501 });
    expect(await send("/events", { headers })).toMatchObject({ status: 501 });
  });

  test("one that doesn't compile is the region's failure, told on its console", async () => {
    const { send, reports } = await setUp("const = 1;");
    expect(await send("/page.js")).toMatchObject({ status: 500 });
    expect(reports).toEqual([expect.stringContaining('Expected identifier but found "="')]);
    expect(await send("/page.css")).toMatchObject({ status: 200 });
  });
});

const paths = ["/", "/page.js", "/page.css", "/events", "/why?from=a&to=b&port=1"];

describe("another site", () => {
  const foreign: [string, (port: number) => Record<string, string>][] = [
    ["a name that resolves to this machine", port => ({ host: `evil.test:${port}` })],
    ["a page of another origin", () => ({ origin: "http://evil.test" })],
    ["a page without an origin", () => ({ origin: "null" })],
    ["a page on another port of this machine", () => ({ origin: "http://127.0.0.1:1" })],
    ["a page of another site, by fetch metadata", () => ({ "sec-fetch-site": "cross-site" })],
    [
      "a script of another port, by fetch metadata",
      () => ({ "sec-fetch-site": "same-site", "sec-fetch-dest": "script" }),
    ],
  ];
  test.each(foreign)("gets nothing: %s", async (_name, fieldsOf) => {
    const { port, send } = await setUp();
    for (const path of paths) {
      const answer = await send(path, { headers: { ...html, ...fieldsOf(port) } });
      expect(answer.status).toBe(403);
      expect(answer.text).not.toMatch(/<!doctype|hello|color|events|welcome/);
    }
  });

  test.each(foreign)("changes nothing: %s", async (_name, fieldsOf) => {
    const { port, url, send, commands } = await setUp();
    const headers = { origin: url, "content-type": "application/json", ...fieldsOf(port) };
    expect(await send("/do/kill", { method: "POST", body: { node: "i-1" }, headers })).toMatchObject({
      status: 403,
    });
    expect(commands).toEqual([]);
  });
});

describe("commands", () => {
  const json = { "content-type": "application/json" };

  test.each([
    ["by its origin", (url: string) => ({ origin: url })],
    ["by fetch metadata", () => ({ "sec-fetch-site": "same-origin" })],
  ])("come from the page itself, %s", async (_name, fieldsOf) => {
    const { url, send, commands } = await setUp();
    const headers = { ...json, ...fieldsOf(url) };
    const answer = await send("/do/kill", { method: "POST", body: { node: "i-1" }, headers });
    expect(answer).toMatchObject({ status: 200, json: { pids: [1] } });
    expect(commands).toEqual([{ name: "kill", body: { node: "i-1" } }]);
  });

  test("are refused without a word of where they come from", async () => {
    const { send, commands } = await setUp();
    const answer = await send("/do/kill", { method: "POST", body: { node: "i-1" } });
    expect(answer).toMatchObject({ status: 403, json: { error: { code: "Foreign" } } });
    expect(commands).toEqual([]);
  });

  test.each([
    ["of another type", { "content-type": "text/plain" }, "{}", 415, "UnsupportedMediaType"],
    ["that isn't JSON", json, "{", 400, "InvalidJson"],
    ["that is too large", json, `"${"x".repeat(70_000)}"`, 413, "TooLarge"],
  ])("refuse a body %s", async (_name, type, body, status, code) => {
    const { url, send, commands } = await setUp();
    const answer = await send("/do/kill", { method: "POST", body, headers: { origin: url, ...type } });
    expect(answer).toMatchObject({ status, json: { error: { code } } });
    expect(commands).toEqual([]);
  });

  test("an unknown one, and another method, are refused", async () => {
    const { url, send } = await setUp();
    const headers = { origin: url, ...json };
    expect(await send("/do/format", { method: "POST", body: {}, headers })).toMatchObject({ status: 404 });
    expect(await send("/do/kill", { headers })).toMatchObject({ status: 405, headers: { allow: "POST" } });
    expect(await send("/events", { method: "POST", headers })).toMatchObject({ status: 405 });
  });

  test("a failure of the region's is told on its console, not to the page", async () => {
    const { url, send, reports } = await setUp();
    const headers = { origin: url, ...json };
    const answer = await send("/do/stop", { method: "POST", body: {}, headers });
    expect(answer).toMatchObject({ status: 500, json: { error: { code: "InternalFailure" } } });
    expect(answer.text).not.toContain("secret");
    expect(reports).toEqual([expect.stringContaining("a secret detail")]);
  });

  test("a refusal is the answer", async () => {
    const { send } = await setUp();
    expect(await send("/why?from=x&to=y&port=1")).toMatchObject({
      status: 400,
      json: { error: { code: "NodeNotFound", message: "no such node" } },
    });
  });
});
