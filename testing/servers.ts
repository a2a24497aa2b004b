/** What the tests of HTTP forwarding talk to: clients and servers down to the byte, all on loopback. */
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";

export const loopback = "127.0.0.1";

const cleanups: (() => Promise<void> | void)[] = [];

/** To be run after each test: closes whatever it opened. */
export async function closeAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export function onClose(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

export function keepAliveAgent(options: http.AgentOptions = {}): http.Agent {
  const agent = new http.Agent({ keepAlive: true, ...options });
  onClose(() => {
    agent.destroy();
  });
  return agent;
}

export interface Listening<Server extends net.Server> {
  server: Server;
  port: number;
  /** Connections that are open. */
  sockets: Set<net.Socket>;
}

export async function listen<Server extends net.Server>(server: Server): Promise<Listening<Server>> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, loopback);
  await once(server, "listening");
  onClose(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  });
  return { server, port: (server.address() as AddressInfo).port, sockets };
}

export function listenHttp(handle: http.RequestListener): Promise<Listening<http.Server>> {
  return listen(http.createServer({ keepAliveTimeout: 65_000 }, handle));
}

/** A server that isn't HTTP: calls back when a request's header, and what of its body came with it, has arrived. */
export function listenRaw(
  onRequest: (socket: net.Socket, request: string) => void,
): Promise<Listening<net.Server>> {
  return listen(
    net.createServer(socket => {
      let received = "";
      socket.on("data", data => {
        received += data.toString("latin1");
        if (!received.includes("\r\n\r\n")) return;
        const request = received;
        received = "";
        onRequest(socket, request);
      });
    }),
  );
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, loopback);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export function connect(port: number): net.Socket {
  const socket = net.connect(port, loopback);
  socket.on("error", () => undefined);
  onClose(() => {
    socket.destroy();
  });
  return socket;
}

/** Sends text and resolves with all that comes back until the other end closes. */
export async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port);
  let received = "";
  socket.on("data", data => (received += data.toString("latin1")));
  socket.write(text, "latin1");
  await once(socket, "close");
  return received;
}

/** Joins lines with CRLF, as HTTP has them. */
export function lines(...text: string[]): string {
  return text.join("\r\n");
}
