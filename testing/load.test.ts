import { once } from "node:events";
import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { count, under } from "./load";
import { closedPort, listen, listenHttp, loopback } from "./servers";

/** Resolves after this many requests. */
const requests = async (server: http.Server, many: number) => {
  for (let request = 0; request < many; request++) await once(server, "request");
};

test("counts the answers by status", async () => {
  let asked = 0;
  const { url, server } = await listenHttp((_request, response) => {
    response.writeHead(asked++ % 2 === 0 ? 200 : 503).end();
  });
  const sent = await under(url, { perSecond: 200 }, () => requests(server, 10));
  expect(sent).toHaveLength(asked);
  expect(count(sent)).toEqual({ 200: Math.ceil(asked / 2), 503: Math.floor(asked / 2) });
});

test("tells a refused connection from one that breaks within the answer", async () => {
  const { url, server } = await listenHttp((_request, response) => {
    response.writeHead(200, { "Content-Length": 10 }).write("half", () => response.destroy());
  });
  expect(Object.keys(count(await under(url, { perSecond: 200 }, () => requests(server, 2))))).toEqual([
    "reset",
  ]);
  const closed = `http://${loopback}:${await closedPort()}`;
  const sent = await under(closed, { perSecond: 200 }, () => delay(50));
  expect(Object.keys(count(sent))).toEqual(["refused"]);
});

test("keeps as many connections alive as it is told", async () => {
  const server = http.createServer((_request, response) => response.end("answer"));
  let connections = 0;
  server.on("connection", () => connections++);
  const { url } = await listen(server);
  const sent = await under(url, { perSecond: 400, connections: 2 }, () => requests(server, 20));
  expect(Object.keys(count(sent))).toEqual(["200"]);
  expect(connections).toBeLessThanOrEqual(2);
});
