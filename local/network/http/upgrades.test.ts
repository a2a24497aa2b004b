import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { forward, type Forwarded, type Upstream } from "./forward";
import { closeServer, createServer } from "./servers";
import type { UpgradeFilter } from "./upgrades";
import {
  allClosed,
  collect,
  connect,
  exchange,
  head,
  keepAliveAgent,
  lines,
  listen,
  listenHttp,
  listenRaw,
  loopback,
} from "../../../testing/servers";

const handshake = head("GET /chat HTTP/1.1", "Host: a.test", "Upgrade: echo", "Connection: Upgrade");
const switching = head("HTTP/1.1 101 Switching Protocols", "X-A: 1", "Connection: Upgrade", "Upgrade: Echo");

/** A proxy on a server of ours. */
async function proxyTo(
  port: number,
  { canUpgrade, ...to }: Partial<Upstream> & { canUpgrade?: UpgradeFilter } = {},
) {
  const agent = keepAliveAgent();
  const results: Promise<Forwarded>[] = [];
  let resolveFirst: (result: Forwarded) => void = () => undefined;
  const first = new Promise<Forwarded>(resolve => (resolveFirst = resolve));
  const server = createServer((req, res) => {
    const result = forward(req, res, { agent, host: loopback, port, ...to });
    results.push(result);
    void result.then(end => {
      if (end.outcome === "failed" && !res.closed) res.writeHead(599).end(end.failure);
      resolveFirst(end);
    });
  }, canUpgrade && { canUpgrade });
  return { ...(await listen(server)), agent, results, /** The first request's result. */ first };
}

/** Client and upstream of a connection that has switched; the upstream reads and sends what the test says. */
async function switched(to?: Parameters<typeof proxyTo>[1]) {
  const connected: net.Socket[] = [];
  const upstream = await listen(
    net.createServer({ allowHalfOpen: true }, socket => {
      socket.once("data", () => socket.write(switching));
      connected.push(socket);
    }),
  );
  const proxy = await proxyTo(upstream.port, to);
  const client = net.connect({ port: proxy.port, host: loopback, allowHalfOpen: true });
  client.on("error", () => undefined);
  client.write(handshake);
  await once(client, "data");
  const [target] = connected;
  if (!target) throw new Error("the upstream has no connection");
  return { ...proxy, upstream, client, target };
}

