import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { FakeClock } from "../../../testing/fake-clock";
import type { Address, Connection, Router } from "../../network/router";
import { allClosed, collect, connect, exchange, head, keepAliveAgent } from "../../../testing/servers";
import { lines, listen, listenHttp, listenRaw, loopback } from "../../../testing/servers";
import { onCleanUp } from "../../../testing/clean-up";
import {
  forwardTo,
  LoadBalancer,
  pickWeighted,
  type LoadBalancerSettings,
  type RequestRecord,
} from "./load-balancer";
import { createListenerServer } from "./listener-server";
import { TargetGroup } from "./target-group";

const delay = 30_000;
const host = "Host: lb.test";
const get = head("GET / HTTP/1.1", host, "Connection: close");

const healthCheck = {
  path: "/",
  port: "traffic-port",
  intervalSeconds: 10,
  timeoutSeconds: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  matcher: "200",
} as const;

/** A load balancer on loopback with targets i-1, i-2, … at `ports`, which are never health-checked. */
type Port = number | "refused" | "dropped";
async function balance(ports: Port[], settings: Partial<LoadBalancerSettings> = {}) {
  const clock = new FakeClock();
  const agent = keepAliveAgent();
  const route: Router = ({ address }) => {
    const port = ports[Number(address.split(".")[3]) - 1] ?? "dropped";
    return typeof port === "number" ? { outcome: "open", agent, host: loopback, port } : { outcome: port };
  };
  const group = new TargetGroup(clock, { port: 8080, deregistrationDelaySeconds: delay / 1000, healthCheck });
  onCleanUp(() => group.stop());
  const records: RequestRecord[] = [];
  const waiting: (() => void)[] = [];
  const balancer = new LoadBalancer({
    dnsName: "lb.elb.test",
    nodes: [route],
    onRequest: record => {
      records.push(record);
      for (const resolve of waiting.splice(0)) resolve();
    },
    ...settings,
  });
  balancer.setListener(80, forwardTo(group));
  ports.forEach((_, i) => group.register({ id: `i-${i + 1}`, address: `10.0.2.${i + 1}`, port: 8080 }));
  const { port, server } = await listen(
    createListenerServer((req, res) => {
      void balancer.handle(req, res, { address: "203.0.113.9", port: 5000 });
    }),
  );
  const nextRecord = () => new Promise<void>(resolve => waiting.push(resolve));
  return { clock, group, balancer, port, server, agent, route, records, nextRecord };
}

