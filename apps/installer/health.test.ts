import type { RequestListener } from "node:http";
import { closedPort, listenHttp } from "../../testing/servers";
import { untilHealthy } from "./health";

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
    await expect(healthy([well, await closedPort()], AbortSignal.timeout(300))).rejects.toThrow();
  });

  test("not while one of its sockets is silent", async () => {
    const silent = await portOf(() => undefined);
    await expect(healthy([silent], AbortSignal.timeout(300))).rejects.toThrow();
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
