import { once } from "node:events";
import net from "node:net";
import fc from "fast-check";
import type { Router } from "../router";
import { closedPort, collect, connect, exchange, head } from "../../../testing/servers";
import { openTo, proxy, refuse } from "../../../testing/proxies";
import { lines, listenHttp, listenRaw } from "../../../testing/servers";

/** An upstream that records each request as text and responds with 200. */
async function recorder() {
  const requests: string[] = [];
  const { port } = await listenRaw((socket, request) => {
    requests.push(request);
    socket.write(lines("HTTP/1.1 200 OK", "Content-Length: 2", "", "ok"));
  });
  return { port, requests };
}

const [get, post] = ["GET http://lb.test/ HTTP/1.1", "POST http://lb.test/ HTTP/1.1"];

/** A proxy that records what it routes to an upstream that records requests. */
async function recordingProxy() {
  const { port: upstream, requests } = await recorder();
  return { ...(await proxy(openTo(upstream))), requests };
}

/** Sends one request and asks for the connection to be closed after the response. */
function ask(port: number, requestLine: string, ...fields: string[]): Promise<string> {
  return exchange(port, head(requestLine, "Host: a.test", ...fields, "Connection: close"));
}

describe("a forwarded request", () => {
  test.each([
    ["http://203.0.113.10/", "/", "203.0.113.10"],
    ["http://203.0.113.10", "/", "203.0.113.10"],
    ["http://203.0.113.10:80/", "/", "203.0.113.10"],
    ["http://203.0.113.10:8080/a?b=c", "/a?b=c", "203.0.113.10:8080"],
    ["http://lb.test/", "/", "lb.test"],
    ["HTTP://LB.test/", "/", "lb.test"],
    ["http://lb.test?a=b", "/?a=b", "lb.test"],
    // Unchanged: RFC 9110 section 7.7.
    ["http://lb.test/a/../b/./c//%7e%2F?x=[1]&y='|", "/a/../b/./c//%7e%2F?x=[1]&y='|", "lb.test"],
    ["http://lb.test/http://other.test/", "/http://other.test/", "lb.test"],
    // The same address in other notations.
    ["http://3405803786/", "/", "203.0.113.10"],
    ["http://0xcb.0.113.10/", "/", "203.0.113.10"],
  ])("GET %s requests %s from %s", async (target, path, host) => {
    const { port, routed, requests } = await recordingProxy();
    const answer = await ask(port, `GET ${target} HTTP/1.1`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
    expect(routed).toEqual([{ address: "203.0.113.10", port: Number(/:(\d+)$/.exec(host)?.[1] ?? 80) }]);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.split("\r\n")[0]).toBe(`GET ${path} HTTP/1.1`);
    expect(requests[0]?.match(/^host: .*$/gim)).toEqual([`host: ${host}`]);
  });

  test("OPTIONS for a whole server is sent as OPTIONS *", async () => {
    const { port, requests } = await recordingProxy();
    await ask(port, "OPTIONS http://lb.test HTTP/1.1");
    await ask(port, "OPTIONS http://lb.test/ HTTP/1.1");
    const requestLines = requests.map(request => request.split("\r\n")[0]);
    expect(requestLines).toEqual(["OPTIONS * HTTP/1.1", "OPTIONS / HTTP/1.1"]);
  });

  test("every request on a kept-alive connection is routed separately", async () => {
    const { port: upstream } = await recorder();
    const open = openTo(upstream);
    const { port, routed } = await proxy(to => (to.port === 81 ? { outcome: "refused" } : open(to)));
    const second = head("GET http://lb.test:81/ HTTP/1.1", "Host: a.test", "Connection: close");
    const received = await exchange(port, head(get, "Host: a.test") + second);
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 502"]);
    expect(routed.map(to => to.port)).toEqual([80, 81]);
  });

  test("a response to HEAD has its fields and no body", async () => {
    const upstream = await listenHttp((_req, res) => res.writeHead(200, { "content-length": 4 }).end("body"));
    const { port } = await proxy(openTo(upstream.port));
    const received = await ask(port, "HEAD http://lb.test/ HTTP/1.1");
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received).toMatch(/^content-length: 4\r$/im);
    expect(received).toMatch(/\r\n\r\n$/);
  });
});