function page(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

function withoutDate(response: string): string {
  expect(response).toMatch(/^Date: .* GMT\r$/m);
  return response.replace(/^Date: .*\r\n/m, "");
}

describe("the load balancer itself responds with", () => {
  const cases: [
    status: string,
    length: number,
    when: string,
    targets: (((socket: net.Socket) => void) | "refused" | "dropped")[],
    request?: string,
  ][] = [
    ["503 Service Temporarily Unavailable", 162, "no target is registered", []],
    ["502 Bad Gateway", 122, "the target refuses the connection", ["refused"]],
    ["502 Bad Gateway", 122, "the target resets the connection", [socket => socket.resetAndDestroy()]],
    ["502 Bad Gateway", 122, "the target closes the connection", [socket => socket.end()]],
    ["502 Bad Gateway", 122, "the target's response is malformed", [socket => socket.write("+OK\r\n")]],
    ["504 Gateway Time-out", 132, "the connection to the target is dropped", ["dropped"]],
    ["504 Gateway Time-out", 132, "the target is silent", [() => undefined]],
    [
      "408 Request Time-out",
      132,
      "the client doesn't send the announced body",
      [() => undefined],
      lines("POST / HTTP/1.1", host, "Content-Length: 9", "", "begin"),
    ],
    ["400 Bad Request", 122, "the client doesn't speak HTTP", [], "HELO\r\n\r\n"],
  ];

  test.each(cases)(
    "%s, a page of %p bytes, when %s",
    async (...[status, length, , targets, request = get]) => {
      const ports = await Promise.all(
        targets.map(async target => (typeof target === "string" ? target : (await listenRaw(target)).port)),
      );
      // Short only for cases that wait for a time-out, so that no other case times out on a slow machine.
      const seconds = /time-out/i.test(status) ? 0.05 : 60;
      const { port } = await balance(ports, { connectTimeoutSeconds: seconds, idleTimeoutSeconds: seconds });
      const body = page(status);
      expect(body).toHaveLength(length);
      expect(withoutDate(await exchange(port, request))).toBe(
        lines(
          ...[`HTTP/1.1 ${status}`, "Server: awselb/2.0", "Content-Type: text/html"],
          ...[`Content-Length: ${length}`, "Connection: close", "", body],
        ),
      );
    },
  );

  test("no page to HEAD, and keeps the connection open", async () => {
    const { port } = await balance([]);
    const responses = await exchange(port, head("HEAD / HTTP/1.1", host) + get);
    expect(responses).toMatch(/^HTTP\/1.1 503 .*Content-Length: 162\r\n.*\r\n\r\nHTTP\/1.1 503 /s);
  });

  test("nothing to a bad request if a response is in progress", async () => {
    const partial = lines("HTTP/1.1 200 OK", "Content-Length: 100", "", "begin");
    const target = await listenRaw(socket => socket.write(partial));
    const { port } = await balance([target.port]);
    const client = connect(port);
    const received = collect(client);
    client.on("data", () => {
      if (received().endsWith("begin")) client.write("no chunk\r\n");
    });
    client.write(head("POST / HTTP/1.1", host, "Transfer-Encoding: chunked"));
    await once(client, "close");
    expect(received()).toMatch(/\r\n\r\nbegin$/);
  });
});

test("a target gets the request with a load balancer's headers", async () => {
  let received = "";
  const target = await listenRaw((socket, request) => {
    received = request;
    socket.end(lines("HTTP/1.1 200 OK", "Content-Length: 2", "", "ok"));
  });
  const { port, records } = await balance([target.port]);
  await exchange(
    port,
    head(
      ...["GET /a?b HTTP/1.1", "Host: LB.test", "Connection: close, X-Forwarded-For"],
      ...["X-Forwarded-For: 10.9.9.9", "X-Forwarded-Port: 443", "Accept: */*"],
    ),
  );
  expect(received.replace(/Root=1-[0-9a-f]{8}-[0-9a-f]{24}/, "TRACE")).toBe(
    head(
      ...["GET /a?b HTTP/1.1", "host: lb.test", "connection: keep-alive", "Accept: */*"],
      ...["X-Forwarded-For: 10.9.9.9, 203.0.113.9", "X-Forwarded-Proto: http", "X-Forwarded-Port: 80"],
      "X-Amzn-Trace-Id: TRACE",
    ),
  );
  expect(records).toEqual([
    {
      client: { address: "203.0.113.9", port: 5000 },
      targetId: "i-1",
      status: 200,
      targetStatus: 200,
      durationMs: expect.any(Number) as number,
    },
  ]);
});

test.each([
  ["dropped where they are invalid and that is wanted", true, ["x-valid-1"]],
  ["all passed on by default", undefined, ["x-valid-1", "x_underscored", "x.dotted", "x!marked"]],
])("header fields are %s", async (_how, dropsInvalidHeaderFields, expected) => {
  let received: string[] = [];
  const { port: target } = await listenHttp((req, res) => {
    received = Object.keys(req.headers);
    res.end();
  });
  const { port } = await balance([target], { dropsInvalidHeaderFields });
  const fields = ["X-Valid-1: 1", "X_Underscored: 2", "X.Dotted: 3", "X!Marked: 4"];
  expect(await exchange(port, head("GET / HTTP/1.1", host, ...fields, "Connection: close"))).toMatch(
    /^HTTP\/1.1 200 /,
  );
  expect(received.filter(name => /^x.(valid|underscored|dotted|marked)/.test(name))).toEqual(expected);
});

test("a target's error response is passed through unchanged", async () => {
  const target = await listenHttp((_req, res) => res.writeHead(503, { Server: "mine" }).end("busy"));
  const { port, records } = await balance([target.port]);
  expect(await exchange(port, get)).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\nServer: mine\r\n.*busy/s);
  expect(records).toMatchObject([{ status: 503, targetStatus: 503 }]);
});

