/** Raw connections through a proxy, once their client has been let through. */
import { once } from "node:events";
import net from "node:net";
import type { Connection } from "../router";

/**
 * Joins the client to an open connection; `onOpen` is called as soon as that accepts.
 * @throws if it doesn't accept
 */
export async function openTunnel(
  client: net.Socket,
  { agent, host, port }: Extract<Connection, { outcome: "open" }>,
  onOpen: () => void,
): Promise<void> {
  const options: net.TcpNetConnectOpts = { host, port, allowHalfOpen: true };
  // Not pooled, since it serves one client, but the agent's: it reports and ends it as it does the others.
  const upstream = agent.createConnection(options) as net.Socket;
  passOn(client, upstream);
  await once(upstream, "connect");
  onOpen();
  passOn(upstream, client);
}

/** Passes on bytes, their end (a half-close), and whether the connection then closes in order or breaks off. */
function passOn(from: net.Socket, to: net.Socket): void {
  from.pipe(to);
  from.on("error", () => undefined);
  from.once("close", () => {
    if (from.readableEnded) to.destroySoon();
    else to.resetAndDestroy();
  });
}
