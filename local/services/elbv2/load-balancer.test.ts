import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { FakeClock } from "../../../testing/fake-clock";
import type { Address, Connection, Router } from "../../network/router";
import {
  connect,
  exchange,
  keepAliveAgent,
  lines,
  listenHttp,
  listenRaw,
  loopback,
} from "../../../testing/servers";
import { cleanUp, onCleanUp } from "../../../testing/clean-up";
import { LoadBalancer, type LoadBalancerSettings, type RequestRecord } from "./load-balancer";
import { sendBadRequest } from "./error-responses";
import { TargetGroup } from "./target-group";

afterEach(cleanUp);

const delay = 30_000;
const get = lines("GET / HTTP/1.1", "Host: lb.test", "Connection: close", "", "");

/** A load balancer on loopback whose targets are those at `ports`, i-1, i-2, …, never health-checked. */
async function balance(
  ports: (number | "refused" | "dropped")[],
  settings: Partial<LoadBalancerSettings> = {},
) {
  const clock = new FakeClock();
  const agent = keepAliveAgent();
  const reach: Router = ({ address }) => {
    const port = ports[Number(address.split(".")[3]) - 1] ?? "dropped";
    return typeof port === "number" ? { outcome: "open", agent, host: loopback, port } : { outcome: port };
  };
  const group = new TargetGroup(clock, {
    deregistrationDelaySeconds: delay / 1000,
    healthCheck: {
      path: "/",
      port: "traffic-port",
      intervalSeconds: 10,
      timeoutSeconds: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: "200",
    },
  });
  onCleanUp(() => {
    group.stop();
  });
  const records: RequestRecord[] = [];
  const recorded: (() => void)[] = [];
  const balancer = new LoadBalancer({
    dnsName: "lb.elb.localhost",
    nodes: [reach],
    onRequest: record => {
      records.push(record);
      for (const tell of recorded.splice(0)) tell();
    },
    ...settings,
  });
  balancer.addListener(80, group);
  ports.forEach((_, i) => {
    group.register({ id: `i-${i + 1}`, address: `10.0.2.${i + 1}`, port: 8080 });
  });
  const { port, server } = await listenHttp((req, res) => {
    void balancer.handle(req, res, { address: "203.0.113.9", port: 5000 });
  });
  server.on("clientError", sendBadRequest);
  return {
    clock,
    group,
    balancer,
    port,
    server,
    agent,
    reach,
    records,
    nextRecord: () => new Promise<void>(resolve => recorded.push(resolve)),
  };
}

function page(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

function withoutDate(answer: string): string {
  expect(answer).toMatch(/^Date: .* GMT\r$/m);
  return answer.replace(/^Date: .*\r\n/m, "");
}

describe("the load balancer itself answers", () => {
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
    ["502 Bad Gateway", 122, "the target's answer is malformed", [socket => socket.write("+OK\r\n")]],
    ["504 Gateway Time-out", 132, "the connection to the target is dropped", ["dropped"]],
    ["504 Gateway Time-out", 132, "the target is silent", [() => undefined]],
    [
      "408 Request Time-out",
      132,
      "the client doesn't send what it announced",
      [() => undefined],
      lines("POST / HTTP/1.1", "Host: lb.test", "Content-Length: 9", "", "begin"),
    ],
    ["400 Bad Request", 122, "the client doesn't speak HTTP", [], "HELO\r\n\r\n"],
  ];

  test.each(cases)(
    "%s, a page of %p bytes, when %s",
    async (...[status, length, , targets, request = get]) => {
      const ports = await Promise.all(
        targets.map(async target => (typeof target === "string" ? target : (await listenRaw(target)).port)),
      );
      // Only what waits for a time-out gets a short one, so that no other can meet it on a slow machine.
      const seconds = /time-out/i.test(status) ? 0.05 : 60;
      const { port } = await balance(ports, { connectTimeoutSeconds: seconds, idleTimeoutSeconds: seconds });
      const body = page(status);
      expect(body).toHaveLength(length);
      expect(withoutDate(await exchange(port, request))).toBe(
        lines(
          `HTTP/1.1 ${status}`,
          "Server: awselb/2.0",
          "Content-Type: text/html",
          `Content-Length: ${length}`,
          "Connection: close",
          "",
          body,
        ),
      );
    },
  );

  test("without the page after HEAD, and keeps the connection", async () => {
    const { port } = await balance([]);
    const head = lines("HEAD / HTTP/1.1", "Host: lb.test", "", "");
    const answers = await exchange(port, head + get);
    expect(answers).toMatch(/^HTTP\/1.1 503 .*Content-Length: 162\r\n.*\r\n\r\nHTTP\/1.1 503 /s);
  });

  test("nothing to a bad request when an answer is under way", async () => {
    const target = await listenRaw(socket => {
      socket.write(lines("HTTP/1.1 200 OK", "Content-Length: 100", "", "begin"));
    });
    const { port } = await balance([target.port]);
    const client = connect(port);
    let got = "";
    client.on("data", data => {
      got += data.toString();
      if (got.endsWith("begin")) client.write("no chunk\r\n");
    });
    client.write(lines("POST / HTTP/1.1", "Host: lb.test", "Transfer-Encoding: chunked", "", ""));
    await once(client, "close");
    expect(got).toMatch(/\r\n\r\nbegin$/);
  });
});

