import type { RequestListener } from "node:http";
import { closedPort, listenHttp } from "../../testing/servers";
import { Unhealthy, untilHealthy } from "./health";

describe("a unit is healthy", () => {
  const answering =
    (status: () => number, asked: string[] = []): RequestListener =>
    (request, response) => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      response.writeHead(status()).end();
    };
  const portOf = async (handle: RequestListener) => (await listenHttp(handle)).port;
  const healthy = (
    ports: number[],
    signal = AbortSignal.timeout(10_000),
    whileNot = () => Promise.resolve(),
  ) => untilHealthy(ports, signal, whileNot);

  test("once GET /health answers 200 on every socket", async () => {
    const asked: string[] = [];
    await healthy([await portOf(answering(() => 200, asked)), await portOf(answering(() => 200, asked))]);
    expect(asked).toEqual(["GET /health", "GET /health"]);
  });

  test("only once it does", async () => {
    const answers = [503, 404, 500];
    await healthy([await portOf(answering(() => answers.shift() ?? 200))]);
    expect(answers).toEqual([]);
  });

  test("not while one of its sockets refuses connections", async () => {
    const well = await portOf(answering(() => 200));
    const closed = await closedPort();
    await expect(healthy([well, closed], AbortSignal.timeout(300))).rejects.toThrow(
      `GET /health on port ${closed}: connect ECONNREFUSED 127.0.0.1:${closed}`,
    );
  });

  test("not while one of its sockets is silent", async () => {
    const silent = await portOf(() => undefined);
    await expect(healthy([silent], AbortSignal.timeout(300))).rejects.toThrow("nothing answered");
    await expect(healthy([silent], AbortSignal.timeout(1_500))).rejects.toThrow("no answer within 1 s");
  });

  test.each([
    ["whole", '{"disk":"full"}', '503 Service Unavailable {"disk":"full"}'],
    ["up to a kilobyte", "x".repeat(70_000), `503 Service Unavailable ${"x".repeat(1024)}…`],
    ["without a body", "", "503 Service Unavailable"],
  ])("and its last answer is quoted, %s", async (_, body, said) => {
    const port = await portOf((_request, response) => response.writeHead(503).end(body));
    const error = new Unhealthy(`GET /health on port ${port}: ${said}`);
    await expect(healthy([port], AbortSignal.timeout(500))).rejects.toThrow(error);
  });

  test("and an answer that breaks off is quoted with what broke it", async () => {
    const port = await portOf((_request, response) => {
      response.writeHead(500, { "content-length": 100 }).write("half");
      setImmediate(() => response.destroy());
    });
    await expect(healthy([port], AbortSignal.timeout(500))).rejects.toThrow("500, then aborted");
  });

  test("and is not asked again once it is known to have failed", async () => {
    const whileNot = jest
      .fn()
      .mockResolvedValueOnce(undefined)
      .mockRejectedValueOnce(new Error("it is gone"));
    const port = await portOf(answering(() => 503));
    await expect(healthy([port], AbortSignal.timeout(10_000), whileNot)).rejects.toThrow("it is gone");
  });

  test("and a pending answer does not delay a failure that becomes known", async () => {
    const silent = await portOf(() => undefined);
    const gone = () => Promise.reject(new Error("it is gone"));
    // Jest doesn't wait that long.
    await expect(healthy([silent], AbortSignal.timeout(600_000), gone)).rejects.toThrow("it is gone");
  });
});