describe("a request that can't be forwarded", () => {
  const nowhere: Router = () => {
    throw new Error("unexpected route");
  };

  test.each([
    ["another scheme", "GET https://lb.test/ HTTP/1.1", "http_request_error"],
    ["a form reserved for OPTIONS", "OPTIONS * HTTP/1.1", "http_request_error"],
    ["user information", "GET http://me:secret@lb.test/ HTTP/1.1", "http_request_error"],
    ["an invalid port", "GET http://lb.test:99999/ HTTP/1.1", "http_request_error"],
    ["an invalid address", "GET http://256.1.1.1/ HTTP/1.1", "http_request_error"],
    ["no authority", "GET http:///path HTTP/1.1", "http_request_error"],
    ["a name outside the region", "GET http://example.com/ HTTP/1.1", "dns_error"],
    ["this machine's name", "GET http://localhost:22/ HTTP/1.1", "dns_error"],
    ["an IPv6 address", "GET http://[::1]/ HTTP/1.1", "dns_error"],
  ])("%s gets a 502 with the reason", async (_name, requestLine, error) => {
    const { port, routed } = await proxy(nowhere);
    const received = await ask(port, requestLine);
    expect(received).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(received).toMatch(
      new RegExp(`^proxy-status: local-internet; error=${error}; details="[ !#-\\[\\]-~]+"\r$`, "m"),
    );
    expect(routed).toEqual([]);
  });

  test("a refused connection is reported as such", async () => {
    const { port } = await proxy(refuse);
    await expect(ask(port, "GET http://203.0.113.10:81/ HTTP/1.1")).resolves.toMatch(
      /^proxy-status: local-internet; error=connection_refused; details="nothing listens on 203\.0\.113\.10:81"\r$/m,
    );
  });

  const listener = async (onRequest: (socket: net.Socket) => void) => (await listenRaw(onRequest)).port;
  test.each([
    ["is closed", () => closedPort(), "connection_refused"],
    ["closes at once", () => listener(socket => socket.destroy()), "connection_terminated"],
    ["doesn't speak HTTP", () => listener(socket => socket.end("SSH-2.0-none\r\n")), "http_protocol_error"],
  ])("a port that %s is reported as such", async (_name, upstream, error) => {
    const { port } = await proxy(openTo(await upstream()));
    await expect(ask(port, get)).resolves.toMatch(
      new RegExp(`^proxy-status: local-internet; error=${error}; `, "m"),
    );
  });

  test("an internal error is reported, and the proxy goes on", async () => {
    const { port } = await proxy(nowhere);
    for (let i = 0; i < 2; i++) {
      await expect(ask(port, get)).resolves.toMatch(
        /^proxy-status: local-internet; error=proxy_internal_error; details="unexpected route"\r$/m,
      );
    }
  });

  test("the body of a refused request is drained, so the connection serves the next one", async () => {
    const { port } = await proxy(refuse);
    const refused = head(post, "Host: a.test", "Content-Length: 70000") + "x".repeat(70_000);
    const received = await exchange(port, refused + head(get, "Host: a.test", "Connection: close"));
    expect(received.match(/^HTTP\/1\.1 \d+/gm)).toEqual(["HTTP/1.1 502", "HTTP/1.1 502"]);
  });

  test("a dropped connection gets no response, until the client gives up", async () => {
    let dropped: () => void = () => undefined;
    const reached = new Promise<void>(resolve => (dropped = resolve));
    const { port, sockets } = await proxy(() => {
      dropped();
      return { outcome: "dropped" };
    });
    const client = connect(port);
    const received = collect(client);
    client.write(lines(post, "Host: a.test", "Content-Length: 9", "", "half"));
    await reached;
    const [socket] = sockets;
    if (!socket) throw new Error("no connection");
    client.destroy();
    while (!socket.destroyed) await new Promise(setImmediate);
    expect(received()).toBe("");
  });
});

describe("a request to the proxy itself", () => {
  test("gets a 400 by default", async () => {
    const { port } = await proxy(refuse);
    await expect(ask(port, "GET / HTTP/1.1")).resolves.toMatch(/^HTTP\/1\.1 400 [^]*this is an HTTP proxy\n/);
  });

  test("goes to ownHandler, and no other request does", async () => {
    const { port } = await proxy(refuse, { ownHandler: (req, res) => res.end(`own ${req.url}`) });
    await expect(ask(port, "GET /a?b HTTP/1.1")).resolves.toContain("own /a?b");
    await expect(ask(port, "GET http://lb.test/a HTTP/1.1")).resolves.not.toContain("own");
  });

  test.each(["127.0.0.1", "localhost", "LOCALHOST"])("may name it in absolute form, as %s", async name => {
    const { port, routed } = await proxy(refuse, { ownHandler: (req, res) => res.end(`own ${req.url}`) });
    await expect(ask(port, `GET http://${name}:${port}/a?b HTTP/1.1`)).resolves.toContain("own /a?b");
    await expect(ask(port, `GET http://${name}:${port} HTTP/1.1`)).resolves.toMatch(/own \/$/);
    expect(routed).toEqual([]);
  });

  test.each(["127.0.0.1:1", "127.0.0.1", "127.0.0.2:PORT", "0.0.0.0:PORT", "localhost.:PORT", "[::1]:PORT"])(
    "doesn't name it as %s",
    async authority => {
      const { port } = await proxy(refuse, { ownHandler: (_req, res) => res.end("own") });
      const answer = await ask(port, `GET http://${authority.replace("PORT", String(port))}/ HTTP/1.1`);
      expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    },
  );
});

