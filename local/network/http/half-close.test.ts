import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { forward, silence } from "./forward";
import { createServer } from "./servers";
import { eventually } from "../../../testing/eventually";
import {
  collect,
  connect,
  head,
  keepAliveAgent,
  listen,
  listenHttp,
  loopback,
} from "../../../testing/servers";
import { onCleanUp } from "../../../testing/clean-up";

const get = head("GET / HTTP/1.1", "Host: a.test");

/** Sends one request over a connection of which only the server's side stays open. */
function askAndHalfClose(port: number, options: Partial<net.TcpNetConnectOpts> = {}) {
  const client = net.connect({ port, host: loopback, allowHalfOpen: true, ...options });
  onCleanUp(() => client.destroy());
  client.end(get);
  return { client, received: collect(client) };
}

/** A server that holds each response; `request` resolves to the first. */
async function holder() {
  const server = createServer(() => undefined);
  const request = once(server, "request") as Promise<[http.IncomingMessage, http.ServerResponse]>;
  return { ...(await listen(server)), request };
}

test.each([
  ["IPv4", loopback],
  ["IPv6, which has the same address in another notation", `::ffff:${loopback}`],
])("a client that closes its side gets its response, by %s, however late", async (_name, host) => {
  const { port, request, sockets } = await holder();
  const { client, received } = askAndHalfClose(port, { host });
  const [req, res] = await request;
  await once(req.socket, "end");
  // Longer than the server takes to look twice.
  await new Promise(resolve => setTimeout(resolve, 500));
  expect(res.closed).toBe(false);
  res.end("answer");
  await once(client, "end");
  expect(received()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*answer$/);
  await eventually("the server closes the connection", () => sockets.size === 0);
});

test("a client that has no response due is closed at once", async () => {
  const { server, port } = await listen(createServer((_req, res) => res.end()));
  const client = connect(port);
  const closed = once(client, "close");
  await once(server, "connection");
  client.end();
  await closed;
});

describe("a client that leaves", () => {
  test.each<[string, (client: net.Socket) => void]>([
    ["at once", client => client.destroy()],
    ["after it has closed its side", client => client.end(() => client.destroy())],
    ["by a reset", client => client.resetAndDestroy()],
  ])("%s is noticed while its request is held in silence", async (_name, leave) => {
    const { port, request, sockets } = await holder();
    const client = connect(port);
    client.write(get);
    const held = silence(...(await request));
    leave(client);
    await expect(held).resolves.toBe("client-gone");
    await eventually("the server forgets it", () => sockets.size === 0);
  });

  test("cancels the request that is forwarded for it", async () => {
    const upstream = await listenHttp(() => undefined);
    const { port, request } = await holder();
    const client = connect(port);
    client.write(get);
    const agent = keepAliveAgent();
    const forwarded = forward(...(await request), { agent, host: loopback, port: upstream.port });
    await once(upstream.server, "request");
    client.destroy();
    await expect(forwarded).resolves.toEqual({ outcome: "failed", failure: "client-gone" });
    await eventually("the upstream's connection closes", () => upstream.sockets.size === 0);
  });

  test("and others that have only closed their side are told apart", async () => {
    const server = createServer(() => undefined);
    const responses: http.ServerResponse[] = [];
    server.on("request", (_req, res) => responses.push(res));
    const { port, sockets } = await listen(server);
    const clients = Array.from({ length: 20 }, () => askAndHalfClose(port));
    await eventually("all have asked", () => responses.length === clients.length);
    for (const [index, { client }] of clients.entries()) if (index % 2 === 0) client.destroy();
    await eventually("half of them are gone", () => sockets.size === clients.length / 2);
    for (const res of responses) res.end("answer");
    const stayed = clients.filter((_client, index) => index % 2 === 1);
    await eventually("the others have their answer", () =>
      stayed.every(({ received }) => received().endsWith("answer")),
    );
  });
});