test("requests rotate over targets and nodes", async () => {
  const names = ["a", "b", "c"];
  const targets = await Promise.all(names.map(name => listenHttp((_req, res) => res.end(name))));
  const setup = await balance(targets.map(({ port }) => port));
  const used: string[] = [];
  const node =
    (name: string): Router =>
    to => {
      used.push(`${name} ${to.address}:${to.port}`);
      return setup.route(to);
    };
  setup.balancer.configure({ dnsName: "lb.elb.test", nodes: [node("edge-a"), node("edge-b")] });
  const responses: string[] = [];
  for (let i = 0; i < 6; i++) responses.push((await exchange(setup.port, get)).at(-1) ?? "");
  expect(responses.join("")).toBe("abcabc");
  expect(used).toEqual([
    ...["edge-a 10.0.2.1:8080", "edge-b 10.0.2.2:8080", "edge-a 10.0.2.3:8080"],
    ...["edge-b 10.0.2.1:8080", "edge-a 10.0.2.2:8080", "edge-b 10.0.2.3:8080"],
  ]);
});

test("a request leaves through the node that its client connected to, if the caller names it", async () => {
  const target = await listenHttp((_req, res) => res.end());
  const { balancer, route } = await balance([target.port]);
  const node = jest.fn((to: Address): Connection => route(to));
  const { port } = await listenHttp((req, res) => {
    void balancer.handle(req, res, { address: "203.0.113.9" }, { port: 80, node });
  });
  await exchange(port, get);
  await exchange(port, get);
  expect(node).toHaveBeenCalledTimes(2);
});

test("a failed request isn't retried on another target", async () => {
  let requests = 0;
  const failing = () =>
    listenRaw(socket => {
      requests++;
      socket.end();
    });
  const { port } = await balance([(await failing()).port, (await failing()).port]);
  expect(await exchange(port, get)).toMatch(/^HTTP\/1.1 502/);
  expect(requests).toBe(1);
});

