/**
 * What connects the region's addresses. Everything that one host, load balancer or client of the local
 * Internet sends to another passes here: the connection is judged, written to the logs, and, where it passes,
 * sent to the loopback port behind the address.
 */
import http from "node:http";
import net from "node:net";
import type { Address, Connection, Router } from "./router";
import type { ConnectionAttempt, Decision } from "./reachability/decision";
import type { DecisionLog } from "./decision-log";
import type { FlowLog } from "./flow-log";
import { evaluateConnection } from "./reachability/reachability";
import type { VpcModel } from "./reachability/vpc-model";

export type Source = ConnectionAttempt["from"];

/** Linux's range, as in net.ipv4.ip_local_port_range. */
const firstEphemeralPort = 32768;
const lastEphemeralPort = 60999;

export class VirtualNetwork {
  private readonly endpoints = new Map<string, number>();
  private readonly agents = new Map<string, FlowAgent>();
  /** Who opened a loopback connection, by both of its ports: one alone can be in use by several connections. */
  private readonly peers = new Map<string, Address>();
  private nextPort = firstEphemeralPort;

  constructor(
    private readonly model: VpcModel,
    private readonly flowLog: FlowLog,
    private readonly decisionLog: DecisionLog,
  ) {}

  /** Says which loopback port answers for a port of an interface, or of an address on the Internet. */
  registerEndpoint(at: string, port: number, loopbackPort: number): void {
    this.endpoints.set(`${at}:${port}`, loopbackPort);
  }

  /** From now on the port is closed: connections to it are refused. */
  unregisterEndpoint(at: string, port: number): void {
    this.endpoints.delete(`${at}:${port}`);
  }

  /** The way from one source to anywhere. */
  routerFrom(source: Source): Router {
    return to => this.route(source, to);
  }

  /** Judges a connection that carries no HTTP, and logs it: SSH. */
  probe(from: Source, to: Address): Decision {
    const decision = this.evaluate({ from, sourcePort: this.ephemeralPort(), to });
    if (decision.outcome === "allowed") this.flowLog.opened(decision).close();
    return decision;
  }

  /** The address and port, as the region has them, at the other end of a connection that arrived on loopback. */
  peerOf(socket: net.Socket): Address | undefined {
    return this.peers.get(`${socket.remotePort}>${socket.localPort}`);
  }

  /** An interface is gone: nothing listens there, and its connections end. */
  removeInterface(interfaceId: string): void {
    for (const at of this.endpoints.keys()) if (at.startsWith(`${interfaceId}:`)) this.endpoints.delete(at);
    for (const [key, agent] of this.agents) {
      if (!key.startsWith(`${interfaceId} `)) continue;
      agent.destroy();
      this.agents.delete(key);
    }
  }

  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
    this.agents.clear();
  }

  private route(from: Source, to: Address): Connection {
    if (this.isGone(from)) return { outcome: "dropped" };
    const connection: ConnectionAttempt = { from, sourcePort: this.ephemeralPort(), to };
    const decision = this.evaluate(connection);
    const key = `${"interfaceId" in from ? from.interfaceId : from.internetAddress} ${to.address}:${to.port}`;
    if (decision.outcome === "dropped") {
      // What was open by an earlier rule ends with it.
      this.agents.get(key)?.destroy();
      this.agents.delete(key);
      return { outcome: "dropped" };
    }
    const port = this.endpoints.get(`${decision.destinationInterfaceId ?? to.address}:${to.port}`);
    if (port === undefined) {
      this.flowLog.refused(decision);
      return { outcome: "refused" };
    }
    let agent = this.agents.get(key);
    if (!agent) {
      agent = new FlowAgent(socket => {
        this.track(socket, { ...connection, sourcePort: this.ephemeralPort() });
      });
      this.agents.set(key, agent);
    }
    return { outcome: "open", agent, host: "127.0.0.1", port };
  }

  private evaluate(connection: ConnectionAttempt): Decision {
    const decision = evaluateConnection(this.model, connection);
    if (decision.outcome === "dropped") {
      this.flowLog.dropped(decision);
      this.decisionLog(connection, decision);
    }
    return decision;
  }

  /** Logs what a connection carries while it lasts, and lets its other end know who it is. */
  private track(socket: net.Socket, connection: ConnectionAttempt): void {
    socket.once("connect", () => {
      if (this.isGone(connection.from)) {
        socket.destroy();
        return;
      }
      const decision = evaluateConnection(this.model, connection);
      const flow = this.flowLog.opened(decision);
      const ports = `${socket.localPort}>${socket.remotePort}`;
      this.peers.set(ports, this.sourceAddress(connection, decision));
      let received = 0;
      let sent = 0;
      const count = () => {
        flow.count("request", socket.bytesWritten - sent);
        flow.count("reply", socket.bytesRead - received);
        sent = socket.bytesWritten;
        received = socket.bytesRead;
      };
      const counting = setInterval(count, 500).unref();
      socket.once("close", () => {
        clearInterval(counting);
        count();
        flow.close();
        this.peers.delete(ports);
      });
    });
  }

  private sourceAddress({ from, sourcePort }: ConnectionAttempt, { hops }: Decision): Address {
    if ("internetAddress" in from) return { address: from.internetAddress, port: sourcePort };
    const arrival = hops.find(hop => hop.packet === "request" && hop.direction === "ingress");
    const own = this.model.networkInterfaces.get(from.interfaceId)?.privateIpAddress;
    return { address: arrival?.srcaddr ?? own ?? "", port: sourcePort };
  }

  private isGone(from: Source): boolean {
    return "interfaceId" in from && !this.model.networkInterfaces.has(from.interfaceId);
  }

  private ephemeralPort(): number {
    const port = this.nextPort;
    this.nextPort = port === lastEphemeralPort ? firstEphemeralPort : port + 1;
    return port;
  }
}

/**
 * An idle connection is closed by who opened it, as an Application Load Balancer does after 60 s ("Connection idle
 * timeout"): sooner than any server here does, so that no request is sent into a connection that is being closed.
 */
const idleTimeout = 60_000;

/** Keeps the connections of one source to one address, and tells of each that it opens. */
class FlowAgent extends http.Agent {
  constructor(private readonly opened: (socket: net.Socket) => void) {
    super({ keepAlive: true, maxFreeSockets: 64 });
  }

  override createConnection(options: net.TcpNetConnectOpts): net.Socket {
    const socket = net.connect(options);
    this.opened(socket);
    return socket;
  }

  override keepSocketAlive(socket: net.Socket): boolean {
    // Its types don't tell that it tells whether it keeps the socket.
    // eslint-disable-next-line @typescript-eslint/no-confusing-void-expression
    const kept = super.keepSocketAlive(socket) as unknown as boolean;
    if (kept) socket.setTimeout(idleTimeout);
    return kept;
  }

  override reuseSocket(socket: net.Socket, request: http.ClientRequest): void {
    socket.setTimeout(0);
    super.reuseSocket(socket, request);
  }
}
