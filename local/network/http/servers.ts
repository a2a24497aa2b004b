/** Servers on loopback only. */
import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import type { AddressInfo } from "node:net";
import { allowHalfClose } from "./half-close";
import { maxHeaderSize } from "./limits";
import { answerMalformed, type OnMalformed } from "./malformed";
import { endTls, type CurrentTls } from "./tls";
import { acceptUpgrades, type UpgradeFilter } from "./upgrades";

export interface ServerOptions extends Pick<http.ServerOptions, "requireHostHeader"> {
  /** Which requests for an upgrade reach `handle` with an `UpgradeResponse`; by default all. The others do as plain HTTP. */
  canUpgrade?: UpgradeFilter;
  /** Answers malformed requests. */
  onMalformed?: OnMalformed;
  /** Present if it may have to end TLS. */
  tls?: CurrentTls;
}

export function createServer(handle: http.RequestListener, options?: ServerOptions): http.Server {
  return new Server(handle, options);
}

class Server extends http.Server {
  private readonly sockets = new Set<net.Socket>();

  constructor(
    handle: http.RequestListener,
    { canUpgrade = () => true, onMalformed = answerMalformed, tls, ...options }: ServerOptions = {},
  ) {
    super(
      {
        // Longer than the 60 s after which those that opened idle connections close them.
        keepAliveTimeout: 65_000,
        headersTimeout: 66_000,
        maxHeaderSize,
        ...options,
      },
      handle,
    );
    this.maxHeadersCount = 0; // unlimited: beyond it, Node would drop fields without a word
    allowHalfClose(this);
    acceptUpgrades(this, canUpgrade);
    this.on("clientError", onMalformed);
    if (tls) endTls(this, tls);
    this.on("connection", (socket: net.Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  /** Also those that became tunnels, of which Node knows no more. */
  override closeAllConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Where a client on this machine finds the server on a loopback port, as its Host field says. */
export function loopbackHosts(port: number | undefined): string[] {
  return ["localhost", "127.0.0.1"].map(name => `${name}:${port}`);
}

/** Listens on a loopback port, 0 for any free one; resolves to the port. */
export async function listen(server: net.Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Listens on the preferred port, or on any free one if that is in use; resolves to the port. */
export async function listenNear(server: net.Server, preferred: number): Promise<number> {
  try {
    return await listen(server, preferred);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return listen(server);
  }
}

export function isTaken(error: unknown): boolean {
  // ERR_SOCKET_BAD_PORT: beyond 65535.
  const codes = ["EADDRINUSE", "EACCES", "ERR_SOCKET_BAD_PORT"];
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}

/** Closes a server and all its connections, including requests held without a response. */
export function closeServer(server: http.Server): void {
  server.close();
  server.closeAllConnections();
}
