import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import { known } from "./reachability/vpc-model";
import { VirtualNetwork } from "./virtual-network";
import type { Address, Connection } from "./router";
import { allClosed, closedPort, listen, listenHttp, loopback, responseTo } from "../../testing/servers";
import { eventually } from "../../testing/eventually";
import { onCleanUp } from "../../testing/clean-up";
import { decisionLog } from "./decision-log";
import { accountId, declaredNetwork, home, interfaces } from "../../testing/declared-network";
import { FlowLog } from "./flow-log";

function setUp() {
  const model = declaredNetwork();
  const flows: string[] = [];
  const drops: { code: string; from: { port: number }; to: object }[] = [];
  const now = () => 1_700_000_000_000;
  const flowLog = new FlowLog({ accountId, now, write: line => flows.push(line) });
  const writeDrop = (line: string) => drops.push(JSON.parse(line) as (typeof drops)[number]);
  const network = new VirtualNetwork(model, flowLog, decisionLog({ now, write: writeDrop }));
  onCleanUp(() => network.close());
  return { model, network, flows, drops };
}

function opened(connection: Connection) {
  if (connection.outcome !== "open") throw new Error(`the connection is ${connection.outcome}, not open`);
  return connection;
}

interface Response {
  body: string;
  /** The loopback port of the region's end of the connection. */
  localPort: number | undefined;
}

async function get(connection: Connection, options: http.RequestOptions = {}): Promise<Response> {
  const { agent, host, port } = opened(connection);
  const response = await responseTo(http.get({ agent, host, port, ...options }));
  const { localPort } = response.socket;
  return { body: await text(response), localPort };
}

/** An upstream that answers `body`, registered for data's port 5000, and the router of the receiver that calls it. */
async function upstream(body = "") {
  const setup = setUp();
  const { port, sockets } = await listenHttp((_req, res) => res.end(body));
  setup.network.registerEndpoint(data.id, 5000, port);
  return { ...setup, port, sockets, route: setup.network.routerFrom(receiver) };
}

const { data, receiver1, receiver2 } = interfaces;
const publicData = data.publicIpAddress ?? "";
const receiver = { interfaceId: receiver1.id };
const outside = { internetAddress: home };
const toData: Address = { address: data.privateIpAddress, port: 5000 };
const toReceiver: Address = { address: receiver1.publicIpAddress ?? "", port: 8080 };

describe("where a connection ends", () => {
  test("at the loopback port registered for the interface, by private or public address", async () => {
    const { network, route, port } = await upstream("data");
    expect(route(toData)).toMatchObject({ outcome: "open", host: loopback, port });
    expect(network.routerFrom(outside)({ address: publicData, port: 5000 })).toMatchObject({ port });
    await expect(get(route(toData))).resolves.toMatchObject({ body: "data" });
  });

  test("at a registered Internet address", () => {
    const { network } = setUp();
    network.registerEndpoint("192.0.2.10", 443, 12345);
    const route = network.routerFrom(receiver);
    expect(route({ address: "192.0.2.10", port: 443 })).toMatchObject({ outcome: "open", port: 12345 });
    expect(route({ address: "192.0.2.11", port: 443 })).toEqual({ outcome: "refused" });
  });

  test("refused at a closed port, which the flow log shows as accepted in both directions", () => {
    const { network, flows, drops } = setUp();
    network.registerEndpoint(data.id, 5000, 12345);
    network.unregisterEndpoint(data.id, 5000);
    expect(network.routerFrom(receiver)(toData)).toEqual({ outcome: "refused" });
    expect(flows.map(line => line.split(" ").at(-2))).toEqual(["ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT"]);
    expect(drops).toEqual([]);
  });

  test("another port of the same interface stays closed", () => {
    const { network } = setUp();
    network.registerEndpoint(data.id, 5000, 12345);
    expect(network.routerFrom(receiver)({ ...toData, port: 8080 })).toEqual({ outcome: "refused" });
  });

  test("a replaced listener gets no more requests", async () => {
    const { network, route } = await upstream("before");
    const { port } = await listenHttp((_req, res) => res.end("after"));
    await get(route(toData));
    network.registerEndpoint(data.id, 5000, port);
    await expect(get(route(toData))).resolves.toMatchObject({ body: "after" });
  });

  test("dropped, as both logs record, the decision log with the reason", () => {
    const { network, flows, drops } = setUp();
    network.registerEndpoint(data.id, 8080, 12345);
    expect(network.routerFrom(outside)({ address: publicData, port: 8080 })).toEqual({ outcome: "dropped" });
    expect(flows).toHaveLength(1);
    expect(flows[0]).toMatch(/ REJECT OK$/);
    const code = "SUBNET_ACL_RESTRICTION";
    const to = { address: publicData, port: 8080 };
    expect(drops).toMatchObject([{ code, from: { internetAddress: home }, to }]);
  });

  test("a deleted interface sends nothing", () => {
    const { network, model, flows } = setUp();
    network.registerEndpoint(data.id, 5000, 12345);
    const route = network.routerFrom(receiver);
    model.networkInterfaces.delete(receiver1.id);
    expect(route(toData)).toEqual({ outcome: "dropped" });
    expect(flows).toEqual([]);
  });
});

