/** Connections that change from HTTP/1.1 to another protocol, such as WebSocket: RFC 9110 §7.8. */
import http from "node:http";
import type net from "node:net";

/** Decides whether a request may change the protocol of its connection. */
export type UpgradeFilter = (req: http.IncomingMessage) => boolean;

/** The response to a request that asks for another protocol: that protocol, or HTTP and the connection's end. */
export class UpgradeResponse extends http.ServerResponse {
  /** Listeners of the client's, removed when it no longer speaks HTTP. */
  private readonly whileHttp: [event: string, listener: () => void][];

  /** @param client the connection, which http.Server has handed over */
  constructor(
    req: http.IncomingMessage,
    private readonly client: net.Socket,
  ) {
    super(req);
    this.shouldKeepAlive = false;
    this.assignSocket(client);
    this.whileHttp = [
      ["drain", () => this.emit("drain")],
      // Half a connection is no use for a handshake.
      ["end", () => client.destroy()],
    ];
    for (const [event, listener] of this.whileHttp) client.on(event, listener);
    this.once("finish", () => client.destroySoon());
    // Unless it is read, it doesn't notice that its client has gone.
    client.read(0);
  }

  /** Tells the client that its connection has changed to another protocol, and returns the connection. */
  switchProtocols(statusMessage: string, headers: readonly string[]): net.Socket {
    this.detachSocket(this.client);
    for (const [event, listener] of this.whileHttp) this.client.off(event, listener);
    const fields = headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1] ?? ""}`] : []));
    this.client.write([`HTTP/1.1 101 ${statusMessage}`, ...fields, "", ""].join("\r\n"), "latin1");
    return this.client;
  }
}

/**
 * Handles "upgrade" events of a server. Requests that `isAllowed` refuses, and those that can't change the protocol, go on
 * as plain HTTP: "A server MAY ignore a received Upgrade header field".
 */
export function acceptUpgrades(server: http.Server, isAllowed: UpgradeFilter): void {
  server.on("upgrade", (req: http.IncomingMessage, client: net.Socket, head: Buffer) => {
    client.on("error", () => undefined);
    if (isBehindAnother(client)) {
      client.destroy();
      return;
    }
    // Whoever reads next gets it.
    if (head.length > 0) client.unshift(head);
    if (req.httpVersion !== "1.1" || hasBody(req) || !isAllowed(req)) {
      client.unshift(Buffer.from(withoutUpgrade(req), "latin1"));
      server.emit("connection", client);
      return;
    }
    server.emit("request", req, new UpgradeResponse(req, client));
  });
}

/** A pipelined request whose predecessor has no complete response yet. */
function isBehindAnother(client: net.Socket & { _httpMessage?: http.ServerResponse | null }): boolean {
  return Boolean(client._httpMessage);
}

function withoutUpgrade({ method, url, httpVersion, rawHeaders }: http.IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = "", value = ""] = rawHeaders.slice(i, i + 2);
    if (name.toLowerCase() !== "upgrade") lines.push(`${name}: ${value}`);
  }
  return [...lines, "", ""].join("\r\n");
}

/** RFC 9112 §6.3: a request has a body if and only if one of these fields says so. */
export function hasBody(req: http.IncomingMessage): boolean {
  return req.headers["transfer-encoding"] !== undefined || (req.headers["content-length"] ?? "0") !== "0";
}
