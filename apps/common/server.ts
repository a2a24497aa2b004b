/** An HTTP server fit for a load balancer: it keeps idle connections open long enough, and drains. */
import http, { type RequestListener, type ServerResponse } from "node:http";
import net from "node:net";

// Above the load balancer's idle time-out of 60 s: if we closed first, a request could already be on its way, and the
// load balancer would answer 502.
export const keepAlive = { keepAliveTimeout: 65_000, headersTimeout: 66_000 };

// A request in progress needs less, and requests that arrive during a restart wait for shutdown plus startup: a receiver
// waits no longer than 1.7 s for data-access.
const closeIdleAfter = 500;
const closeAllAfter = 5_000;

export interface DrainableServer {
  server: http.Server;
  /** Stops accepting; resolves when the last connection has ended, which takes 5 s at most. */
  drain: () => Promise<void>;
}

export function createServer(app: RequestListener): DrainableServer {
  /**
   * Each with its last response. Not a set of the responses in progress: V8 replaces a set's table again and again, each
   * leads to the next, and one that was promoted keeps all that came through later ones until a full collection.
   */
  const connections = new Map<net.Socket, ServerResponse | undefined>();
  let draining = false;

  const server = http.createServer(keepAlive, (request, response) => {
    if (draining) response.setHeader("Connection", "close");
    connections.set(request.socket, response);
    app(request, response);
  });
  // Or a client that closes its side after its request would get no answer. Node has it, but no option for it.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("connection", (connection: net.Socket) => {
    connections.set(connection, undefined);
    connection.once("close", () => connections.delete(connection));
  });

  const drain = async () => {
    draining = true;
    for (const response of connections.values()) {
      if (response && !response.headersSent) response.setHeader("Connection", "close");
    }
    // Not http.Server's own close(), which resets idle connections at once, even if a request is on its way on one.
    const closed = new Promise(resolve => net.Server.prototype.close.call(server, resolve));
    const closeIdleConnections = () => {
      server.closeIdleConnections();
      // To Node a connection without any request yet is not idle, and browsers open such connections in advance.
      for (const connection of connections.keys()) if (connection.bytesRead === 0) connection.destroy();
    };
    // Once what has arrived meanwhile is read: a busy machine may come to its timers late.
    const closeIdle = setTimeout(() => setImmediate(closeIdleConnections), closeIdleAfter);
    const closeAll = setTimeout(() => server.closeAllConnections(), closeAllAfter);
    await closed;
    clearTimeout(closeIdle);
    clearTimeout(closeAll);
  };

  return { server, drain };
}
