import http, { type RequestListener } from "node:http";
import { cleanUp, serveLocally } from "../../testing/services";
import { untilHealthy } from "./health";

afterEach(cleanUp);

describe("a unit is healthy", () => {
  const answering =
    (status: () => number, asked: string[] = []): RequestListener =>
    (request, response) => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      response.writeHead(status()).end();
    };
  const portOf = (url: string) => Number(new URL(url).port);
  async function healthy(
    urls: string[],
    signal = AbortSignal.timeout(10_000),
    whileNot = () => Promise.resolve(),
  ): Promise<void> {
    await untilHealthy(urls.map(portOf), signal, whileNot);
  }

  test("when GET /health of every socket answers 200", async () => {
    const asked: string[] = [];
    await healthy([
      await serveLocally(answering(() => 200, asked)),
      await serveLocally(answering(() => 200, asked)),
    ]);
    expect(asked).toEqual(["GET /health", "GET /health"]);
  });

  test("only once it does", async () => {
    const answers = [503, 404, 500];
    await healthy([await serveLocally(answering(() => answers.shift() ?? 200))]);
    expect(answers).toEqual([]);
  });

  test("not while one of its sockets refuses connections", async () => {
    const closed = http.createServer();
    const url = await serveLocally(closed);
    closed.close();
    const well = await serveLocally(answering(() => 200));
    await expect(healthy([well, url], AbortSignal.timeout(300))).rejects.toThrow();
  });

  test("not while one of its sockets is silent", async () => {
    const silent = await serveLocally(() => undefined);
    await expect(healthy([silent], AbortSignal.timeout(300))).rejects.toThrow();
  });

  test("and is asked no more once something else is known of it", async () => {
    const whileNot = jest
      .fn()
      .mockResolvedValueOnce(undefined)
      .mockRejectedValueOnce(new Error("it is gone"));
    const url = await serveLocally(answering(() => 503));
    await expect(healthy([url], AbortSignal.timeout(10_000), whileNot)).rejects.toThrow("it is gone");
  });

  test("and whoever is asked is not waited for while something else becomes known of it", async () => {
    const silent = await serveLocally(() => undefined);
    const gone = () => Promise.reject(new Error("it is gone"));
    // Jest waits no longer than 5 s.
    await expect(healthy([silent], AbortSignal.timeout(60_000), gone)).rejects.toThrow("it is gone");
  });
});
