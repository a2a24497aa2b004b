/**
 * What passes a load balancer and the ways to it, and what doesn't: upgrades, and headers at AWS's exact limits. Targets
 * and clients are real; the region's clock stands still.
 */
import { once } from "node:events";
import http from "node:http";
import { WebSocket, WebSocketServer } from "ws";
import { onCleanUp } from "../../../testing/clean-up";
import { openBalancedTarget } from "../../../testing/load-balancing";
import { allClosed, exchange, head, listen, listenHttp, listenRaw, loopback } from "../../../testing/servers";

const ways = ["a local port", "the local Internet", "a host's proxy"] as const;

/** Asks a proxy for everything. */
class ProxyAgent extends http.Agent {
  constructor(
    private readonly proxyPort: number,
    private readonly prefix: string,
  ) {
    super();
  }

  addRequest(req: http.ClientRequest, options: http.RequestOptions): void {
    req.path = this.prefix + req.path;
    const { addRequest } = http.Agent.prototype as unknown as {
      addRequest: typeof ProxyAgent.prototype.addRequest;
    };
    addRequest.call(this, req, { ...options, host: loopback, port: this.proxyPort });
  }
}

/** A target that echoes, its handshakes, and a client of it. */
async function openChat(way: (typeof ways)[number] = "a local port") {
  const chat = new WebSocketServer({ noServer: true });
  const handshakes: http.IncomingMessage[] = [];
  chat.on("connection", (socket, req) => {
    handshakes.push(req);
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.send("welcome");
  });
  const target = await listenHttp((_req, res) => res.end("plain"));
  target.server.on("upgrade", (req, socket, first) => {
    chat.handleUpgrade(req, socket, first, client => chat.emit("connection", client, req));
  });
  const setup = await openBalancedTarget(target.port);
  const { port, prefix } = setup.ways[way];
  const open = async () => {
    const client = new WebSocket(`ws://${setup.dnsName}/chat?room=1`, {
      agent: new ProxyAgent(port, prefix),
    });
    client.on("error", () => undefined);
    onCleanUp(() => client.terminate());
    const [welcome] = (await once(client, "message")) as [Buffer];
    expect(welcome.toString()).toBe("welcome");
    return client;
  };
  return { ...setup, target, chat, handshakes, open };
}

