import type net from "node:net";
import type { Connection } from "../../network/router";
import { allClosed, closedPort, head, keepAliveAgent, listenRaw, loopback } from "../../../testing/servers";
import { checkHealth } from "./health-check";

const check = (timeoutMs = 60_000, signal = new AbortController().signal) => ({
  to: { address: "10.0.2.10", port: 8080 },
  path: "/health?deep=1",
  timeoutMs,
  matches: (code: number) => code === 200,
  signal,
});

function open(port: number): Connection {
  return { outcome: "open", agent: keepAliveAgent(), host: loopback, port };
}

const response = (status: string) => `${head(`HTTP/1.1 ${status}`, "Content-Length: 2")}ok`;
const incomplete = response("200 OK").slice(0, -1);
const redirect = head("HTTP/1.1 302 Found", "Location: /", "Content-Length: 0");
const switching = head("HTTP/1.1 101 Switching Protocols", "Upgrade: a", "Connection: upgrade");
const mismatched = (code: number) => ({ result: "mismatched", code });
const failed = { result: "failed" };
const timedOut = { result: "timed-out" };

const cases: [name: string, behave: (socket: net.Socket) => void, expected: object][] = [
  ["passes on a code that matches", socket => socket.write(response("200 OK")), { result: "passed" }],
  ["fails on another code", socket => socket.write(response("503 No")), mismatched(503)],
  ["doesn't follow a redirect", socket => socket.write(redirect), mismatched(302)],
  ["times out on silence", () => undefined, timedOut],
  ["times out on an incomplete response", socket => socket.write(incomplete), timedOut],
  ["fails on a reset", socket => socket.resetAndDestroy(), failed],
  ["fails on a closed connection", socket => socket.end(), failed],
  ["fails on a truncated response", socket => socket.end(incomplete), failed],
  ["fails on a response that isn't HTTP", socket => socket.write("+OK\r\n"), failed],
  ["fails on a protocol switch", socket => socket.write(switching), failed],
];

test.each(cases)("a check %s", async (_name, behave, expected) => {
  const { port, sockets } = await listenRaw(behave);
  const result = checkHealth(() => open(port), check(expected === timedOut ? 50 : undefined));
  await expect(result).resolves.toEqual(expected);
  await allClosed(sockets);
});

test("a check fails if nothing listens", async () => {
  const port = await closedPort();
  await expect(checkHealth(() => open(port), check())).resolves.toEqual({ result: "failed" });
});

test.each<[Connection["outcome"] & ("refused" | "dropped"), string]>([
  ["refused", "failed"],
  ["dropped", "timed-out"],
])("a check whose connection is %s is %s", async (outcome, result) => {
  await expect(checkHealth(() => ({ outcome }), check(50))).resolves.toEqual({ result });
});

test("a check requests the path from the target's own address, on a new connection", async () => {
  let received = "";
  const { port } = await listenRaw((socket, request) => {
    received = request;
    socket.write(response("200 OK"));
  });
  const agent = keepAliveAgent();
  const createConnection = jest.spyOn(agent, "createConnection");
  const route = jest.fn((): Connection => ({ outcome: "open", agent, host: loopback, port }));
  await checkHealth(route, check());
  expect(route.mock.calls).toEqual([[{ address: "10.0.2.10", port: 8080 }, "health-check"]]);
  expect(createConnection).toHaveBeenCalledTimes(1);
  expect(Object.keys(agent.freeSockets)).toEqual([]);
  expect(received).toBe(
    head(
      ...["GET /health?deep=1 HTTP/1.1", "Host: 10.0.2.10:8080", "User-Agent: ELB-HealthChecker/2.0"],
      ...["Accept-Encoding: gzip, compressed", "Connection: close"],
    ),
  );
});

test("a check ends when its signal aborts", async () => {
  const end = new AbortController();
  const { port, sockets } = await listenRaw(() => end.abort());
  await checkHealth(() => open(port), check(60_000, end.signal));
  await allClosed(sockets);
});
