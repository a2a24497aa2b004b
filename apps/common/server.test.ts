import { once } from "node:events";
import type { ServerResponse } from "node:http";
import net from "node:net";
import { createServer, type DrainableServer } from "./server";
import { listen } from "../../testing/servers";

let server: DrainableServer["server"];
let drain: DrainableServer["drain"];
let port: number;
/** The answer to GET /held, once it is asked for. */
let held: Promise<ServerResponse>;

beforeEach(async () => {
  held = new Promise(resolve => {
    ({ server, drain } = createServer((request, response) => {
      if (request.url === "/held") resolve(response);
      else response.end("answer");
    }));
  });
  ({ port } = await listen(server));
});
afterEach(() => {
  jest.useRealTimers();
});

async function connect() {
  const socket = net.connect(port, "127.0.0.1").setEncoding("utf8");
  await once(socket, "connect");
  return {
    closed: once(socket, "close"),
    ask: async (path: string) => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      return String((await once(socket, "data"))[0]);
    },
  };
}

/** From here on, time passes only when the test says so. */
const stopTheClock = () => jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate"] });

test("an idle connection outlives the load balancer's 60 s, and headers may take longer than that", () => {
  expect(server.keepAliveTimeout).toBeGreaterThan(60_000);
  expect(server.headersTimeout).toBeGreaterThan(server.keepAliveTimeout);
});

test("a client that closes its side after its request gets its answer", async () => {
  const client = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true }).setEncoding("utf8");
  client.end("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  const response = await held;
  await once(response.req.socket, "end");
  response.end("at last");
  const received: string[] = [];
  client.on("data", data => received.push(String(data)));
  await once(client, "end");
  expect(received.join("")).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*at last$/);
});

describe("drain", () => {
  test("ends at once when nothing is open, and then refuses connections", async () => {
    stopTheClock();
    await drain();
    await expect(connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(jest.getTimerCount()).toBe(0);
  });

  test("answers the request in progress, and closes its connection", async () => {
    stopTheClock();
    const client = await connect();
    const answer = client.ask("/held");
    const response = await held;
    const drained = drain();
    response.end("at last");
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK\r\nConnection: close\r\n[^]*\r\n\r\nat last$/);
    await client.closed;
    await drained;
  });

  test("answers all pipelined requests in progress, and closes the connection with the last", async () => {
    const responses: ServerResponse[] = [];
    const both = new Promise<void>(resolve => {
      ({ server, drain } = createServer((_request, response) => {
        if (responses.push(response) === 2) resolve();
      }));
    });
    ({ port } = await listen(server));
    const client = net.connect(port, "127.0.0.1").setEncoding("utf8");
    const received: string[] = [];
    client.on("data", data => received.push(String(data)));
    client.write("GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /last HTTP/1.1\r\nHost: x\r\n\r\n");
    await both;
    const drained = drain();
    for (const response of responses) response.end(response.req.url);
    await once(client, "end");
    expect(received.join("").match(/^Connection: .*|\/(first|last)/gm)).toEqual([
      "Connection: keep-alive",
      "/first",
      "Connection: close",
      "/last",
    ]);
    await drained;
  });

  test("leaves an answer that has started as it is", async () => {
    const client = await connect();
    const answer = client.ask("/held");
    const response = await held;
    response.write("half");
    expect(await answer).toContain("\r\nConnection: keep-alive\r\n");
    const drained = drain();
    response.end();
    await client.closed;
    await drained;
  });

  test("answers one more request on an idle connection, and closes it", async () => {
    const client = await connect();
    expect(await client.ask("/")).toContain("\r\nConnection: keep-alive\r\n");
    stopTheClock();
    const drained = drain();
    expect(await client.ask("/")).toContain("\r\nConnection: close\r\n");
    await client.closed;
    await drained;
  });

  test("answers a request that arrived before it came to close the idle connection", async () => {
    const client = await connect();
    await client.ask("/");
    stopTheClock();
    const drained = drain();
    await new Promise(setImmediate); // as from a real timer, the next phase of the event loop to come is to read
    const answer = client.ask("/");
    jest.advanceTimersByTime(500);
    expect(await answer).toContain("\r\nConnection: close\r\n");
    await drained;
  });

  test("closes idle and unused connections after half a second, and one whose answer is due only after 5 s", async () => {
    const idle = await connect();
    await idle.ask("/");
    const unused = await connect();
    const waiting = await connect();
    const answer = waiting.ask("/held");
    answer.catch(() => undefined);
    await held;
    stopTheClock();
    const ended: string[] = [];
    const drained = drain().then(() => ended.push("drained"));
    void idle.closed.then(() => ended.push("idle"));
    void unused.closed.then(() => ended.push("unused"));
    void waiting.closed.then(() => ended.push("waiting"));

    jest.advanceTimersByTime(499);
    // Had a connection been closed, we would see that before this refusal.
    await expect(connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    await Promise.all([idle.closed, unused.closed]);
    jest.advanceTimersByTime(4_499);
    await expect(connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(ended.toSorted()).toEqual(["idle", "unused"]);
    jest.advanceTimersByTime(1);
    await waiting.closed;
    await drained;
  });
});