describe("a WebSocket", () => {
  test.each(ways)("reaches its target through %s, and carries messages both ways", async way => {
    const { open, handshakes, target } = await openChat(way);
    const client = await open();
    const [handshake] = handshakes;
    expect(handshake?.url).toBe("/chat?room=1");
    expect(handshake?.headers).toMatchObject({
      connection: "Upgrade",
      upgrade: "websocket",
      "x-forwarded-proto": "http",
      "x-forwarded-port": "80",
      "x-forwarded-for": expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) as string,
      "x-amzn-trace-id": expect.stringMatching(/^Root=/) as string,
    });
    for (const size of [1, 1000, 5_000_000]) {
      const message = Buffer.alloc(size, size % 251);
      client.send(message);
      const [echo] = (await once(client, "message")) as [Buffer];
      expect(echo.equals(message)).toBe(true);
    }
    client.close(1000, "bye");
    expect(await once(client, "close")).toEqual([1000, Buffer.from("bye")]);
    await allClosed(target.sockets);
  });

  test("counts as a request in flight until it ends, and is recorded as 101", async () => {
    const { open, region, group, balancer, instanceId } = await openChat();
    const records: unknown[] = [];
    balancer.loadBalancer.configure({
      dnsName: balancer.dnsName,
      nodes: balancer.interfaceIds.map(interfaceId => region.network.routerFrom({ interfaceId })),
      onRequest: record => records.push(record),
    });
    const client = await open();
    let isDrained = false;
    const drained = group.group.deregister({ id: instanceId }).then(() => (isDrained = true));
    client.send("still there?");
    await once(client, "message");
    expect([isDrained, records.length]).toEqual([false, 0]);
    client.close();
    await drained;
    expect(records).toMatchObject([{ status: 101, targetStatus: 101, targetId: instanceId }]);
  });

  test("is cut when its target's deregistration delay elapses", async () => {
    const { open, group, clock, instanceId, target } = await openChat();
    const client = await open();
    void group.group.deregister({ id: instanceId });
    clock.advance(Number(group.attributes["deregistration_delay.timeout_seconds"]) * 1000);
    expect(await once(client, "close")).toEqual([1006, Buffer.alloc(0)]);
    await allClosed(target.sockets);
  });

  test("is cut after the load balancer's idle time-out, in real seconds", async () => {
    const { open, region, balancer } = await openChat();
    await region.calls.elbv2.ModifyLoadBalancerAttributes({
      LoadBalancerArn: balancer.arn,
      Attributes: [{ Key: "idle_timeout.timeout_seconds", Value: "1" }],
    });
    const client = await open();
    const start = performance.now();
    await once(client, "close");
    expect(performance.now() - start).toBeGreaterThan(900);
  });

  test.each([
    ["its client vanishes", ({ client }: { client: WebSocket }) => client.terminate()],
    [
      "its target vanishes",
      ({ chat }: { chat: WebSocketServer }) => chat.clients.forEach(each => each.terminate()),
    ],
  ])("ends on both sides when %s", async (_when, vanish) => {
    const { open, chat, target } = await openChat();
    const client = await open();
    vanish({ client, chat });
    await Promise.all([
      client.readyState === WebSocket.CLOSED || once(client, "close"),
      allClosed(target.sockets),
    ]);
  });

  test.each<[string, (setup: Awaited<ReturnType<typeof openChat>>) => Promise<unknown>]>([
    ["the region closes", ({ region }) => region.close()],
    [
      "its load balancer is deleted",
      ({ region, balancer }) => {
        return region.calls.elbv2.DeleteLoadBalancer({ LoadBalancerArn: balancer.arn });
      },
    ],
    [
      "its target is terminated",
      ({ region, instanceId }) => {
        return region.calls.ec2.TerminateInstances({ InstanceIds: [instanceId] });
      },
    ],
  ])("ends, on both sides, when %s", async (_when, end) => {
    const setup = await openChat();
    const client = await setup.open();
    const closed = once(client, "close");
    await end(setup);
    await closed;
    await allClosed(setup.target.sockets);
  });

  test("to an instance itself ends like other connections when its rule has gone and another attempt is dropped", async () => {
    const { region, route, instanceId, ways, target } = await openChat();
    const { interfaceId = "" } = region.ec2.instances.hosts.get(instanceId)?.options ?? {};
    const { publicIpAddress = "" } = region.ec2.interfaces.get(interfaceId);
    const agent = new ProxyAgent(ways["the local Internet"].port, `http://${publicIpAddress}:8080`);
    const client = new WebSocket(`ws://${publicIpAddress}:8080/`, { agent });
    await once(client, "message");
    const closed = once(client, "close");
    region.ec2.vpc.securityGroupRules.clear();
    expect(route({ address: publicIpAddress, port: 8080 }).outcome).toBe("dropped");
    await closed;
    await allClosed(target.sockets);
  });

  test("is refused in its target's words", async () => {
    const target = await listenHttp((_req, res) =>
      res.writeHead(401, { "X-Why": "no ticket" }).end("no ticket"),
    );
    const { ways } = await openBalancedTarget(target.port);
    const client = new WebSocket(`ws://${loopback}:${ways["a local port"].port}/`);
    const [, response] = (await once(client, "unexpected-response")) as [unknown, http.IncomingMessage];
    expect([response.statusCode, response.headers["x-why"]]).toEqual([401, "no ticket"]);
    response.resume();
  });
});

test("an upgrade to HTTP/2 is ignored, as HTTP listeners do", async () => {
  const target = await listenHttp((req, res) => res.end(`${req.method} ${String(req.headers.upgrade)}`));
  const { listenerPort } = await openBalancedTarget(target.port);
  const h2c = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"];
  const got = await exchange(
    listenerPort,
    head("GET / HTTP/1.1", "Host: a.test", ...h2c) +
      head("GET / HTTP/1.1", "Host: a.test", "Connection: close"),
  );
  expect(got.match(/GET undefined/g)).toHaveLength(2);
});

