import { once } from "node:events";
import type http from "node:http";
import net from "node:net";
import { fetch, ProxyAgent } from "undici";
import { WebSocket, WebSocketServer } from "ws";
import { Dns } from "../dns";
import { createProxy } from "./proxy";
import { closeServer } from "./servers";
import { closedPort, collect, connect, exchange, head } from "../../../testing/servers";
import { openTo, proxy, refuse } from "../../../testing/proxies";
import { listen, listenHttp, listenRaw, loopback } from "../../../testing/servers";
import { eventually } from "../../../testing/eventually";
import { onCleanUp } from "../../../testing/clean-up";

const toLb = head("CONNECT lb.test:7 HTTP/1.1", "Host: lb.test:7");
const established = "HTTP/1.1 200 Connection established\r\n\r\n";

/** A raw upstream behind a proxy; `accepted` is its end of the tunnel, and its side stays open if it doesn't end it. */
async function upstream() {
  const server = net.createServer({ allowHalfOpen: true });
  const accepted = once(server, "connection").then(([socket]) => socket as net.Socket);
  const { port } = await listen(server);
  return { accepted, proxy: await proxy(openTo(port)) };
}

/** A client with an open tunnel through the proxy. */
async function tunnel({ port }: { port: number }) {
  const client = net.connect({ port, host: loopback, allowHalfOpen: true });
  onCleanUp(() => client.destroy());
  client.on("error", () => undefined);
  client.write(toLb);
  await once(client, "readable");
  expect(String(client.read())).toBe(established);
  return client;
}

async function openTunnel() {
  const { accepted, proxy } = await upstream();
  const client = await tunnel(proxy);
  return { client, server: await accepted, proxy };
}

/** All that comes until the other side ends. Unlike a stream consumer, it leaves our own side open. */
async function rest(socket: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", chunk => chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks);
}

describe("a tunnel", () => {
  test.each([
    ["lb.test:443", 443],
    ["LB.test:80", 80],
    ["203.0.113.10:5000", 5000],
    ["0xcb.0.113.10:5000", 5000],
  ])("to %s is routed to the address and port", async (authority, to) => {
    const echo = await listenRaw((socket, request) => socket.end(request));
    const { port, routed } = await proxy(openTo(echo.port));
    const answer = await exchange(port, head(`CONNECT ${authority} HTTP/1.1`, "Host: x") + head("hello"));
    expect(answer).toBe(established + head("hello"));
    expect(routed).toEqual([{ address: "203.0.113.10", port: to }]);
  });

  test("carries what was sent along with its request, and both directions", async () => {
    const { accepted, proxy } = await upstream();
    const client = connect(proxy.port);
    const received = collect(client);
    client.write(`${toLb}early`);
    const server = await accepted;
    const arrived = collect(server);
    await eventually("the early bytes arrive", () => arrived() === "early");
    server.write("first");
    client.write(" late");
    await eventually("all arrives", () => arrived() === "early late" && received() === `${established}first`);
  });

  test("is half-closed by the client, and still gets the answer", async () => {
    const { client, server } = await openTunnel();
    client.end("question");
    expect((await rest(server)).toString()).toBe("question");
    server.end("answer");
    expect((await rest(client)).toString()).toBe("answer");
  });

  test("is half-closed by the server, and still takes the rest", async () => {
    const { client, server } = await openTunnel();
    server.end("all that I say");
    expect((await rest(client)).toString()).toBe("all that I say");
    client.end("and what I do");
    expect((await rest(server)).toString()).toBe("and what I do");
  });

  test("carries more than its buffers hold both ways at once, and holds back who is faster than the reader", async () => {
    const { client, server, proxy } = await openTunnel();
    const sent = Buffer.alloc(64 * 2 ** 20, "0123456789abcdef,");
    server.end(sent);
    client.end(sent);
    const both = [...proxy.sockets, server, client];
    let moved = -1;
    await eventually("all buffers are full", async () => {
      const before = moved;
      await new Promise(resolve => setTimeout(resolve, 50));
      moved = both.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
      return moved === before;
    });
    expect(proxy.sockets.size).toBe(1);
    for (const socket of both) expect(socket.bytesRead).toBeLessThan(sent.length / 2);
    const [atClient, atServer] = await Promise.all([rest(client), rest(server)]);
    expect(atClient.equals(sent)).toBe(true);
    expect(atServer.equals(sent)).toBe(true);
  });

  test("delivers all that a client sent that has left since", async () => {
    const { client, server } = await openTunnel();
    const sent = Buffer.alloc(2 ** 20, "x");
    client.end(sent, () => client.destroy());
    expect((await rest(server)).equals(sent)).toBe(true);
    server.end();
    await eventually("it closes", () => server.closed);
  });

  test.each<[string, (socket: net.Socket) => void]>([
    ["leaves", socket => socket.destroy()],
    ["resets its connection", socket => socket.resetAndDestroy()],
  ])("a client that %s ends it", async (_name, leave) => {
    const { client, server, proxy } = await openTunnel();
    server.resume().on("end", () => server.end());
    leave(client);
    await eventually("it closes", () => server.closed && proxy.sockets.size === 0);
  });

  test("a server that resets its connection resets the client's", async () => {
    const { client, server } = await openTunnel();
    const failed = once(client, "error");
    server.resetAndDestroy();
    expect(await failed).toMatchObject([{ code: "ECONNRESET" }]);
  });

  test("doesn't keep its proxy from closing", async () => {
    const { client, server, proxy } = await openTunnel();
    const closed = once(proxy.server, "close");
    closeServer(proxy.server);
    await closed;
    for (const socket of [client, server]) socket.resume();
    await eventually("both ends notice", () => client.readableEnded && server.closed);
  });
});

