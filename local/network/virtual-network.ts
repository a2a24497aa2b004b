/**
 * Connects the region's addresses. All traffic between hosts, load balancers and clients of the local Internet passes
 * through here: each connection is evaluated, logged and, if allowed, sent to the loopback port behind the address.
 */
import http from "node:http";
import net from "node:net";
import { idleConnectionTimeout } from "./http/limits";
import type { Address, Connection, Purpose, Router } from "./router";
import type { Decision } from "./reachability/decision";
import type { DecisionLog } from "./decision-log";
import type { Flow, FlowLog } from "./flow-log";
import { describeConnection, evaluateConnection } from "./reachability/reachability";
import type { ConnectionAttempt } from "./reachability/verdict";
import type { VpcModel } from "./reachability/vpc-model";

export type Source = ConnectionAttempt["from"];

/** Linux's default net.ipv4.ip_local_port_range. */
const firstEphemeralPort = 32768;
const lastEphemeralPort = 60999;

/** A connection that carries no HTTP; its drop is logged already, and what else becomes of it once the caller says so. */
export interface Dialed {
  decision: Decision;
  opened: () => Flow;
  /** Nothing listens there. */
  refused: () => void;
  /** Evaluates it again, by the present rules. */
  reevaluate: () => Decision;
}

/** Told of what becomes of each connection attempt and each HTTP request, as soon as it is decided. */
export type TrafficObserver = (
  attempt: ConnectionAttempt,
  outcome: Connection["outcome"],
  decision: Decision,
  purpose: Purpose,
) => void;

export class VirtualNetwork {
  /** Present while somebody watches. */
  observer?: TrafficObserver;
  private readonly endpoints = new Map<string, number>();
  private readonly agents = new Map<string, FlowAgent>();
  /** Who opened each loopback connection, keyed by both ports: several connections can share one. */
  private readonly peers = new Map<string, Address>();
  private nextPort = firstEphemeralPort;

  constructor(
    private readonly model: VpcModel,
    private readonly flowLog: FlowLog,
    private readonly decisionLog: DecisionLog,
  ) {}

  /** Maps a port of an interface id, or of an Internet address, to the loopback port that serves it. */
  registerEndpoint(at: string, port: number, loopbackPort: number): void {
    this.endpoints.set(`${at}:${port}`, loopbackPort);
  }

  /** Whether a port is mapped; ports of SSH aren't. */
  hasEndpoint(at: string, port: number): boolean {
    return this.endpoints.has(`${at}:${port}`);
  }

  /** Closes the port: connections to it are refused. */
  unregisterEndpoint(at: string, port: number): void {
    this.endpoints.delete(`${at}:${port}`);
  }

  routerFrom(source: Source): Router {
    return (to, purpose = "request") => this.route(source, to, purpose);
  }

  /** Evaluates and logs a connection that is closed at once. */
  probe(from: Source, to: Address): Decision {
    const { decision, opened } = this.dial(from, to);
    if (decision.outcome === "allowed") opened().close();
    return decision;
  }

  /** Evaluates a connection that carries no HTTP, such as SSH. */
  dial(from: Source, to: Address): Dialed {
    const connection: ConnectionAttempt = { from, sourcePort: this.takeEphemeralPort(), to };
    const decision = this.evaluate(connection);
    const observe = (outcome: Connection["outcome"]) => this.observer?.(connection, outcome, decision, "ssh");
    if (decision.outcome === "dropped") observe("dropped");
    return {
      decision,
      opened: () => {
        observe("open");
        return this.flowLog.opened(decision);
      },
      refused: () => {
        observe("refused");
        this.flowLog.refused(decision);
      },
      reevaluate: () => this.evaluate(connection),
    };
  }

  /** The region's address and port of the client behind a loopback connection; undefined if it isn't the region's. */
  peerOf(socket: net.Socket): Address | undefined {
    return this.peers.get(`${socket.remotePort}>${socket.localPort}`);
  }

  /** Closes an interface's ports and connections. */
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