describe("headers", () => {
  const sized = (size: number, start: string, end = "") =>
    start + "x".repeat(size - start.length - end.length) + end;
  /** One that every way takes. */
  const commonTo = ({ dnsName }: { dnsName: string }) => [`Host: ${dnsName}`, "Connection: close"];
  const requestLine = (size: number, prefix: string) => {
    // What the load balancer receives is in origin form.
    return sized(size + prefix.length, `GET ${prefix}/`, " HTTP/1.1");
  };
  /** A request whose header has this many bytes where the load balancer receives it. */
  const whole = (size: number) => {
    const start = ["GET / HTTP/1.1", "Host: lb.test", "Connection: close"];
    // An intermediary before it takes Connection away and adds its own, as long as "Connection: close".
    const fields = ["a", "b", "c", "d"].map(name => sized(15_000, `${name}: `));
    const rest = size - head(...start, ...fields).length - 2;
    return head(...start, ...fields, sized(rest, "e: "));
  };
  const kilo = 1024;

  test.each(ways)("of requests pass %s up to AWS's limits, and not a byte beyond", async way => {
    const target = await listen(
      http.createServer({ maxHeaderSize: 200_000 }, (_req, res) => res.end("passed")),
    );
    const setup = await openBalancedTarget(target.port);
    const common = commonTo(setup);
    const { port, prefix } = setup.ways[way];
    const statusOf = async (request: string) => /^HTTP\/1.1 (\d+)/.exec(await exchange(port, request))?.[1];
    const withField = (field: string) => head(`GET ${prefix}/ HTTP/1.1`, ...common, field);
    const addresses = (count: number) =>
      withField(`X-Forwarded-For: ${Array(count).fill("192.0.2.1").join(", ")}`);
    const got = {
      line: [
        await statusOf(head(requestLine(16 * kilo, prefix), ...common)),
        await statusOf(head(requestLine(16 * kilo + 1, prefix), ...common)),
      ],
      field: [
        await statusOf(withField(sized(16 * kilo, "X: "))),
        await statusOf(withField(sized(16 * kilo + 1, "X: "))),
      ],
      far: [await statusOf(withField(sized(120_000, "X: ")))],
      forwardedFor: [await statusOf(addresses(30)), await statusOf(addresses(31))],
    };
    expect(got).toEqual({
      line: ["200", "414"],
      field: ["200", "400"],
      far: ["400"],
      forwardedFor: ["200", "463"],
    });
  });

  test("of requests have at most 64 K altogether", async () => {
    const target = await listen(
      http.createServer({ maxHeaderSize: 200_000 }, (_req, res) => res.end("passed")),
    );
    const { listenerPort } = await openBalancedTarget(target.port);
    const statusOf = async (request: string) =>
      /^HTTP\/1.1 (\d+)/.exec(await exchange(listenerPort, request))?.[1];
    expect(whole(64 * kilo)).toHaveLength(64 * kilo);
    expect(await statusOf(whole(64 * kilo))).toBe("200");
    expect(await statusOf(whole(64 * kilo + 1))).toBe("400");
    expect(await statusOf(whole(300_000))).toBe("400");
  });

  test.each(ways)("of responses pass %s up to 32 K, and are 502 beyond", async way => {
    const sizes = [20_000, 32 * kilo, 32 * kilo + 1, 100_000, 200_000];
    const target = await listenRaw((socket, request) => {
      const size = Number(/GET \/(\d+)/.exec(request)?.[1]);
      const start = ["HTTP/1.1 200 OK", "Content-Length: 2"];
      const field = sized(size - head(...start).length - 2, "X: ");
      socket.end(`${head(...start, field)}ok`);
    });
    const setup = await openBalancedTarget(target.port);
    const common = commonTo(setup);
    const { port, prefix } = setup.ways[way];
    const answers = [];
    for (const size of sizes) {
      const got = await exchange(port, head(`GET ${prefix}/${size} HTTP/1.1`, ...common));
      answers.push([got.slice(9, 12), (/X: (x*)/.exec(got)?.[1]?.length ?? 0) > size - 100]);
    }
    expect(answers).toEqual([
      ["200", true],
      ["200", true],
      ["502", false],
      ["502", false],
      ["502", false],
    ]);
  });

  test("may be many: no field is lost", async () => {
    const target = await listen(
      http.createServer({ maxHeaderSize: 200_000 }, (req, res) =>
        res.end(`n=${Object.keys(req.headers).filter(name => name.startsWith("x-f-")).length}`),
      ),
    );
    target.server.maxHeadersCount = 0;
    const { ways, dnsName } = await openBalancedTarget(target.port);
    const common = commonTo({ dnsName });
    const fields = Array.from({ length: 3000 }, (_, i) => `X-F-${i}: 1`);
    expect(await exchange(ways["a local port"].port, head("GET / HTTP/1.1", ...common, ...fields))).toMatch(
      /n=3000$/,
    );
  });
});