test("a changed rule counts for the next request on the same connection", async () => {
  const target = await listenHttp((_req, res) => res.end("ok"));
  const ports: Port[] = [target.port];
  const { port } = await balance(ports);
  const client = connect(port);
  const received = collect(client);
  client.write(head("GET / HTTP/1.1", host));
  await once(client, "data");
  ports[0] = "refused";
  client.write(get);
  await once(client, "close");
  expect(received().match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 502"]);
});

describe("a client that disconnects", () => {
  test.each<[string, number | "dropped"]>([
    ["while the connection to the target is dropped", "dropped"],
    ["while the target is working", 0],
  ])("%s is recorded as 460, and its target is free", async (_name, kind) => {
    const target = await listenRaw(() => undefined);
    const { port, server, records, nextRecord, group } = await balance([kind === 0 ? target.port : kind]);
    const client = connect(port);
    client.write(get);
    const [req] = (await once(server, "request")) as [http.IncomingMessage];
    if (kind === 0) await once(target.server, "connection");
    const recorded = nextRecord();
    client.destroy();
    await recorded;
    expect(req.socket.destroyed).toBe(true);
    expect(records).toMatchObject([{ targetId: "i-1", status: 460 }]);
    expect(records[0]?.targetStatus).toBeUndefined();
    await group.deregister({ id: "i-1" });
  });
});

describe("a request in flight to a deregistered target", () => {
  async function inFlight() {
    const arrived: http.ServerResponse[] = [];
    const target = await listenHttp((_req, res) => arrived.push(res));
    const setup = await balance([target.port]);
    const response = exchange(setup.port, get);
    await once(target.server, "request");
    return { ...setup, response, arrived };
  }

  test("completes, which completes the deregistration", async () => {
    const { group, response, arrived, port } = await inFlight();
    const deregistered = group.deregister({ id: "i-1" });
    expect(await exchange(port, get)).toMatch(/^HTTP\/1.1 503/);
    arrived[0]?.end("late");
    expect(await response).toContain("late");
    await deregistered;
  });

  test("gets 502 when the delay elapses", async () => {
    const { group, response, clock } = await inFlight();
    const deregistered = group.deregister({ id: "i-1" });
    clock.advance(delay);
    expect(await response).toMatch(/^HTTP\/1.1 502/);
    await deregistered;
  });

  test("gets 502 when the delay elapses before it has a connection", async () => {
    const { group, clock, port, server } = await balance(["dropped"]);
    const response = exchange(port, get);
    await once(server, "request");
    void group.deregister({ id: "i-1" });
    clock.advance(delay);
    expect(await response).toMatch(/^HTTP\/1.1 502/);
  });

  test("gets 502 when the target closes the connection", async () => {
    const { group, response, arrived } = await inFlight();
    void group.deregister({ id: "i-1" });
    arrived[0]?.destroy();
    expect(await response).toMatch(/^HTTP\/1.1 502/);
  });
});

describe("a listener", () => {
  test("puts its group in use until the last listener is removed", async () => {
    const { balancer, group } = await balance(["refused"]);
    const state = () => group.describe()[0]?.targetHealth.state;
    expect(state()).toBe("initial");
    balancer.setListener(8080, forwardTo(group));
    balancer.removeListener(80);
    expect([balancer.listensOn(80), balancer.listensOn(8080)]).toEqual([false, true]);
    expect(state()).toBe("initial");
    balancer.removeListener(8080);
    expect(state()).toBe("unused");
  });

  test("can switch to another group", async () => {
    const { balancer, group, clock } = await balance(["refused"]);
    const other = new TargetGroup(clock, { port: 8080, deregistrationDelaySeconds: 0, healthCheck });
    other.register({ id: "i-9", address: "10.0.2.9", port: 80 });
    balancer.setListener(80, forwardTo(other));
    expect(group.describe()[0]?.targetHealth.state).toBe("unused");
    expect(other.describe()[0]?.targetHealth.state).toBe("initial");
    other.stop();
  });

  test("closes its clients' connections when removed", async () => {
    const { balancer, port } = await balance(["refused"]);
    balancer.removeListener(80);
    expect(await exchange(port, get)).toBe("");
  });
});

test("1,000 completed and aborted requests leave no connection in use and every target free", async () => {
  const targets = await Promise.all(
    [1, 2, 3].map(() =>
      listenHttp((req, res) => {
        req.resume();
        if (req.url === "/good") res.end("x".repeat(10_000));
        else if (req.url === "/reset") req.socket.resetAndDestroy();
        // "/silent" gets no response.
      }),
    ),
  );
  const { port, agent, records, group } = await balance(targets.map(target => target.port));
  const clients = keepAliveAgent({ maxSockets: 20 });
  await Promise.all(
    Array.from({ length: 1000 }, async (_, i) => {
      const path = ["/good", "/silent", "/reset", "/good"][i % 4];
      const request = http.request({ agent: clients, host: loopback, port, path, method: "POST" });
      request.on("error", () => undefined);
      request.on("response", response => response.resume());
      if (path === "/silent") request.on("finish", () => setImmediate(() => request.destroy()));
      request.end("body");
      await new Promise(resolve => request.once("close", resolve));
    }),
  );
  // Deregistration resolves once the load balancer has no request in flight to the target.
  await Promise.all(["i-1", "i-2", "i-3"].map(id => group.deregister({ id })));
  const counts = new Map<number, number>();
  for (const { status } of records) counts.set(status, (counts.get(status) ?? 0) + 1);
  expect([counts.get(200), counts.get(502)]).toEqual([500, 250]);
  // A client that disconnects before its request is read isn't recorded.
  expect([...counts.keys()].sort()).toEqual(expect.arrayContaining([200, 460, 502]));
  expect(counts.size).toBe(3);
  await allClosed(Object.values(agent.sockets).flatMap(used => used ?? []));
  agent.destroy();
  await allClosed(targets.flatMap(({ sockets }) => [...sockets]));
}, 60_000);

test.each([
  [[1, 3], 0, 0],
  [[1, 3], 0.24, 0],
  [[1, 3], 0.25, 1],
  [[1, 3], 0.99, 1],
  [[0, 1], 0, 1],
  [[0, 0], 0.5, undefined],
])("of groups with the weights %j, %d picks number %s", (weights, at, expected) => {
  const groups = weights.map((weight, group) => ({ group, weight }));
  expect(pickWeighted(groups, at)).toBe(expected);
});