describe("an observer", () => {
  test("is told of every request and its outcome, and of what it is for", () => {
    const { network } = setUp();
    network.registerEndpoint(data.id, 5000, 12345);
    const seen: unknown[] = [];
    network.observer = ({ to }, outcome, decision, purpose) =>
      seen.push([to.port, outcome, decision.outcome, purpose]);
    const route = network.routerFrom(receiver);
    route(toData);
    route(toData, "health-check");
    route({ ...toData, port: 8080 });
    network.routerFrom(outside)({ address: publicData, port: 8080 });
    network.probe(outside, { address: publicData, port: 8080 });
    network.dial(receiver, toData).refused();
    network.probe(receiver, toData);
    expect(seen).toEqual([
      [5000, "open", "allowed", "request"],
      [5000, "open", "allowed", "health-check"],
      [8080, "refused", "allowed", "request"],
      [8080, "dropped", "dropped", "request"],
      [8080, "dropped", "dropped", "ssh"],
      [5000, "refused", "allowed", "ssh"],
      [5000, "open", "allowed", "ssh"],
    ]);
  });
});

describe("kept-alive connections", () => {
  test("carry several requests as one flow, whose records count all bytes", async () => {
    const { network, flows, sockets, route } = await upstream("x".repeat(5000));
    const ports = [];
    for (let i = 0; i < 3; i++) ports.push((await get(route(toData))).localPort);
    expect(new Set(ports).size).toBe(1);
    expect(sockets.size).toBe(1);
    expect(flows).toEqual([]);

    const closed = allClosed(sockets);
    network.close();
    await closed;
    while (flows.length < 4) await new Promise(setImmediate);
    // One record per direction and interface, all with the same source port.
    expect(flows.map(line => line.split(" ")[2])).toEqual([receiver1.id, data.id, data.id, receiver1.id]);
    const addresses = ` ${data.privateIpAddress} ${receiver1.privateIpAddress} `;
    const replies = flows.filter(line => line.includes(addresses));
    expect(replies).toHaveLength(2);
    for (const line of replies) expect(Number(line.split(" ")[9])).toBeGreaterThan(15_000);
    expect(new Set(flows.map(line => line.split(" ").slice(5, 7).sort().join())).size).toBe(1);
  });

  test("aren't shared between sources or destinations", async () => {
    const { network, sockets, route } = await upstream();
    await get(route(toData));
    await get(network.routerFrom({ interfaceId: receiver2.id })(toData));
    await get(network.routerFrom(outside)({ address: publicData, port: 5000 }));
    expect(sockets.size).toBe(3);
  });

  test("end as soon as a changed rule drops the next request", async () => {
    const { model, sockets, route } = await upstream();
    await get(route(toData));
    expect(sockets.size).toBe(1);
    const closed = allClosed(sockets);

    const rule = known(model.securityGroupRules, "sgr-receiver-to-read");
    model.securityGroupRules.delete(rule.id);
    expect(route(toData)).toEqual({ outcome: "dropped" });
    await closed;

    model.securityGroupRules.set(rule.id, rule);
    await expect(get(route(toData))).resolves.toMatchObject({ body: "" });
  });

  test("are not used again once the other side has closed them", async () => {
    const { sockets, route } = await upstream("body");
    const { agent } = opened(route(toData));
    await get(route(toData));
    const free = () => Object.values(agent.freeSockets).flatMap(sockets => sockets ?? []);
    while (free().length === 0) await new Promise(setImmediate);
    const [idle] = free();
    const closed = new Promise(resolve => idle?.once("end", resolve).once("close", resolve));
    for (const socket of sockets) socket.end();
    await closed;
    const { localPort } = await get(route(toData));
    expect(localPort).not.toBe(idle?.localPort);
  });

  test("end when the interface is removed, and its ports close", async () => {
    const { network, port, sockets, route } = await upstream();
    network.registerEndpoint(receiver1.id, 8080, port);
    await get(route(toData));
    expect(sockets.size).toBe(1);
    const closed = allClosed(sockets);
    network.removeInterface(receiver1.id);
    await closed;
    expect(network.routerFrom(outside)(toReceiver)).toEqual({ outcome: "refused" });
    expect(network.routerFrom({ interfaceId: receiver2.id })(toData).outcome).toBe("open");
  });

  test("a connection to a registered but closed port fails the request and logs no flow", async () => {
    const { network, flows } = setUp();
    network.registerEndpoint(data.id, 5000, await closedPort());
    const response = get(network.routerFrom(receiver)(toData));
    await expect(response).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(flows).toEqual([]);
  });

  test("a connection ends without throwing if its interface is deleted while it opens", async () => {
    const { model, flows, route } = await upstream();
    const response = get(route(toData));
    model.networkInterfaces.delete(receiver1.id);
    await expect(response).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(flows).toEqual([]);
  });
});

