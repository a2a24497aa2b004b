/** Servers on loopback only. */
import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import type { AddressInfo } from "node:net";

/** Keeps idle connections longer than the 60 s after which those that opened them close them. */
export function createServer(handle: http.RequestListener): http.Server {
  return http.createServer({ keepAliveTimeout: 65_000, headersTimeout: 66_000 }, handle);
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