  private route(from: Source, to: Address, purpose: Purpose): Connection {
    if (this.isGone(from)) return { outcome: "dropped" };
    const connection: ConnectionAttempt = { from, sourcePort: this.takeEphemeralPort(), to };
    const decision = this.evaluate(connection);
    const key = `${"interfaceId" in from ? from.interfaceId : from.internetAddress} ${to.address}:${to.port}`;
    if (decision.outcome === "dropped") {
      this.observer?.(connection, "dropped", decision, purpose);
      // Connections allowed by an earlier rule end with it.
      this.agents.get(key)?.destroy();
      this.agents.delete(key);
      return { outcome: "dropped" };
    }
    const port = this.endpoints.get(`${decision.destinationInterfaceId ?? to.address}:${to.port}`);
    this.observer?.(connection, port === undefined ? "refused" : "open", decision, purpose);
    if (port === undefined) {
      this.flowLog.refused(decision);
      return { outcome: "refused" };
    }
    let agent = this.agents.get(key);
    if (!agent) {
      agent = new FlowAgent(socket =>
        this.track(socket, { ...connection, sourcePort: this.takeEphemeralPort() }),
      );
      this.agents.set(key, agent);
    }
    return { outcome: "open", agent, host: "127.0.0.1", port };
  }

  private evaluate(connection: ConnectionAttempt): Decision {
    const decision = evaluateConnection(this.model, connection);
    if (decision.outcome === "dropped") {
      this.flowLog.dropped(decision);
      this.decisionLog(connection, describeConnection(this.model, connection));
    }
    return decision;
  }

  /** Logs a connection's traffic while it is open, and records its source for `peerOf`. */
  private track(socket: net.Socket, connection: ConnectionAttempt): void {
    const { from } = connection;
    socket.once("connect", () => {
      if (this.isGone(from)) {
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
      const timer = setInterval(() => {
        count();
        // Connections allowed by an earlier rule end with it, even if nobody asks for another.
        if (this.isGone(from) || evaluateConnection(this.model, connection).outcome === "dropped")
          socket.destroy();
      }, 500).unref();
      socket.once("close", () => {
        clearInterval(timer);
        count();
        flow.close();
        this.peers.delete(ports);
      });
    });
  }

  private sourceAddress({ from, sourcePort }: ConnectionAttempt, { hops }: Decision): Address {
    if ("internetAddress" in from) return { address: from.internetAddress, port: sourcePort };
    const arriving = hops.find(hop => hop.packet === "request" && hop.direction === "ingress");
    const own = this.model.networkInterfaces.get(from.interfaceId)?.privateIpAddress;
    return { address: arriving?.srcaddr ?? own ?? "", port: sourcePort };
  }

  private isGone(from: Source): boolean {
    return "interfaceId" in from && !this.model.networkInterfaces.has(from.interfaceId);
  }

  private takeEphemeralPort(): number {
    const port = this.nextPort;
    this.nextPort = port === lastEphemeralPort ? firstEphemeralPort : port + 1;
    return port;
  }
}

/** Node 20 closes an idle connection some time after the other side has, and may use it until then; Node 22 doesn't. */
function destroy(this: net.Socket): void {
  this.destroy();
}

/** Makes and pools the connections from one source to one address, and reports each new one. */
class FlowAgent extends http.Agent {
  private readonly connections = new Set<net.Socket>();

  constructor(private readonly onOpen: (socket: net.Socket) => void) {
    super({ keepAlive: true, maxFreeSockets: 64 });
  }

  override createConnection(options: net.TcpNetConnectOpts): net.Socket {
    const socket = net.connect(options);
    this.connections.add(socket);
    socket.once("close", () => this.connections.delete(socket));
    this.onOpen(socket);
    return socket;
  }

  /** Also closes the connections that were never pooled, or no longer speak HTTP. */
  override destroy(): void {
    for (const socket of this.connections) socket.destroy();
  }

  override keepSocketAlive(socket: net.Socket): boolean {
    // It returns whether it keeps the socket, which its types don't declare.
    // eslint-disable-next-line @typescript-eslint/no-confusing-void-expression
    const kept = super.keepSocketAlive(socket) as unknown as boolean;
    if (kept) {
      socket.setTimeout(idleConnectionTimeout);
      socket.once("end", destroy);
    }
    return kept;
  }

  override reuseSocket(socket: net.Socket, request: http.ClientRequest): void {
    socket.setTimeout(0);
    socket.off("end", destroy);
    super.reuseSocket(socket, request);
  }
}