test("a target gets the request with the fields of a load balancer", async () => {
  let got = "";
  const target = await listenRaw((socket, request) => {
    got = request;
    socket.end(lines("HTTP/1.1 200 OK", "Content-Length: 2", "", "ok"));
  });
  const { port, records } = await balance([target.port]);
  await exchange(
    port,
    lines(
      "GET /a?b HTTP/1.1",
      "Host: LB.test",
      "Connection: close, X-Forwarded-For",
      "X-Forwarded-For: 10.9.9.9",
      "X-Forwarded-Port: 443",
      "Accept: */*",
      "",
      "",
    ),
  );
  expect(got.replace(/Root=1-[0-9a-f]{8}-[0-9a-f]{24}/, "TRACE")).toBe(
    lines(
      "GET /a?b HTTP/1.1",
      "Accept: */*",
      "Host: lb.test",
      "X-Forwarded-For: 10.9.9.9, 203.0.113.9",
      "X-Forwarded-Proto: http",
      "X-Forwarded-Port: 80",
      "X-Amzn-Trace-Id: TRACE",
      "Connection: keep-alive",
      "",
      "",
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

test("an error that the target answers is passed on as it is", async () => {
  const target = await listenHttp((_req, res) => res.writeHead(503, { Server: "mine" }).end("busy"));
  const { port, records } = await balance([target.port]);
  expect(await exchange(port, get)).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\nServer: mine\r\n.*busy/s);
  expect(records).toMatchObject([{ status: 503, targetStatus: 503 }]);
});

test("requests go round the targets, and over the nodes", async () => {
  const names = ["a", "b", "c"];
  const targets = await Promise.all(names.map(name => listenHttp((_req, res) => res.end(name))));
  const made = await balance(targets.map(({ port }) => port));
  const used: string[] = [];
  const node =
    (name: string): Router =>
    to => {
      used.push(`${name} ${to.address}:${to.port}`);
      return made.reach(to);
    };
  const settings = { dnsName: "lb.elb.localhost", nodes: [node("edge-a"), node("edge-b")] };
  made.balancer.configure(settings);
  const answers: string[] = [];
  for (let i = 0; i < 6; i++) answers.push((await exchange(made.port, get)).at(-1) ?? "");
  expect(answers.join("")).toBe("abcabc");
  expect(used).toEqual([
    "edge-a 10.0.2.1:8080",
    "edge-b 10.0.2.2:8080",
    "edge-a 10.0.2.3:8080",
    "edge-b 10.0.2.1:8080",
    "edge-a 10.0.2.2:8080",
    "edge-b 10.0.2.3:8080",
  ]);
});

test("a request goes out by the node that its client reached, where the caller knows it", async () => {
  const target = await listenHttp((_req, res) => res.end());
  const { balancer, reach } = await balance([target.port]);
  const node = jest.fn((to: Address): Connection => reach(to));
  const { port } = await listenHttp((req, res) => {
    void balancer.handle(req, res, { address: "203.0.113.9" }, { port: 80, node });
  });
  await exchange(port, get);
  await exchange(port, get);
  expect(node).toHaveBeenCalledTimes(2);
});

test("a failed request is tried on no other target", async () => {
  let asked = 0;
  const bad = () =>
    listenRaw(socket => {
      asked++;
      socket.end();
    });
  const { port } = await balance([(await bad()).port, (await bad()).port]);
  expect(await exchange(port, get)).toMatch(/^HTTP\/1.1 502/);
  expect(asked).toBe(1);
});

test("a changed rule counts for the next request on the same connection", async () => {
  const target = await listenHttp((_req, res) => res.end("ok"));
  const ports: (number | "refused")[] = [target.port];
  const { port } = await balance(ports);
  const client = connect(port);
  let got = "";
  client.on("data", data => (got += data.toString()));
  client.write(lines("GET / HTTP/1.1", "Host: lb.test", "", ""));
  await once(client, "data");
  ports[0] = "refused";
  client.write(get);
  await once(client, "close");
  expect(got.match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 502"]);
});

describe("a client that goes away", () => {
  test.each<[string, number | "dropped"]>([
    ["while the connection to the target is dropped", "dropped"],
    ["while the target thinks", 0],
  ])("%s is recorded as 460, and its target's time is free", async (_name, kind) => {
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
    await group.deregister("i-1");
  });
});

describe("a request in flight to a target that is deregistered", () => {
  async function inFlight() {
    const arrived: http.ServerResponse[] = [];
    const target = await listenHttp((_req, res) => arrived.push(res));
    const made = await balance([target.port]);
    const answer = exchange(made.port, get);
    await once(target.server, "request");
    return { ...made, answer, arrived };
  }

  test("completes, and with it the deregistration", async () => {
    const { group, answer, arrived, port } = await inFlight();
    const deregistered = group.deregister("i-1");
    expect(await exchange(port, get)).toMatch(/^HTTP\/1.1 503/);
    arrived[0]?.end("late");
    expect(await answer).toContain("late");
    await deregistered;
  });

  test("gets 502 when the delay has elapsed", async () => {
    const { group, answer, clock } = await inFlight();
    const deregistered = group.deregister("i-1");
    clock.advance(delay);
    expect(await answer).toMatch(/^HTTP\/1.1 502/);
    await deregistered;
  });

  test("gets 502 when the delay has elapsed, though no connection came about", async () => {
    const { group, clock, port, server } = await balance(["dropped"]);
    const answer = exchange(port, get);
    await once(server, "request");
    void group.deregister("i-1");
    clock.advance(delay);
    expect(await answer).toMatch(/^HTTP\/1.1 502/);
  });

  test("gets 502 when the target closes before", async () => {
    const { group, answer, arrived } = await inFlight();
    void group.deregister("i-1");
    arrived[0]?.destroy();
    expect(await answer).toMatch(/^HTTP\/1.1 502/);
  });
});

describe("a listener", () => {
  test("puts its group to use, and the last one out of use", async () => {
    const { balancer, group } = await balance(["refused"]);
    const state = () => group.describe()[0]?.targetHealth.state;
    expect(state()).toBe("initial");
    balancer.addListener(8080, group);
    balancer.removeListener(80);
    expect([balancer.listensOn(80), balancer.listensOn(8080)]).toEqual([false, true]);
    expect(state()).toBe("initial");
    balancer.removeListener(8080);
    expect(state()).toBe("unused");
  });

  test("may change its group", async () => {
    const { balancer, group, clock } = await balance(["refused"]);
    const other = new TargetGroup(clock, {
      deregistrationDelaySeconds: 0,
      healthCheck: {
        path: "/",
        port: "traffic-port",
        intervalSeconds: 10,
        timeoutSeconds: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        matcher: "200",
      },
    });
    other.register({ id: "i-9", address: "10.0.2.9", port: 80 });
    balancer.addListener(80, other);
    expect(group.describe()[0]?.targetHealth.state).toBe("unused");
    expect(other.describe()[0]?.targetHealth.state).toBe("initial");
    other.stop();
  });

  test("takes its clients' connections along", async () => {
    const { balancer, port } = await balance(["refused"]);
    balancer.removeListener(80);
    expect(await exchange(port, get)).toBe("");
  });
});

test("1,000 good and aborted requests leave no connection to a target in use, and every target free", async () => {
  const targets = await Promise.all(
    [1, 2, 3].map(() =>
      listenHttp((req, res) => {
        req.resume();
        if (req.url === "/good") res.end("x".repeat(10_000));
        else if (req.url === "/reset") req.socket.resetAndDestroy();
        // "/silent" gets no answer.
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
  // Every request is over for the load balancer too when no target has one in flight.
  await Promise.all(["i-1", "i-2", "i-3"].map(id => group.deregister(id)));
  const counts = new Map<number, number>();
  for (const { status } of records) counts.set(status, (counts.get(status) ?? 0) + 1);
  expect([counts.get(200), counts.get(502)]).toEqual([500, 250]);
  // A client that left before its request was read is recorded by nobody.
  expect([...counts.keys()].sort()).toEqual(expect.arrayContaining([200, 460, 502]));
  expect(counts.size).toBe(3);
  await Promise.all(
    Object.values(agent.sockets).flatMap(used => used?.map(socket => once(socket, "close")) ?? []),
  );
  agent.destroy();
  await Promise.all(targets.flatMap(({ sockets }) => [...sockets].map(socket => once(socket, "close"))));
}, 60_000);