describe("an upgrade", () => {
  test("reaches the upstream, whose answer reaches the client, both with what makes it one", async () => {
    const requests: string[] = [];
    const upstream = await listenRaw((socket, request) => {
      requests.push(request);
      socket.end(switching);
    });
    const proxy = await proxyTo(upstream.port);
    const client = connect(proxy.port);
    const received = collect(client);
    client.write(handshake);
    await once(client, "end");
    expect(requests).toEqual([
      head("GET /chat HTTP/1.1", "Host: a.test", "Connection: Upgrade", "Upgrade: echo"),
    ]);
    expect(received()).toBe(switching);
    client.end();
    await expect(proxy.first).resolves.toEqual({ outcome: "answered", status: 101 });
  });

  test("loses no byte that either side sent with its header", async () => {
    const received: string[] = [];
    const upstream = await listen(
      net.createServer(socket => {
        socket.once("data", () => {
          socket.write(`${switching}early`);
          socket.on("data", data => {
            received.push(data.toString());
            socket.end(" and late");
          });
        });
      }),
    );
    const proxy = await proxyTo(upstream.port);
    expect(await exchange(proxy.port, `${handshake}mine`)).toBe(`${switching}early and late`);
    expect(received.join("")).toBe("mine");
  });

  test("passes on an end, after which the other side may still send", async () => {
    const { client, target, first } = await switched();
    const received = { client: collect(client), target: collect(target) };
    client.end("that's all");
    await once(target, "end");
    expect(received.target()).toMatch(/that's all$/);
    target.write("as you like");
    target.end();
    await once(client, "close");
    expect(received.client()).toBe("as you like");
    await expect(first).resolves.toEqual({ outcome: "answered", status: 101 });
  });

  test("passes on an end of the upstream's as well", async () => {
    const { client, target, first } = await switched();
    const received = collect(target);
    target.end();
    await once(client.resume(), "end");
    client.end("one more thing");
    await once(target, "close");
    expect(received()).toMatch(/one more thing$/);
    await expect(first).resolves.toEqual({ outcome: "answered", status: 101 });
  });

  test.each(["client", "target"] as const)("ends on both sides if the %s vanishes", async who => {
    const { first, sockets, upstream, ...ends } = await switched();
    ends[who].resetAndDestroy();
    ends[who === "client" ? "target" : "client"].resume().on("end", function (this: net.Socket) {
      this.end();
    });
    await first;
    await allClosed([...sockets, ...upstream.sockets]);
  });

  test("delivers a large farewell in full to a reader that is slow to start", async () => {
    const { client, target } = await switched();
    const size = 20_000_000;
    target.end(Buffer.alloc(size));
    client.end();
    let received = 0;
    await new Promise(resolve => setImmediate(resolve));
    client.on("data", data => (received += data.length));
    await once(client, "close");
    expect(received).toBe(size);
  });

  test("holds a sender back while the other side doesn't read", async () => {
    const { client, target } = await switched();
    target.pause();
    const block = Buffer.alloc(1024 * 1024);
    const written = () => client.bytesWritten - client.writableLength;
    let sent = 0;
    let before = -1;
    // Until all buffers on the way are full.
    while (before !== written() || client.writableLength === 0) {
      before = written();
      for (; client.writableLength === 0 && sent < 512 * block.length; sent += block.length)
        client.write(block);
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    expect(sent).toBeLessThan(64 * block.length);
    let received = 0;
    client.end();
    target.on("data", data => (received += data.length)).resume();
    await once(target, "end");
    expect(received).toBe(sent);
    target.end();
  });

  test("is cut after the idle time-out, which any byte of either side prolongs", async () => {
    const { client, target, first } = await switched({ idleTimeoutMs: 1000 });
    client.resume();
    const start = performance.now();
    const talk = setInterval(() => (Math.random() < 0.5 ? client : target).write("x"), 50);
    setTimeout(() => clearInterval(talk), 2000);
    await expect(first).resolves.toEqual({ outcome: "cut", failure: "idle-timeout", status: 101 });
    expect(performance.now() - start).toBeGreaterThan(2800);
    for (const each of [client, target]) if (!each.destroyed) await once(each.resume().end(), "close");
  });

  test("is cut by its signal, and doesn't keep a listener on it", async () => {
    const cancel = new AbortController();
    const add = jest.spyOn(cancel.signal, "addEventListener");
    const remove = jest.spyOn(cancel.signal, "removeEventListener");
    const { client, target, first } = await switched({ signal: cancel.signal });
    cancel.abort();
    await expect(first).resolves.toEqual({ outcome: "cut", failure: "cancelled", status: 101 });
    await Promise.all([client, target].map(each => once(each.resume().end(), "close")));
    expect(remove).toHaveBeenCalledTimes(add.mock.calls.length);
  });

  test("ends with its server", async () => {
    const { client, target, server, first } = await switched();
    const closed = [client, target].map(each => new Promise(resolve => each.resume().once("close", resolve)));
    closeServer(server);
    for (const each of [client, target]) each.end();
    await first;
    await Promise.all(closed);
  });

  test("has its client's departure noticed before the upstream answers", async () => {
    const upstream = await listenRaw(() => client.end());
    const proxy = await proxyTo(upstream.port);
    const client = connect(proxy.port);
    client.write(handshake);
    await expect(proxy.first).resolves.toEqual({ outcome: "failed", failure: "client-gone" });
    await allClosed(upstream.sockets);
  });
});

describe("an upgrade that the upstream refuses", () => {
  test.each([
    ["200", head("HTTP/1.1 200 OK", "Content-Length: 2"), "Connection: close"],
    ["400", head("HTTP/1.1 400 Bad Request", "Content-Length: 2"), "Connection: close"],
    [
      "426",
      head("HTTP/1.1 426 Upgrade Required", "Upgrade: other", "Content-Length: 2"),
      "Connection: Upgrade, close",
    ],
  ])("with %s has that response, and the connection's end", async (status, response, connection) => {
    const upstream = await listenRaw(socket => socket.end(`${response}no`));
    const proxy = await proxyTo(upstream.port);
    const got = await exchange(proxy.port, handshake);
    expect(got).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\n\r\nno$`));
    expect(got).toContain(`\r\n${connection}\r\n`);
    expect(got.includes("\r\nUpgrade: other\r\n")).toBe(status === "426");
    await expect(proxy.first).resolves.toEqual({ outcome: "answered", status: Number(status) });
  });

  test("has a large response in full", async () => {
    const body = "x".repeat(5_000_000);
    const upstream = await listenHttp((_req, res) => res.end(body));
    const proxy = await proxyTo(upstream.port);
    expect((await exchange(proxy.port, handshake)).length).toBeGreaterThan(body.length);
  });

  test("by switching to another protocol is malformed", async () => {
    const upstream = await listenRaw(socket => socket.write(switching.replace("Echo", "other")));
    const proxy = await proxyTo(upstream.port);
    expect(await exchange(proxy.port, handshake)).toMatch(/^HTTP\/1.1 599 [^]*\r\nmalformed\r\n/);
    await allClosed(upstream.sockets);
  });

  test("by silence ends by the idle time-out", async () => {
    const upstream = await listenRaw(() => undefined);
    const proxy = await proxyTo(upstream.port, { idleTimeoutMs: 50 });
    expect(await exchange(proxy.port, handshake)).toMatch(/^HTTP\/1.1 599 [^]*\r\nidle-timeout\r\n/);
  });
});

describe("a request goes on as plain HTTP, and keeps its body and its connection", () => {
  const body = ["Content-Length: 2", "", "hi"];
  const asked = ["Host: a.test", "Upgrade: h2c", "Connection: Upgrade"];
  test.each<[why: string, request: string, allowed?: boolean]>([
    ["the server doesn't allow its upgrade", head("GET / HTTP/1.1", ...asked), false],
    ["the server doesn't allow its upgrade, with a body", lines("POST / HTTP/1.1", ...asked, ...body), false],
    ["it has a body", lines("POST / HTTP/1.1", ...asked, ...body)],
    [
      "it has a body in chunks",
      head("POST / HTTP/1.1", ...asked, "Transfer-Encoding: chunked") + head("2", "hi", "0"),
    ],
    [
      "it is HTTP/1.0",
      head("GET / HTTP/1.0", "Host: a.test", "Upgrade: h2c", "Connection: Upgrade, keep-alive"),
    ],
  ])("if %s", async (...[, request, allowed = true]: [string, string, boolean?]) => {
    const upstream = await listenHttp((req, res) => {
      const { upgrade = "none" } = req.headers;
      let received = "";
      req.on("data", data => (received += String(data)));
      req.on("end", () => res.end(`${req.method} ${upgrade} ${received};`));
    });
    const proxy = await proxyTo(upstream.port, { canUpgrade: () => allowed });
    const got = await exchange(
      proxy.port,
      request + head("GET / HTTP/1.1", "Host: a.test", "Connection: close"),
    );
    const received = request.includes("hi") ? "POST none hi" : "GET none ";
    expect(got.match(/(?:GET|POST) [^;]*;/g)).toEqual([`${received};`, "GET none ;"]);
  });
});

test("an upgrade behind a response in progress closes the connection", async () => {
  const upstream = await listenHttp((_req, res) => res.write("begin"));
  const proxy = await proxyTo(upstream.port);
  const client = connect(proxy.port);
  const received = collect(client);
  client.on("data", () => {
    if (received().includes("begin")) client.write(handshake);
  });
  client.write(head("GET / HTTP/1.1", "Host: a.test"));
  await once(client, "close");
  expect(received().match(/HTTP\/1.1/g)).toHaveLength(1);
});

test("1,000 upgrades of all kinds leave no connection open", async () => {
  const upstream = await listenRaw((socket, request) => {
    if (request.includes("/refused")) socket.end(head("HTTP/1.1 400 No", "Content-Length: 0"));
    else if (request.includes("/reset")) socket.resetAndDestroy();
    else if (request.includes("/closed")) socket.end(switching);
    else socket.write(switching);
  });
  const proxy = await proxyTo(upstream.port);
  const one = async (path: string) => {
    const client = connect(proxy.port);
    client.write(handshake.replace("/chat", path));
    client.on("data", () => (path === "/left" ? client.destroy() : client.end()));
    await once(client, "close");
  };
  const kinds = ["/refused", "/reset", "/closed", "/left", "/ended"];
  for (let batch = 0; batch < 20; batch++)
    await Promise.all(Array.from({ length: 50 }, (_, i) => one(kinds[i % kinds.length] ?? "")));
  await Promise.all(proxy.results);
  expect(await new Promise(resolve => proxy.server.getConnections((_error, count) => resolve(count)))).toBe(
    0,
  );
  proxy.agent.destroy();
  await allClosed(upstream.sockets);
  expect(http.globalAgent.sockets).toEqual({});
});
