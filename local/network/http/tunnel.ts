/** Connections that no longer speak HTTP. */
import { once } from "node:events";
import type net from "node:net";
import { TLSSocket } from "node:tls";
import type { Connection } from "../router";

export interface TunnelOptions {
  /** Real milliseconds without a byte in either direction. */
  idleTimeoutMs?: number;
  /** Closes both connections. */
  signal?: AbortSignal;
}

/**
 * Joins two connections byte by byte, with back-pressure. If one is ended, so is the other, which may go on sending; if
 * one breaks off, so does the other. Resolves once both are closed, to the reason.
 */
export function tunnel(
  client: net.Socket,
  upstream: net.Socket,
  { idleTimeoutMs = 0, signal }: TunnelOptions = {},
): Promise<"closed" | "idle-timeout" | "cancelled"> {
  return new Promise(resolve => {
    let reason: "closed" | "idle-timeout" | "cancelled" = "closed";
    const close = (why: typeof reason) => {
      reason = why;
      client.destroy();
      upstream.destroy();
    };
    const cancel = () => close("cancelled");
    let open = 2;
    const join = (from: net.Socket, to: net.Socket) => {
      from.allowHalfOpen = true;
      from.on("error", () => undefined);
      from.once("close", () => {
        // It has nobody to hear from any more; what it has still to send, it sends.
        if (from.readableEnded) to.destroySoon();
        // TLS has no reset of its own.
        else if (to instanceof TLSSocket) to.destroy();
        else to.resetAndDestroy();
        if (--open > 0) return;
        signal?.removeEventListener("abort", cancel);
        resolve(reason);
      });
      from.pipe(to);
    };
    join(client, upstream);
    join(upstream, client);
    // Whatever passes is read from it or written to it.
    upstream.setTimeout(idleTimeoutMs, () => close("idle-timeout"));
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
  });
}

/**
 * Joins the client to an open connection, once that accepts; `onOpen` is called just before.
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
  await once(upstream, "connect");
  onOpen();
  await tunnel(client, upstream);
}