describe("malformed requests", () => {
  test.each([
    ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["no scheme", head("GET lb.test HTTP/1.1", "Host: a")],
    ["a backslash", head("GET http://lb.test\\.example.com/ HTTP/1.1", "Host: a")],
    ["one slash", head("GET http:/lb.test/ HTTP/1.1", "Host: a")],
    ["bytes beyond ASCII", head("GET http://lb.test/caf\xe9 HTTP/1.1", "Host: a")],
    ["two targets", head("GET http://lb.test/ http://lb.test/ HTTP/1.1", "Host: a")],
    ["two framings", head(post, "Host: a", "Content-Length: 4", "Transfer-Encoding: chunked") + head("0")],
    ["two lengths", head(post, "Host: a", "Content-Length: 4", "Content-Length: 5") + "12345"],
    ["an invalid length", head(post, "Host: a", "Content-Length: +4") + "1234"],
    ["a space before the colon", head(get, "Host : a")],
    ["a bare line feed within a field", head(get, "Host: a\nX: b")],
    ["a folded field", head(get, "Host: a", " b: c")],
    [
      "chunked, but not at the end",
      head(post, "Host: a", "Transfer-Encoding: chunked, identity") + head("0"),
    ],
    ["an invalid chunk size", head(post, "Host: a", "Transfer-Encoding: chunked") + head("0x4", "1234", "0")],
    ["an unknown method", head("BREW http://lb.test/ HTTP/1.1", "Host: a")],
  ])("%s gets a 400 or is closed, and is not forwarded as a second request", async (_name, text) => {
    const { port, requests } = await recordingProxy();
    // If the framing were read in two ways, the last line would smuggle a request.
    const received = await exchange(port, text + head("GET http://lb.test/smuggled HTTP/1.1", "Host: a"));
    expect(received).toMatch(/^(HTTP\/1\.1 400 Bad Request\r\n|$)/);
    expect(requests.join()).not.toContain("smuggled");
  });

  test("a request without Host gets a 400", async () => {
    const { port, routed } = await proxy(refuse);
    await expect(exchange(port, head(get, "Connection: close"))).resolves.toMatch(/^HTTP\/1\.1 400 /);
    expect(routed).toEqual([]);
  });

  test("oversized fields get a 431", async () => {
    const { port } = await proxy(refuse);
    await expect(ask(port, get, `X: ${"x".repeat(200_000)}`)).resolves.toMatch(
      /^HTTP\/1\.1 431 [^]*\r\n\r\nthe request's head is larger than 131072 bytes\n$/,
    );
  });

  test("no second header is written into a response in progress", async () => {
    const { port: upstream } = await listenHttp((_req, res) => {
      res.writeHead(200, { "content-length": 10 });
      res.write("half.");
    });
    const { port } = await proxy(openTo(upstream));
    const client = connect(port);
    const received = collect(client);
    client.on("data", () => {
      if (received().endsWith("half.")) client.write("\x00garbage\r\n\r\n");
    });
    client.write(head(get, "Host: a"));
    await once(client, "close");
    expect(received()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhalf\.$/);
    expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test("whatever the bytes, the proxy serves the next client and connects only to the requested address", async () => {
    const { port, routed, requests } = await recordingProxy();
    const token = fc.constantFrom(
      ..."GET HEAD OPTIONS CONNECT TRACE POST PUT PRI lb.test http://lb.test/ http:// /".split(" "),
      ..."* HTTP/1.1 HTTP/1.0 HTTP/2.0".split(" "),
      ...["Host: a", "Content-Length: 5", "Transfer-Encoding: chunked", "Expect: 100-continue"],
      ...["Upgrade: h2c", "Connection: upgrade", "Connection: close", "hello", "5\r\nhello\r\n0"],
      ...[":", "%", "\\", "@", "\0", "\xff", " ", "\t"],
      ...["\r\n", "\r\n\r\n", "\n", "\r"],
    );
    const bytes = fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array).toString("latin1"));
    const start = fc.constantFrom(
      "",
      ...["GET", "HEAD", "OPTIONS", "POST", "CONNECT"].map(
        method => `${method} http://lb.test/ HTTP/1.1\r\nHost: a\r\n`,
      ),
    );
    const rest = fc.array(fc.oneof({ weight: 8, arbitrary: token }, bytes), { maxLength: 14 });
    const message = fc.tuple(start, rest).map(([start, rest]) => start + rest.join(""));
    await fc.assert(
      fc.asyncProperty(message, async text => {
        // Reset half of the connections.
        const client = connect(port);
        const closed = new Promise(resolve => client.once("close", resolve));
        client.resume();
        await once(client, "connect");
        client.write(text, "latin1");
        if (text.length % 2 === 0) client.resetAndDestroy();
        else client.end();
        await closed;
      }),
      { numRuns: 250 },
    );
    expect(routed).not.toEqual([]);
    for (const to of routed) expect(to).toMatchObject({ address: "203.0.113.10" });
    for (const request of requests) expect(request).toMatch(/^[A-Z-]+ [/*]/);
    await expect(ask(port, get)).resolves.toMatch(/^HTTP\/1\.1 200 /);
  });
});