describe("a tunnel that can't be opened", () => {
  test.each([
    ["a name outside the region", "example.com:443", 502, "dns_error"],
    ["this machine's name", "localhost:22", 502, "dns_error"],
    ["an IPv6 address", "[::1]:80", 502, "dns_error"],
    ["no port", "lb.test", 400, "http_request_error"],
    ["port 0", "lb.test:0", 400, "http_request_error"],
    ["a port beyond 65535", "lb.test:65536", 400, "http_request_error"],
    ["user information", "me@lb.test:80", 400, "http_request_error"],
    ["a closed port", "lb.test:81", 502, "connection_refused"],
  ])("to %s gets the reason", async (_name, authority, status, error) => {
    const { port } = await proxy(refuse);
    const answer = await exchange(port, head(`CONNECT ${authority} HTTP/1.1`, "Host: x"));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(
      new RegExp(`^proxy-status: local-internet; error=${error}; details="[^"]+"\r$`, "m"),
    );
  });

  test.each(["/", "http://lb.test:80/", "*", "a b:80", ":80"])("to %s gets a 400", async target => {
    const { port, routed } = await proxy(refuse);
    const answer = await exchange(port, head(`CONNECT ${target} HTTP/1.1`, "Host: x"));
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(routed).toEqual([]);
  });

  test("since nothing listens gets the reason, and is closed even if the client keeps its side open", async () => {
    const { port, sockets } = await proxy(openTo(await closedPort()));
    const client = net.connect({ port, host: loopback, allowHalfOpen: true });
    onCleanUp(() => client.destroy());
    const received = collect(client);
    client.write(toLb);
    await once(client, "end");
    expect(received()).toMatch(
      /^HTTP\/1\.1 502 [^]*proxy-status: local-internet; error=connection_refused; /,
    );
    await eventually("the proxy closes it", () => sockets.size === 0);
  });

  test("since it is dropped gets nothing, until the client leaves", async () => {
    const { port, sockets, routed } = await proxy(() => ({ outcome: "dropped" }));
    const client = connect(port);
    const received = collect(client);
    client.write(`${toLb}early`);
    await eventually("it is routed", () => routed.length === 1);
    client.write("more");
    client.destroy();
    await eventually("the proxy notices", () => sockets.size === 0);
    expect(received()).toBe("");
  });

  test("since it is dropped doesn't keep its proxy from closing", async () => {
    const { port, server, routed } = await proxy(() => ({ outcome: "dropped" }));
    const client = connect(port);
    client.write(toLb);
    await eventually("it is routed", () => routed.length === 1);
    const ended = [once(client, "close"), once(server, "close")];
    closeServer(server);
    await Promise.all(ended);
  });

  test("whose client resets its connection doesn't crash the proxy", async () => {
    // Without the listeners that the tests' `listen` adds.
    const server = createProxy({ name: "x", dns: new Dns(), route: refuse });
    await once(server.listen(0, loopback), "listening");
    onCleanUp(() => server.close());
    const requested = once(server, "connect") as Promise<[http.IncomingMessage, net.Socket]>;
    const client = connect((server.address() as net.AddressInfo).port);
    client.write(toLb);
    const [, socket] = await requested;
    expect(() => socket.emit("error", new Error("read ECONNRESET"))).not.toThrow();
    client.resetAndDestroy();
    await eventually("it is closed", () => socket.destroyed);
  });
});

describe("a tunnel to the proxy itself", () => {
  test.each(["127.0.0.1", "localhost"])("as %s is served by it", async name => {
    const ownHandler: http.RequestListener = (req, res) => res.end(`${req.method} ${req.url}`);
    const { port, routed } = await proxy(refuse, { ownHandler });
    const authority = `${name}:${port}`;
    const requests = ["/one", "/two"].map(path => head(`GET ${path} HTTP/1.1`, `Host: ${authority}`));
    const client = connect(port);
    const received = collect(client);
    client.write(head(`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`) + requests.join(""));
    await eventually("both are answered", () => received().includes("GET /two"));
    expect(received()).toMatch(/^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 [^]*GET \/one/);
    expect(routed).toEqual([]);
  });
});

describe("clients that tunnel", () => {
  test("undici's", async () => {
    const { port: service } = await listenHttp((req, res) => res.end(`${req.headers.host}${req.url}`));
    const { url } = await proxy(openTo(service));
    const dispatcher = new ProxyAgent({ uri: url, proxyTunnel: true });
    onCleanUp(() => dispatcher.destroy());
    const response = await fetch("http://lb.test:8080/a", { dispatcher });
    expect(await response.text()).toBe("lb.test:8080/a");
  });

  test("a WebSocket client", async () => {
    const service = await listenHttp((_req, res) => res.end());
    const sockets = new WebSocketServer({ server: service.server });
    onCleanUp(() => sockets.close());
    sockets.on("connection", socket => socket.on("message", data => socket.send(data)));
    const tunnelled = await tunnel(await proxy(openTo(service.port)));
    const socket = new WebSocket("ws://lb.test:7/", { createConnection: () => tunnelled });
    await once(socket, "open");
    socket.send("this");
    expect(String((await once(socket, "message"))[0])).toBe("this");
    socket.close();
    expect((await once(socket, "close"))[0]).toBe(1005);
  });
});
