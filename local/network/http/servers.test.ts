import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { isTaken, listen, listenNear, closeServer } from "./servers";
import { closedPort, connect } from "../../../testing/servers";
import { cleanUp, onCleanUp } from "../../../testing/clean-up";

afterEach(cleanUp);

function server(handle?: http.RequestListener): http.Server {
  const server = http.createServer(handle);
  onCleanUp(() => {
    closeServer(server);
  });
  return server;
}

test("listens on loopback, and on no other address", async () => {
  const any = server();
  const port = await listen(any);
  expect(port).toBeGreaterThan(0);
  expect(any.address()).toMatchObject({ address: "127.0.0.1", family: "IPv4", port });
});

test("listens on the port that is asked for", async () => {
  const port = await closedPort();
  await expect(listen(server(), port)).resolves.toBe(port);
});

test("a port that is taken is an error where it must be that one", async () => {
  const port = await listen(server());
  const error = await listen(server(), port).catch((error: unknown) => error);
  expect(error).toMatchObject({ code: "EADDRINUSE" });
  expect(isTaken(error)).toBe(true);
});

test("a preferred port is used when it is free", async () => {
  const port = await closedPort();
  await expect(listenNear(server(), port)).resolves.toBe(port);
});

test.each([
  ["it is taken", () => listen(server())],
  ["it is beyond the last one", () => Promise.resolve(65536)],
])("another than the preferred port is used when %s", async (_name, preferred) => {
  const port = await preferred();
  const near = server();
  const other = await listenNear(near, port);
  expect(other).not.toBe(port);
  expect((near.address() as AddressInfo).port).toBe(other);
});

test("an error of another kind is passed on", async () => {
  const listening = server();
  await listen(listening);
  await expect(listenNear(listening, await closedPort())).rejects.toMatchObject({
    code: "ERR_SERVER_ALREADY_LISTEN",
  });
  expect(isTaken(new Error("of another kind"))).toBe(false);
});

test("shut ends idle connections, and requests that are held in silence", async () => {
  const held = server();
  const port = await listen(held);
  const requested = once(held, "request");
  const [idle, waiting] = [connect(port), connect(port)];
  const accepted = once(held, "connection");
  waiting.write("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
  await Promise.all([requested, accepted]);
  const ends = [idle, waiting].map(socket => once(socket, "close"));
  const closed = once(held, "close");
  closeServer(held);
  await Promise.all([...ends, closed]);
  expect(held.listening).toBe(false);
});

test("shut does no harm to a server that never listened", () => {
  expect(() => {
    closeServer(http.createServer());
  }).not.toThrow();
});
