import { getEventListeners, once } from "node:events";
import http from "node:http";
import type net from "node:net";
import type { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { forward, silence, type Forwarded, type Upstream } from "./forward";
import { allClosed, closedPort, connect, exchange, keepAliveAgent } from "../../../testing/servers";
import { collect, head, lines, listenHttp, listenRaw, loopback, responseTo } from "../../../testing/servers";

/** A proxy that responds to failures with a 599 naming them. */
async function proxyTo(
  port: number,
  options: Partial<Upstream> = {},
  onResult?: (result: Forwarded) => void,
) {
  const agent = options.agent ?? keepAliveAgent();
  let resolveFirst: (result: Forwarded) => void = () => undefined;
  const first = new Promise<Forwarded>(resolve => (resolveFirst = resolve));
  const { port: proxyPort, server } = await listenHttp((req, res) => {
    void forward(req, res, { agent, host: loopback, port, ...options }).then(result => {
      if (result.outcome === "failed" && !res.closed) res.writeHead(599).end(result.failure);
      onResult?.(result);
      resolveFirst(result);
    });
  });
  return { port: proxyPort, server, agent, /** The first request's result. */ first };
}

const ok = lines("HTTP/1.1 200 OK", "Content-Length: 2", "", "ok");
const host = "Host: a.test";
const plainGet = head("GET / HTTP/1.1", host);
/** A request after which the proxy closes the connection. */
const lastGet = (path = "/", method = "GET") => head(`${method} ${path} HTTP/1.1`, host, "Connection: close");
const byChunks = "Transfer-Encoding: chunked";
/** A body in one chunk. */
const chunk = (body: string) => lines("2", body, "0", "", "");

describe("the request that the upstream receives", () => {
  /** Received as it was sent, by default; for what clients add or write themselves, see `comparable`. */
  const cases: [name: string, sent: string, received?: string, options?: Partial<Upstream>][] = [
    [
      "keeps its fields' order, case and repetition",
      head("GET /a?b=%20 HTTP/1.1", "HOST: a.test", "X-two: 2", "x-One: 1", "X-two: 3"),
    ],
    [
      "loses fields that apply only to the client's connection",
      head(
        ...["GET / HTTP/1.1", host, "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive"],
        ...[
          "Proxy-Authorization: Basic eDp5",
          "TE: trailers",
          "Trailer: X-Sum",
          "Upgrade: websocket",
          "Accept: */*",
        ],
      ),
      head("GET / HTTP/1.1", host, "Accept: */*"),
    ],
    [
      "loses the fields that Connection names",
      head("GET / HTTP/1.1", host, "Connection: close, X-Mine ,x-yours", "X-Mine: 1", "X-Yours: 2"),
      plainGet,
    ],
    [
      "keeps Host and Content-Length even if Connection names them",
      lines("POST / HTTP/1.1", host, "Connection: Host, Content-Length", "Content-Length: 2", "", "hi"),
      lines("POST / HTTP/1.1", host, "Content-Length: 2", "", "hi"),
    ],
    [
      "gets the Host that HTTP/1.0 lacks",
      head("GET / HTTP/1.0"),
      head("GET / HTTP/1.1", "Host: 127.0.0.1:UPSTREAM"),
    ],
    [
      "has length 0 for a POST without a body",
      head("POST / HTTP/1.1", host),
      head("POST / HTTP/1.1", host, "Content-Length: 0"),
    ],
    ["stays chunked, whatever the method", head("DELETE / HTTP/1.1", host, byChunks) + chunk("hi")],
    [
      "loses its trailers",
      head("POST / HTTP/1.1", host, byChunks) + head("2", "hi", "0", "X-Sum: 1"),
      head("POST / HTTP/1.1", host, byChunks) + chunk("hi"),
    ],
    [
      "gets the caller's path and fields",
      head("GET http://b.test/x HTTP/1.1", "host: a.test", "x-a: 1", "X-B: 2"),
      head("GET /x HTTP/1.1", "X-B: 2", "Host: b.test", "X-A: new"),
      { path: "/x", headers: { Host: "b.test", "X-A": "new" } },
    ],
  ];

  /** Without Connection, which is the client's own; with Host in front, and framing in lower case, however they are written. */
  function comparable(request: string): string {
    const [, line = "", fields = ""] = /^(.*?\r\n)(.*)$/s.exec(request) ?? [];
    const [host = ""] = /^Host: .*\r\n/im.exec(fields) ?? [];
    const others = fields.replace(host, "").replace(/^Connection: .*\r\n/im, "");
    return line + host.replace(/^Host/i, "host") + others.replace(/^Content-Length/im, "content-length");
  }

  test.each(cases)("%s", async (...[, sent, received = sent, options]: (typeof cases)[number]) => {
    let got = "";
    const upstream = await listenRaw((socket, request) => {
      got += request;
      const whole = /transfer-encoding/i.test(got)
        ? got.endsWith("0\r\n\r\n")
        : !got.includes("hi") === !sent.includes("hi");
      if (whole) socket.end(ok);
    });
    // The body may arrive in pieces.
    upstream.server.on("connection", socket => socket.on("data", () => undefined));
    const proxy = await proxyTo(upstream.port, options);
    const client = connect(proxy.port);
    client.write(sent, "latin1");
    await expect(proxy.first).resolves.toEqual({ outcome: "answered", status: 200 });
    expect(comparable(got)).toBe(comparable(received.replace("UPSTREAM", String(upstream.port))));
  });

  test("has no Expect, which was already met", async () => {
    const upstream = await listenHttp((req, res) => {
      let body = "";
      req.on("data", (data: Buffer) => (body += data.toString()));
      req.on("end", () => res.end(JSON.stringify([req.headers.expect, body])));
    });
    const proxy = await proxyTo(upstream.port);
    const request = post(proxy.port, { Expect: "100-continue", "Content-Length": 2 });
    request.flushHeaders();
    await once(request, "continue");
    request.end("hi");
    expect(await text(await responseTo(request))).toBe('[null,"hi"]');
  });
});

describe("the response that the client receives", () => {
  /** Received as it was sent, by default. */
  const cases: [name: string, sent: string, received?: string, method?: string][] = [
    [
      "keeps its fields' order, case and repetition",
      head("HTTP/1.1 418 I am a teapot", "SET-Cookie: a", "Set-Cookie: b", "x-c: d", "Content-Length: 0"),
    ],
    [
      "loses fields that apply only to the upstream's connection, but not Proxy-Status",
      lines(
        ...["HTTP/1.1 200 OK", "Connection: keep-alive, X-Mine", "Keep-Alive: timeout=5", "X-Mine: 1"],
        ...["Proxy-Authenticate: Basic", "Upgrade: h2c", "Proxy-Status: a; error=http_request_error"],
        ...["Content-Length: 2", "", "ok"],
      ),
      lines("HTTP/1.1 200 OK", "Proxy-Status: a; error=http_request_error", "Content-Length: 2", "", "ok"),
    ],
    [
      "has a length but no body after HEAD",
      head("HTTP/1.1 200 OK", "Content-Length: 100"),
      undefined,
      "HEAD",
    ],
    ["has no body with 204", head("HTTP/1.1 204 No Content")],
    ["has a length but no body with 304", head("HTTP/1.1 304 Not Modified", "ETag: x", "Content-Length: 9")],
    [
      "is chunked if the upstream ends it by closing the connection",
      lines("HTTP/1.0 200 OK", "", "ok"),
      head("HTTP/1.1 200 OK", byChunks) + chunk("ok"),
    ],
    ["stays chunked", head("HTTP/1.1 200 OK", byChunks) + chunk("ok")],
    [
      "comes without interim responses",
      lines("HTTP/1.1 102 Processing", "", "HTTP/1.1 103 Early Hints", "Link: </a>", "", ok),
      ok,
    ],
    [
      "may contain bytes beyond ASCII in a field",
      head("HTTP/1.1 200 OK", "X-Name: J\xfcrg", "Content-Length: 0"),
    ],
  ];

  test.each(cases)("%s", async (...[, sent, received = sent, method]: (typeof cases)[number]) => {
    const upstream = await listenRaw(socket => socket.end(sent, "latin1"));
    const proxy = await proxyTo(upstream.port);
    const got = await exchange(proxy.port, lastGet("/", method));
    expect(got.replace(/^(Date|Connection): .*\r\n/gm, "")).toBe(received);
  });

  test("comes without the 100 Continue that a body may be answered by", async () => {
    const upstream = await listenRaw(socket => socket.end(lines("HTTP/1.1 100 Continue", "", ok)));
    const proxy = await proxyTo(upstream.port);
    const post = lines("POST / HTTP/1.1", host, "Connection: close", "Content-Length: 2", "", "hi");
    expect(await exchange(proxy.port, post)).toMatch(/^HTTP\/1.1 200 OK/);
  });

  test("is unchunked and ends with the connection for an HTTP/1.0 client", async () => {
    const upstream = await listenRaw(socket => socket.end(head("HTTP/1.1 200 OK", byChunks) + chunk("ok")));
    const proxy = await proxyTo(upstream.port);
    const got = await exchange(proxy.port, head("GET / HTTP/1.0"));
    expect(got.slice(got.indexOf("\r\n\r\n"))).toBe("\r\n\r\nok");
    expect(got).not.toMatch(/transfer-encoding/i);
  });
});

describe("if the upstream fails before its response, the caller responds", () => {
  const cases: [
    failure: string,
    name: string,
    response: string | ((socket: net.Socket) => void),
    options?: Partial<Upstream>,
  ][] = [
    ["reset", "resets the connection", socket => socket.resetAndDestroy()],
    ["reset", "closes the connection", socket => socket.end()],
    ["reset", "closes the connection during its header", socket => socket.end("HTTP/1.1 200 OK\r\nContent-")],
    ["malformed", "doesn't speak HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
    [
      "malformed",
      "sends two lengths",
      head("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2") + "ok",
    ],
    [
      "malformed",
      "sends both a length and chunks",
      head("HTTP/1.1 200 OK", "Content-Length: 1", byChunks) + head("1", "a", "0"),
    ],
    [
      "malformed",
      "sends a control character in a field",
      head("HTTP/1.1 200 OK", "X: a\x01b", "Content-Length: 0"),
    ],
    [
      "malformed",
      "sends a control character in its reason",
      head("HTTP/1.1 200 O\x01K", "Content-Length: 0"),
    ],
    ["malformed", "responds with status 000", head("HTTP/1.1 000 Zero", "Content-Length: 0")],
    ["malformed", "responds with too long a header", head("HTTP/1.1 200 OK", `X: ${"x".repeat(200_000)}`)],
    [
      "malformed",
      "switches protocols unasked",
      head("HTTP/1.1 101 Switching Protocols", "Upgrade: a", "Connection: upgrade"),
    ],
    ["idle-timeout", "doesn't respond", () => undefined, { idleTimeoutMs: 50 }],
    ["idle-timeout", "stops during its header", "HTTP/1.1 200 OK\r\n", { idleTimeoutMs: 50 }],
  ];

  test.each(cases)("%s: it %s", async (...[failure, , response, options]: (typeof cases)[number]) => {
    const upstream = await listenRaw(socket => {
      if (typeof response === "string") socket.write(response);
      else response(socket);
    });
    const proxy = await proxyTo(upstream.port, options);
    const got = await exchange(proxy.port, lastGet());
    expect(got).toMatch(/^HTTP\/1.1 599 /);
    expect(got).toContain(failure);
    await expect(proxy.first).resolves.toEqual({ outcome: "failed", failure });
    await allClosed(upstream.sockets);
  });

  test("refused: nothing is listening", async () => {
    const proxy = await proxyTo(await closedPort());
    expect(await exchange(proxy.port, lastGet())).toContain("refused");
    await expect(proxy.first).resolves.toEqual({ outcome: "failed", failure: "refused" });
  });

  test.each([
    ["connect timeout", { connectTimeoutMs: 30 }],
    ["idle timeout", { idleTimeoutMs: 30 }],
  ])("connect-timeout: the %s expires before it is connected", async (_name, options) => {
    // A name that never resolves leaves the socket connecting.
    const agent = keepAliveAgent({ lookup: () => undefined });
    const proxy = await proxyTo(1, { agent, host: "silent.test", ...options });
    expect(await exchange(proxy.port, lastGet())).toContain("connect-timeout");
    await allFreed(proxy.agent);
  });

  test("connect-timeout: the agent has no free connection", async () => {
    const upstream = await listenRaw(() => undefined);
    const agent = keepAliveAgent({ maxSockets: 1 });
    const proxy = await proxyTo(upstream.port, { agent, connectTimeoutMs: 30 });
    const post = lines("POST / HTTP/1.1", host, "Connection: close", "Content-Length: 2", "", "hi");
    connect(proxy.port).write(post);
    await once(upstream.server, "connection");
    expect(await exchange(proxy.port, post)).toContain("connect-timeout");
  });

  test("cancelled: the caller's signal fires before or during the request", async () => {
    const cancel = new AbortController();
    const upstream = await listenRaw(() => cancel.abort());
    const proxy = await proxyTo(upstream.port, { signal: cancel.signal });
    expect(await exchange(proxy.port, lastGet())).toContain("cancelled");
    expect(await exchange(proxy.port, lastGet())).toContain("cancelled");
    await allClosed(upstream.sockets);
  });

  test.each([
    ["path", { path: "/a b" }],
    ["field", { headers: { "X-A": "a\nb" } }],
  ])("unsendable: the caller's %s is not valid HTTP", async (_name, options) => {
    const proxy = await proxyTo(1, options);
    expect(await exchange(proxy.port, lastGet())).toContain("unsendable");
  });

  test("a body that the upstream never read doesn't block the client's next request", async () => {
    const proxy = await proxyTo(await closedPort());
    const body = "x".repeat(1_000_000);
    const post = head("POST /1 HTTP/1.1", host, `Content-Length: ${body.length}`) + body;
    const got = await exchange(proxy.port, post + lastGet("/2"));
    expect(got.match(/HTTP\/1.1 599 /g)).toHaveLength(2);
  });
});

describe("if the upstream fails during its response, the client's is cut", () => {
  const begin = lines("HTTP/1.1 200 OK", "Content-Length: 100", "", "begin");
  const chunked = lines("HTTP/1.1 200 OK", byChunks, "", "5", "begin", "");
  const cases: [
    failure: string,
    name: string,
    begin: string,
    then: (socket: net.Socket) => void,
    options?: Partial<Upstream>,
  ][] = [
    ["reset", "resets the connection", begin, socket => socket.resetAndDestroy()],
    ["reset", "closes the connection", begin, socket => socket.end()],
    ["reset", "closes the connection between chunks", chunked, socket => socket.end()],
    ["malformed", "sends an invalid chunk", chunked, socket => socket.write("no chunk\r\n")],
    ["idle-timeout", "falls silent", begin, () => undefined, { idleTimeoutMs: 50 }],
  ];

  test.each(cases)("%s: it %s", async (...[failure, , sent, then, options]: (typeof cases)[number]) => {
    const upstream = await listenRaw(socket => socket.write(sent));
    const proxy = await proxyTo(upstream.port, options);
    const client = connect(proxy.port);
    const got = collect(client);
    client.on("data", () => {
      if (got().includes("begin")) for (const socket of upstream.sockets) then(socket);
    });
    client.write(plainGet);
    await once(client, "close");
    expect(got()).toMatch(/begin\r?\n?$/);
    await expect(proxy.first).resolves.toEqual({ outcome: "cut", failure, status: 200 });
    await allClosed(upstream.sockets);
  });

  test("cancelled: the caller's signal fires", async () => {
    const cancel = new AbortController();
    const upstream = await listenRaw(socket => socket.write(begin));
    const proxy = await proxyTo(upstream.port, { signal: cancel.signal });
    const client = connect(proxy.port);
    client.write(plainGet);
    await once(client, "data");
    cancel.abort();
    await once(client, "close");
    await expect(proxy.first).resolves.toEqual({ outcome: "cut", failure: "cancelled", status: 200 });
    await allClosed(upstream.sockets);
  });
});

describe("if the client goes away, the upstream connection is closed", () => {
  const failed: Forwarded = { outcome: "failed", failure: "client-gone" };
  const cut: Forwarded = { outcome: "cut", failure: "client-gone", status: 200 };
  const partial = lines("Content-Length: 9", "", "begin");
  const cases: [name: string, request: string, response: string, outcome: Forwarded][] = [
    ["before the response", plainGet, "", failed],
    ["during the response", plainGet, lines("HTTP/1.1 200 OK", partial), cut],
    ["during its own body", lines("POST / HTTP/1.1", host, partial), "", failed],
  ];

  test.each(
    ["closes", "resets"].flatMap(how => cases.map(([name, ...rest]) => [name, how, ...rest] as const)),
  )("%s: it %s", async (_name, how, request, response, outcome) => {
    const upstream = await listenRaw(socket => {
      if (response) socket.write(response);
      else leave();
    });
    const proxy = await proxyTo(upstream.port);
    const client = connect(proxy.port);
    const leave = () => {
      if (how === "closes") client.end();
      else client.resetAndDestroy();
    };
    client.on("data", leave);
    client.write(request);
    await expect(proxy.first).resolves.toEqual(outcome);
    await allClosed(upstream.sockets);
    await allFreed(proxy.agent);
  });

  test("before forwarding starts", async () => {
    const client: { socket?: net.Socket } = {};
    const outcome = new Promise<Forwarded>(resolve => {
      void listenHttp((req, res) => {
        client.socket?.destroy();
        res.on("close", () => {
          void forward(req, res, { agent: keepAliveAgent(), host: loopback, port: 1 }).then(resolve);
        });
      }).then(({ port }) => {
        client.socket = connect(port);
        client.socket.write(plainGet);
      });
    });
    await expect(outcome).resolves.toEqual({ outcome: "failed", failure: "client-gone" });
  });
});

describe("backpressure", () => {
  const huge = 512 * 1024 * 1024;

  /** Writes until the stream is destroyed. Returns a function that returns how much it took, at most `huge`. */
  function flood(stream: Writable): () => number {
    const block = Buffer.alloc(64 * 1024);
    let sent = 0;
    const more = () => {
      while (sent < huge && !stream.destroyed) {
        sent += block.length;
        if (!stream.write(block)) return;
      }
    };
    stream.on("drain", more);
    more();
    return () => sent;
  }

  test("from a client that doesn't read reaches the upstream", async () => {
    let sent = () => huge;
    const upstream = await listenHttp((_req, res) => {
      sent = flood(res.writeHead(200, { "Content-Length": huge }));
    });
    const proxy = await proxyTo(upstream.port, { idleTimeoutMs: 150 });
    connect(proxy.port).pause().write(plainGet);
    await expect(proxy.first).resolves.toEqual({ outcome: "cut", failure: "idle-timeout", status: 200 });
    expect(sent()).toBeLessThan(huge / 8);
  });

  test("from an upstream that doesn't read reaches the client", async () => {
    const upstream = await listenRaw(socket => socket.pause());
    const proxy = await proxyTo(upstream.port, { idleTimeoutMs: 150 });
    const request = post(proxy.port, { "Content-Length": huge });
    request.on("error", () => undefined);
    const sent = flood(request);
    await expect(proxy.first).resolves.toEqual({ outcome: "failed", failure: "idle-timeout" });
    expect(sent()).toBeLessThan(huge / 8);
    request.destroy();
  });
});

test("a response that precedes the end of the body reaches the client, and the rest is drained", async () => {
  const tooLarge = head("HTTP/1.1 413 Payload Too Large", "Content-Length: 0");
  const upstream = await listenRaw(socket => socket.write(tooLarge));
  const proxy = await proxyTo(upstream.port);
  const client = connect(proxy.port);
  const got = collect(client);
  client.write(lines("POST / HTTP/1.1", host, "Content-Length: 1000000", "", "begin"));
  await expect(proxy.first).resolves.toEqual({ outcome: "answered", status: 413 });
  await allClosed(upstream.sockets);
  client.write("x".repeat(1_000_000 - "begin".length) + lastGet());
  await once(client, "close");
  expect(got().match(/^HTTP\/1.1 413/gm)).toHaveLength(2);
});

test("connections are reused without accumulating listeners or timers", async () => {
  const upstream = await listenHttp((_req, res) => res.end("ok"));
  let connections = 0;
  upstream.server.on("connection", () => connections++);
  const { signal } = new AbortController();
  const proxy = await proxyTo(upstream.port, { idleTimeoutMs: 10_000, connectTimeoutMs: 10_000, signal });
  const createConnection = jest.spyOn(proxy.agent, "createConnection");
  const clients = keepAliveAgent({ maxSockets: 1 });
  const listeners: number[] = [];
  const uncleared = watchTimers(10_000);
  for (let i = 0; i < 50; i++) {
    await get(proxy.port, clients);
    const socket = createConnection.mock.results[0]?.value as net.Socket;
    listeners.push(socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0));
  }
  expect(connections).toBe(1);
  expect(new Set(listeners.slice(1)).size).toBe(1);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(uncleared()).toBe(0);
});

test("1,000 good and broken requests leave none open at the upstream", async () => {
  const open = new Set<http.ServerResponse>();
  const upstream = await listenHttp((req, res) => {
    open.add(res);
    res.once("close", () => open.delete(res));
    req.resume();
    if (req.url === "/good") res.end("ok");
    else if (req.url === "/late") setImmediate(() => res.end("x".repeat(100_000)));
    else if (req.url === "/reset") req.socket.resetAndDestroy();
    else if (req.url === "/cut") {
      res.writeHead(200, { "Content-Length": 10 });
      res.write("begin", () => req.socket.destroy());
    }
    // "/silent" gets no response.
  });
  const results: Forwarded[] = [];
  const proxy = await proxyTo(upstream.port, { idleTimeoutMs: 10_000 }, result => results.push(result));
  const clients = keepAliveAgent({ maxSockets: 20 });
  const kinds = ["/good", "/late", "/reset", "/cut", "/silent"];
  await Promise.all(
    Array.from({ length: 1000 }, async (_, i) => {
      const path = kinds[i % kinds.length] ?? "";
      const method = i % 2 ? "POST" : "GET";
      const request = http.request({ agent: clients, port: proxy.port, host: loopback, path, method });
      request.on("error", () => undefined);
      // The client gives up on half of the late requests and on all silent ones.
      if (path === "/silent" || (path === "/late" && i % 2)) {
        request.on("socket", socket => {
          setImmediate(() => {
            if (path === "/silent") request.destroy();
            else socket.once("data", () => request.destroy());
          });
        });
      }
      request.on("response", response => response.on("error", () => undefined).resume());
      request.end(i % 2 ? "body" : undefined);
      await new Promise(resolve => request.once("close", resolve));
    }),
  );
  expect(results.filter(({ outcome }) => outcome !== "answered").length).toBeGreaterThanOrEqual(400);
  await allFreed(proxy.agent);
  await Promise.all([...open].map(response => once(response, "close")));
}, 60_000);

describe("silence", () => {
  async function held(options?: Parameters<typeof silence>[2]) {
    let resolveEnd: (how: string) => void = () => undefined;
    const end = new Promise<string>(resolve => (resolveEnd = resolve));
    const server = await listenHttp((req, res) => void silence(req, res, options).then(resolveEnd));
    const client = connect(server.port);
    client.write(lines("POST / HTTP/1.1", host, "Content-Length: 9000000", "", "begin"));
    return { ...server, client, end };
  }

  test("lasts until the client goes away, even if its body was never read", async () => {
    const uncleared = watchTimers(60_000);
    const { server, client, end } = await held({ ms: 60_000 });
    await once(server, "request");
    client.end("x".repeat(1_000_000));
    await expect(end).resolves.toBe("client-gone");
    expect(uncleared()).toBe(0);
  });

  test("lasts until its server closes all connections, and sends nothing", async () => {
    const { server, client, end } = await held();
    client.on("data", () => {
      throw new Error("unexpected response");
    });
    await once(server, "request");
    server.closeAllConnections();
    await expect(end).resolves.toBe("client-gone");
  });

  test("lasts at most `ms`, then leaves the response to the caller", async () => {
    const { end } = await held({ ms: 20 });
    await expect(end).resolves.toBe("elapsed");
  });

  test("lasts until its signal fires", async () => {
    const cancel = new AbortController();
    const { server, end } = await held({ signal: cancel.signal });
    await once(server, "request");
    cancel.abort();
    await expect(end).resolves.toBe("cancelled");
    await expect((await held({ signal: cancel.signal })).end).resolves.toBe("cancelled");
  });
});

/** Watches timers of `ms` milliseconds from now on; returns a function that counts those not cleared. */
function watchTimers(ms: number): () => number {
  const set = jest.spyOn(globalThis, "setTimeout");
  const clear = jest.spyOn(globalThis, "clearTimeout");
  return () => {
    const timers = set.mock.results
      .filter((_, i) => set.mock.calls[i]?.[1] === ms)
      .map(({ value }) => value as unknown);
    expect(timers).not.toEqual([]);
    const cleared = new Set<unknown>(clear.mock.calls.map(([timer]) => timer));
    set.mockRestore();
    clear.mockRestore();
    return timers.filter(timer => !cleared.has(timer)).length;
  };
}

function post(port: number, headers: http.OutgoingHttpHeaders): http.ClientRequest {
  return http.request({ port, host: loopback, method: "POST", headers });
}

/** Resolves once no request holds one of the agent's connections. */
async function allFreed(agent: http.Agent): Promise<void> {
  await allClosed(Object.values(agent.sockets).flatMap(sockets => sockets ?? []));
}

async function get(port: number, agent: http.Agent): Promise<string> {
  return text(await responseTo(http.get({ port, host: loopback, agent })));
}
