/** An HTTP server that a load balancer can rely on: it outlives idle connections, and drains. */
import http, { type RequestListener, type ServerResponse } from "node:http";
import net from "node:net";

// Above the load balancer's idle time-out of 60 s: were we the first to close, a request could already be on
// its way, and the load balancer would answer it with 502.
export const keepAlive = { keepAliveTimeout: 65_000, headersTimeout: 66_000 };

// A request that is under way needs less, and who comes meanwhile waits for this and the next start: a receiver waits
// for data-access no longer than 1.7 s.
const closeIdleAfter = 500;
const closeAllAfter = 5_000;

export interface DrainableServer {
  server: http.Server;
  /** Stops accepting; resolves when the last connection has ended, which takes 5 s at most. */
  drain: () => Promise<void>;
}

export function createServer(app: RequestListener): DrainableServer {
  const unanswered = new Set<ServerResponse>();
  const connections = new Set<net.Socket>();
  let draining = false;

  const server = http.createServer(keepAlive, (request, response) => {
    if (draining) response.setHeader("Connection", "close");
    unanswered.add(response);
    response.once("close", () => unanswered.delete(response));
    app(request, response);
  });
  server.on("connection", (connection: net.Socket) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });

  const drain = async () => {
    draining = true;
    for (const response of unanswered) {
      if (!response.headersSent) response.setHeader("Connection", "close");
    }
    // Not http.Server's own close(): it resets idle connections at once, also one that a request is under way on.
    const closed = new Promise(resolve => net.Server.prototype.close.call(server, resolve));
    const closeIdle = setTimeout(() => {
      server.closeIdleConnections();
      // To Node a connection that nothing was ever asked on is not idle, and browsers open them in reserve.
      for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
    }, closeIdleAfter);
    const closeAll = setTimeout(() => {
      server.closeAllConnections();
    }, closeAllAfter);
    await closed;
    clearTimeout(closeIdle);
    clearTimeout(closeAll);
  };

  return { server, drain };
}
