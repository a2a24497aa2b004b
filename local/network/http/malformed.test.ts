import { once } from "node:events";
import type net from "node:net";
import { createServer } from "./servers";
import { collect, connect, exchange, head, listen } from "../../../testing/servers";

const answering = async () => listen(createServer((_req, res) => void res.writeHead(200).write("half")));

test.each([
  ["isn't HTTP", "\x16\x03\x01\x02\x00\x01\r\n\r\n", /^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\n\r\n.*method/],
  ["has no Host", head("GET / HTTP/1.1"), /^HTTP\/1\.1 400 Bad Request\r\n/],
  [
    "has too large a head",
    head("GET / HTTP/1.1", `X: ${"x".repeat(200_000)}`),
    /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n[^]*\r\n\r\nthe request's head is larger than 131072 bytes\n$/,
  ],
  ["ends in its head", "GET / HTTP/1.1\r\nHost:", /^HTTP\/1\.1 400 Bad Request\r\n/],
])("what %s is answered in HTTP, and the connection closed", async (_name, text, expected) => {
  const { port, sockets } = await answering();
  const client = connect(port);
  const received = collect(client);
  client.end(text);
  await once(client, "close");
  expect(received()).toMatch(expected);
  while (sockets.size > 0) await new Promise(setImmediate);
});

test("a request that takes too long is told so", async () => {
  const { server, port } = await answering();
  const connection = once(server, "connection") as Promise<[net.Socket]>;
  const answer = exchange(port, "GET / HTTP/1.1\r\n");
  const [socket] = await connection;
  server.emit("clientError", Object.assign(new Error(), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), socket);
  expect(await answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[^]*too long/);
});

test("a response in progress gets no second head", async () => {
  const { port } = await answering();
  const client = connect(port);
  const received = collect(client);
  client.on("data", () => {
    if (received().includes("half")) client.write("\0garbage\r\n\r\n");
  });
  client.write(head("GET / HTTP/1.1", "Host: a.test"));
  await once(client, "close");
  expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1);
});
