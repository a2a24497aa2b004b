/**
 * The way into the region by SSH: a server on a loopback port that opens channels to port 22 of the region's addresses,
 * as connections from the operator's address.
 */
import net from "node:net";
import type { Connection, ServerChannel, Session, TcpipRequestInfo } from "ssh2";
import { sshPort } from "../../../apps/ports";
import type { Dns } from "../../network/dns";
import type { PacketKind } from "../../network/reachability/verdict";
import { explain } from "../../network/reachability/words";
import type { Dialed, VirtualNetwork } from "../../network/virtual-network";
import type { Host } from "../host";
import { bastionUser } from "./client-files";
import { refuseChannel, type openFailure } from "./private-calls";
import { onSession, onTerminal, serveSsh } from "./server";

export interface BastionOptions {
  network: Pick<VirtualNetwork, "dial">;
  dns: Pick<Dns, "resolve">;
  /** The Internet address that connections come from. */
  operatorAddress: string;
  /** A private key in OpenSSH's format. */
  hostKey: string;
  /** The running host at a network interface. */
  hostAt: (interfaceId: string) => Host | undefined;
  /** Serves a host's SSH on a connection to it. */
  serveHost: (channel: ServerChannel, host: Host) => void;
}

const mostConnections = 256;
const mostChannels = 64;
/**
 * In ms. Clients wait without limit for a channel: neither ConnectTimeout of OpenSSH nor perDialTimeout of the command
 * provider covers it.
 */
const dropTimeout = 2_000;

export class Bastion {
  /** To listen with. */
  readonly server = net.createServer({ noDelay: true }, socket => this.accept(socket));
  private readonly sockets = new Set<net.Socket>();

  constructor(private readonly options: BastionOptions) {
    this.server.maxConnections = mostConnections;
  }

  /** Ends all connections, those to hosts included. */
  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private accept(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.once("close", () => this.sockets.delete(socket));
    serveSsh(socket, {
      hostKey: this.options.hostKey,
      authorize: user => user === bastionUser,
      serve: connection => this.serve(connection),
    });
    // One read at a time: Node would make 32 in a row, and the rest of the region wait for their decryption.
    socket.on("data", () => {
      socket.pause();
      setImmediate(() => socket.resume());
    });
  }

  private serve(connection: Connection): void {
    onSession(connection, session => this.explain(session));
    let channels = 0;
    connection.on("tcpip", (accept, reject, to) => {
      const refuse = (reason: FailureReason, text: string) => refuseChannel(connection, reject, reason, text);
      if (channels >= mostChannels) {
        refuse("resourceShortage", `more than ${mostChannels} channels at once`);
        return;
      }
      const target = this.targetOf(to);
      if ("host" in target) {
        channels++;
        const channel = accept();
        channel.once("close", () => channels--);
        meter(channel, target.dialed);
        this.options.serveHost(channel, target.host);
      } else if (target.after === undefined) refuse(target.reason, target.text);
      else {
        channels++;
        const timer = setTimeout(() => {
          channels--;
          refuse(target.reason, target.text);
        }, target.after);
        connection.once("close", () => clearTimeout(timer));
      }
    });
  }

  private targetOf({ destIP: name, destPort: port }: TcpipRequestInfo): Target {
    const { network, dns, operatorAddress, hostAt } = this.options;
    if (port !== sshPort)
      return {
        reason: "prohibited",
        text: `the bastion opens connections to port ${sshPort} only; HTTP goes by the local Internet`,
      };
    const address = dns.resolve(name);
    if (address === undefined) return { reason: "connectFailed", text: `${name} is unknown in the region` };
    const dialed = network.dial({ internetAddress: operatorAddress }, { address, port });
    const { drop, destinationInterfaceId = "" } = dialed.decision;
    if (drop)
      return {
        reason: "connectFailed",
        text: `connection to ${address} port ${port} timed out: ${drop.code}: ${explain(drop)}`,
        after: dropTimeout,
      };
    const host = hostAt(destinationInterfaceId);
    if (host) return { host, dialed };
    dialed.refused();
    return { reason: "connectFailed", text: `connection to ${address} port ${port} refused` };
  }

  /** Answers a session on the bastion itself. */
  private explain(session: Session): void {
    const answer = (accept: () => ServerChannel) => {
      const channel = accept();
      channel.stderr.write(
        "This bastion runs no commands: it opens connections to the hosts of a local region, as in\r\n" +
          `ssh -F .local/ssh_config receiver-1\r\n`,
      );
      channel.exit(1);
      channel.end();
    };
    onTerminal(session);
    session.on("shell", answer);
    session.on("exec", answer);
  }
}

type FailureReason = keyof typeof openFailure;

/** What a channel leads to: a host, or a failure, perhaps only after some time. */
type Target = { host: Host; dialed: Dialed } | { reason: FailureReason; text: string; after?: number };

/** Logs a connection's traffic, and ends it once the rules no longer let it pass. */
function meter(channel: ServerChannel, { opened, reevaluate }: Dialed): void {
  const flow = opened();
  let isOver = false;
  const end = () => {
    isOver = true;
    flow.close();
  };
  const pass = (packet: PacketKind, bytes: number) => {
    if (isOver) return;
    flow.count(packet, bytes);
    if (reevaluate().outcome === "allowed") return;
    end();
    channel.destroy();
  };
  channel.on("data", (data: Buffer) => pass("request", data.length));
  const write = channel.write.bind(channel) as (data: Buffer) => boolean;
  channel.write = (data: Buffer) => {
    pass("reply", data.length);
    return write(data);
  };
  channel.once("close", end);
}
