import { lines, listenHttp, listenRaw } from "../testing/servers";
import { quantile, saturate } from "./saturate";

const load = { request: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", connections: 2, milliseconds: 50 };

test("counts the answers of a server, and how long they took", async () => {
  let asked = 0;
  const { port } = await listenHttp((_request, response) => {
    asked++;
    response.end("answer");
  });
  const begin = performance.now();
  const { perSecond, percentile99 } = await saturate({ ...load, port });
  const seconds = (performance.now() - begin) / 1000;
  expect(perSecond * seconds).toBeGreaterThanOrEqual(asked);
  expect(percentile99).toBeGreaterThan(0);
});

test("pauses between an answer and the next request", async () => {
  let asked = 0;
  const { port } = await listenHttp((_request, response) => response.end(String(++asked)));
  await saturate({ ...load, port, pause: 1_000 });
  expect(asked).toBe(load.connections);
});

test("ends sooner after as many answers as are wanted", async () => {
  const { port } = await listenHttp((_request, response) => response.end("answer"));
  const { answers } = await saturate({ ...load, port, milliseconds: 60_000, answers: 10 });
  expect([10, 11]).toContain(answers); // the other connection's is on its way
});

test("takes an answer in pieces, and one of another length", async () => {
  let asked = 0;
  const { port } = await listenHttp((_request, response) => {
    const body = "x".repeat(++asked % 3);
    response.writeHead(200, { "Content-Length": body.length }).flushHeaders();
    response.end(body);
  });
  await saturate({ ...load, port });
  expect(asked).toBeGreaterThan(2);
});

test.each([
  ["another status", lines("HTTP/1.1 503 Service Unavailable", "Content-Length: 0", "", "")],
  ["no length", lines("HTTP/1.1 200 OK", "", "")],
])("accepts no answer with %s", async (_what, answer) => {
  const { port } = await listenRaw(socket => socket.write(answer));
  await expect(saturate({ ...load, port })).rejects.toThrow(`unexpected answer: ${answer}`);
});

test("a quantile is a value of those given", () => {
  expect([0, 0.5, 0.99, 1].map(at => quantile([1, 2, 3, 4], at))).toEqual([1, 3, 4, 4]);
});
