/** Clients and servers down to the byte, all on loopback; `cleanUp` closes them. */
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { onCleanUp } from "./clean-up";

export const loopback = "127.0.0.1";

export function keepAliveAgent(options: http.AgentOptions = {}): http.Agent {
  const agent = new http.Agent({ keepAlive: true, ...options });
  onCleanUp(() => agent.destroy());
  return agent;
}

export interface Listening<Server extends net.Server> {
  server: Server;
  port: number;
  /** Without a slash at the end. */
  url: string;
  /** Open connections. */
  sockets: Set<net.Socket>;
}

/** On a free port, or on the one given. */
export async function listen<Server extends net.Server>(
  server: Server,
  port = 0,
): Promise<Listening<Server>> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  const listening = once(server, "listening");
  server.listen(port, loopback);
  await listening;
  onCleanUp(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  });
  const address = server.address() as AddressInfo;
  return { server, port: address.port, url: `http://${loopback}:${address.port}`, sockets };
}

export function listenHttp(handle: http.RequestListener): Promise<Listening<http.Server>> {
  return listen(http.createServer({ keepAliveTimeout: 65_000 }, handle));
}

type OnRequest = (socket: net.Socket, request: string) => void;

/** Calls back with each request's head, and what came of its body with it; the answer is raw bytes, too. */
export function listenRaw(onRequest: OnRequest): Promise<Listening<net.Server>> {
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
  onCleanUp(() => socket.destroy());
  return socket;
}

/** Returns a function that returns all that the socket has received since. */
export function collect(socket: net.Socket): () => string {
  let received = "";
  socket.on("data", data => (received += data.toString("latin1")));
  return () => received;
}

/** Sends text, and resolves to everything that comes back until the server closes the connection. */
export async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port);
  const received = collect(socket);
  socket.write(text, "latin1");
  await once(socket, "close");
  return received();
}

/** Rejects if the request fails before its response. */
export async function responseTo(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  return response;
}

export async function allClosed(sockets: Iterable<net.Socket>): Promise<void> {
  await Promise.all([...sockets].map(socket => once(socket, "close")));
}

/** Joins lines by CRLF, as HTTP does. */
export function lines(...text: string[]): string {
  return text.join("\r\n");
}

/** A message without a body: its lines, and the empty one that ends them. */
export function head(...text: string[]): string {
  return lines(...text, "", "");
}