describe("a connection that carries no HTTP", () => {
  /** From receiver-1 to data's port 5000, and the end that arrives there. */
  async function raw() {
    const setup = setUp();
    const server = net.createServer({ allowHalfOpen: true });
    const accepted = once(server, "connection").then(([socket]) => socket as net.Socket);
    const { port } = await listen(server);
    setup.network.registerEndpoint(data.id, 5000, port);
    const { agent, host } = opened(setup.network.routerFrom(receiver)(toData));
    const socket = agent.createConnection({ host, port }) as net.Socket;
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return { ...setup, socket, accepted: await accepted };
  }

  test("is known to its server, and logged with all its bytes once it has closed", async () => {
    const { network, flows, socket, accepted } = await raw();
    expect(network.peerOf(accepted)).toMatchObject({ address: receiver1.privateIpAddress });
    socket.write("x".repeat(5000));
    accepted.resume().on("end", () => accepted.end());
    socket.end();
    await eventually("it is logged", () => flows.length === 4);
    for (const line of flows.filter(each =>
      each.includes(` ${receiver1.privateIpAddress} ${data.privateIpAddress} `),
    ))
      expect(Number(line.split(" ")[9])).toBeGreaterThan(5000);
    expect(network.peerOf(accepted)).toBeUndefined();
  });

  test.each<[string, (setup: Awaited<ReturnType<typeof raw>>) => void]>([
    [
      "the rule that allowed it is removed, although nobody asks for another",
      ({ model }) => model.securityGroupRules.delete("sgr-receiver-to-read"),
    ],
    ["its interface is removed", ({ network }) => network.removeInterface(receiver1.id)],
    ["its destination's interface is deleted", ({ model }) => model.networkInterfaces.delete(data.id)],
    ["the network closes", ({ network }) => network.close()],
  ])("ends when %s", async (_name, change) => {
    const setup = await raw();
    const ended = once(setup.accepted.resume(), "end");
    change(setup);
    await ended;
    expect(setup.socket.destroyed).toBe(true);
  });

  test("stays while other rules change", async () => {
    const { model, socket, flows } = await raw();
    model.securityGroupRules.delete("sgr-receiver-to-update");
    await new Promise(resolve => setTimeout(resolve, 1_100));
    expect(socket.readyState).toBe("open");
    expect(flows).toEqual([]);
  });
});

