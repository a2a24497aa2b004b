/** HTTP servers on loopback only. */
import { once } from "node:events";
import http from "node:http";
import type { Duplex } from "node:stream";
import type net from "node:net";
import { maxHeaderSize } from "./limits";
import { acceptUpgrades, type UpgradeFilter } from "./upgrades";

export interface ServerOptions extends Pick<http.ServerOptions, "requireHostHeader"> {
  /** Which requests for an upgrade reach `handle` with an `UpgradeResponse`; by default all. The others do as plain HTTP. */
  canUpgrade?: UpgradeFilter;
  /** Answers what isn't HTTP, or is too large. */
  onClientError?: (error: NodeJS.ErrnoException, client: net.Socket) => void;
}

export function createServer(handle: http.RequestListener, options?: ServerOptions): http.Server {
  return new Server(handle, options);
}

class Server extends http.Server {
  private readonly upgraded: ReadonlySet<net.Socket>;

  constructor(
    handle: http.RequestListener,
    { canUpgrade = () => true, onClientError = sendClientError, ...options }: ServerOptions = {},
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
    this.upgraded = acceptUpgrades(this, canUpgrade);
    this.on("clientError", onClientError);
  }

  override closeAllConnections(): void {
    super.closeAllConnections();
    for (const connection of this.upgraded) connection.destroy();
  }
}

/** Listens on a loopback port, 0 for any free one; resolves to the port. */
export async function listen(server: http.Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as net.AddressInfo).port;
}

/** Listens on the preferred port, or on any free one if that is in use; resolves to the port. */
export async function listenNear(server: http.Server, preferred: number): Promise<number> {
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

const clientErrors: Partial<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

function sendClientError({ code = "" }: NodeJS.ErrnoException, client: net.Socket): void {
  const status = clientErrors[code] ?? "400 Bad Request";
  sendRaw(client, status, ["Content-Type: text/plain; charset=utf-8"], `${status}\n`);
}

/** Responds on a connection whose request can't be parsed, unless a response is in progress, and closes it. */
export function sendRaw(
  client: Duplex & { _httpMessage?: http.ServerResponse | null },
  status: string,
  headers: readonly string[],
  body: string,
): void {
  // Node's own handler reads this field too: a response in progress must not get a second header.
  if (!client.writable || client._httpMessage?.headersSent) {
    client.destroy();
    return;
  }
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  client.end([`HTTP/1.1 ${status}`, ...headers, length, "Connection: close", "", body].join("\r\n"));
}

/** Closes a server and all its connections, including requests held without a response. */
export function closeServer(server: http.Server): void {
  server.close();
  server.closeAllConnections();
}
