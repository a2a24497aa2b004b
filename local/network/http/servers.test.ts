import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { isTaken, listen, listenNear, closeServer } from "./servers";
import { closedPort, connect } from "../../../testing/servers";
import { onCleanUp } from "../../../testing/clean-up";

function server(handle?: http.RequestListener): http.Server {
  const server = http.createServer(handle);
  onCleanUp(() => closeServer(server));
  return server;
}

test("listens on loopback only", async () => {
  const any = server();
  const port = await listen(any);
  expect(port).toBeGreaterThan(0);
  expect(any.address()).toMatchObject({ address: "127.0.0.1", family: "IPv4", port });
});

test("listens on the requested port", async () => {
  const port = await closedPort();
  await expect(listen(server(), port)).resolves.toBe(port);
});

test("rejects if the requested port is in use", async () => {
  const port = await listen(server());
  const error = await listen(server(), port).catch((error: unknown) => error);
  expect(error).toMatchObject({ code: "EADDRINUSE" });
  expect(isTaken(error)).toBe(true);
});

test("uses the preferred port if it is free", async () => {
  const port = await closedPort();
  await expect(listenNear(server(), port)).resolves.toBe(port);
});

test.each([
  ["it is in use", () => listen(server())],
  ["it is beyond 65535", () => Promise.resolve(65536)],
])("uses another port if %s", async (_name, preferred) => {
  const port = await preferred();
  const near = server();
  const other = await listenNear(near, port);
  expect(other).not.toBe(port);
  expect((near.address() as AddressInfo).port).toBe(other);
});

test("rethrows other errors", async () => {
  const listening = server();
  await listen(listening);
  await expect(listenNear(listening, await closedPort())).rejects.toMatchObject({
    code: "ERR_SERVER_ALREADY_LISTEN",
  });
  expect(isTaken(new Error("unrelated"))).toBe(false);
});

test("closeServer ends idle connections and requests held without a response", async () => {
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

test("closeServer accepts a server that never listened", () => {
  expect(() => closeServer(http.createServer())).not.toThrow();
});