describe("the peer of a connection", () => {
  /** A server that responds with its peer's address. */
  async function mirror(network: VirtualNetwork) {
    return listenHttp((req, res) => res.end(JSON.stringify(network.peerOf(req.socket) ?? null)));
  }

  test.each([
    ["a host in the VPC, by its private address", receiver, toData, receiver1.privateIpAddress],
    [
      "a host that calls the Internet, by its private address",
      { interfaceId: interfaces.stress.id },
      { address: "192.0.2.10", port: 443 },
      interfaces.stress.privateIpAddress,
    ],
    ["a client on the Internet, by its address", outside, toReceiver, home],
  ])("%s", async (_name, source, to, expected) => {
    const { network, model } = setUp();
    const anywhere = { egress: true, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", tags: {} };
    model.securityGroupRules.set("sgr-out", { id: "sgr-out", groupId: "sg-stress", ...anywhere });
    const { port } = await mirror(network);
    for (const at of [data.id, receiver1.id, "192.0.2.10"]) network.registerEndpoint(at, to.port, port);
    const seen = JSON.parse((await get(network.routerFrom(source)(to))).body) as Address;
    expect(seen.address).toBe(expected);
    expect(seen.port).toBeGreaterThanOrEqual(32768);
    expect(seen.port).toBeLessThanOrEqual(60999);
  });

  test("is distinct for two connections with the same local port", async () => {
    const { network } = setUp();
    const [one, two] = [await mirror(network), await mirror(network)];
    network.registerEndpoint(data.id, 5000, one.port);
    network.registerEndpoint(receiver1.id, 8080, two.port);
    const localPort = await closedPort();
    const first = await get(network.routerFrom(receiver)(toData), { localPort });
    const toSecond = opened(network.routerFrom(outside)(toReceiver));
    const second = await get(toSecond, { localPort });
    expect([first.localPort, second.localPort]).toEqual([localPort, localPort]);
    expect(JSON.parse(second.body)).toMatchObject({ address: home });
    // The first connection keeps its peer, even after the second has ended.
    toSecond.agent.destroy();
    while (two.sockets.size > 0) await new Promise(setImmediate);
    const again = await get(network.routerFrom(receiver)(toData));
    expect(again.localPort).toBe(localPort);
    expect(JSON.parse(again.body)).toMatchObject({ address: receiver1.privateIpAddress });
  });

  test("is undefined if the connection isn't the region's", async () => {
    const { network } = setUp();
    const { port } = await mirror(network);
    const response = await fetch(`http://${loopback}:${port}/`, { headers: { connection: "close" } });
    await expect(response.json()).resolves.toBeNull();
  });
});

describe("probe", () => {
  test("logs a flow for an allowed connection", () => {
    const { network, flows } = setUp();
    const decision = network.probe(outside, { address: publicData, port: 22 });
    expect(decision).toMatchObject({ outcome: "allowed", destinationInterfaceId: data.id });
    expect(flows.map(line => line.split(" ").at(-2))).toEqual(["ACCEPT", "ACCEPT"]);
  });

  test("returns and logs the reason for a drop", () => {
    const { network, flows, drops } = setUp();
    const decision = network.probe(outside, { address: publicData, port: 23 });
    expect(decision).toMatchObject({ outcome: "dropped", drop: { code: "SUBNET_ACL_RESTRICTION" } });
    expect(flows).toHaveLength(1);
    expect(drops).toHaveLength(1);
  });
});

describe("a connection that is dialed", () => {
  const to = { address: publicData, port: 22 };

  test("is logged as refused or, once it is closed, as open", () => {
    const { network, flows } = setUp();
    network.dial(outside, to).refused();
    expect(flows).toHaveLength(2);
    const flow = network.dial(outside, to).opened();
    flow.count("request", 1000);
    expect(flows).toHaveLength(2);
    flow.close();
    expect(flows).toHaveLength(4);
  });

  test("is evaluated again by the present rules, from the same port", () => {
    const { model, network, flows, drops } = setUp();
    const { decision, reevaluate } = network.dial(outside, to);
    expect([decision.outcome, reevaluate().outcome, flows, drops]).toEqual(["allowed", "allowed", [], []]);
    model.securityGroupRules.delete("sgr-data-ssh");
    expect(reevaluate().outcome).toBe("dropped");
    expect(drops).toMatchObject([{ code: "ENI_SG_RULES_MISMATCH", from: { port: 32768 } }]);
  });
});

test("source ports go through Linux's range in order and wrap around", () => {
  const { network, drops } = setUp();
  const probe = () => network.probe(outside, { address: "203.0.113.99", port: 22 });
  probe();
  probe();
  // Skip most of the 28,232 ports.
  Reflect.set(network, "nextPort", 60999);
  probe();
  probe();
  expect(drops.map(({ from }) => from.port)).toEqual([32768, 32769, 60999, 32768]);
});