test.each([
  ["400", "an HTTP/1.1 request without a Host", head("GET / HTTP/1.1", "Connection: close")],
  ["200", "an HTTP/1.0 request without a Host", head("GET / HTTP/1.0")],
  ["400", "two Hosts", head("GET / HTTP/1.1", "Host: a.test", "Host: b.test")],
  ["400", "a Content-Length that is no number", head("GET / HTTP/1.1", "Host: a.test", "Content-Length: x")],
  ["400", "a space before a colon", head("GET / HTTP/1.1", "Host : a.test")],
  ["405", "TRACE", head("TRACE / HTTP/1.1", "Host: a.test", "Connection: close")],
  ["501", "a transfer coding of its own", head("POST / HTTP/1.1", "Host: a.test", "Transfer-Encoding: gzip")],
  [
    "501",
    "another coding before chunked",
    head("POST / HTTP/1.1", "Host: a.test", "Transfer-Encoding: gzip, chunked") + head("0"),
  ],
])("%s is the load balancer's answer to %s", async (status, _what, request) => {
  const target = await listenHttp((_req, res) => res.end("ok"));
  const { listenerPort } = await openBalancedTarget(target.port);
  const got = await exchange(listenerPort, request);
  expect(got).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  if (status !== "200")
    expect(got).toMatch(new RegExp(`\r\nServer: awselb/2.0\r\n[^]*<center><h1>${status} `));
});

/** A warning of Node's, such as of too many listeners, would fail these. */
describe("one target can have any number of", () => {
  test("requests in flight, WebSockets among them, when its deregistration delay elapses", async () => {
    const { open, target, group, clock, instanceId, listenerPort } = await openChat();
    const clients = await Promise.all(Array.from({ length: 50 }, open));
    const closed = Promise.all(clients.map(client => once(client, "close")));
    let arrived = 0;
    const held = new Promise<void>(resolve => {
      target.server.removeAllListeners("request").on("request", () => {
        if (++arrived === 200) resolve();
      });
    });
    const request = head("GET / HTTP/1.1", "Host: a.test", "Connection: close");
    const answers = Promise.all(Array.from({ length: 200 }, () => exchange(listenerPort, request)));
    await held;
    void group.group.deregister({ id: instanceId });
    clock.advance(Number(group.attributes["deregistration_delay.timeout_seconds"]) * 1000);
    expect(new Set((await answers).map(answer => answer.slice(9, 12)))).toEqual(new Set(["502"]));
    await closed;
  });

  test("requests that are dropped on the way to it", async () => {
    const { region, group, instanceId, balancer, listenerPort } = await openChat();
    region.ec2.vpc.securityGroupRules.clear();
    const [listener] = balancer.listeners.values();
    let arrived = 0;
    const held = new Promise<void>(resolve => {
      listener?.server.on("request", () => {
        if (++arrived === 200) resolve();
      });
    });
    const request = head("GET / HTTP/1.1", "Host: a.test", "Connection: close");
    const answers = Promise.all(Array.from({ length: 200 }, () => exchange(listenerPort, request)));
    await held;
    group.group.instanceEnded(instanceId, "terminated");
    expect(new Set((await answers).map(answer => answer.slice(9, 12)))).toEqual(new Set(["502"]));
  });

  test("callers that wait for its health", async () => {
    const { group } = await openChat();
    const waiting = Array.from({ length: 50 }, () => group.group.until(() => false));
    group.group.stop();
    const settled = await Promise.allSettled(waiting);
    expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  });
});
