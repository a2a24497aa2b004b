import type net from "node:net";

export interface TunnelOptions {
  /** Real milliseconds without a byte in either direction. */
  idleTimeoutMs?: number;
  /** Closes both connections. */
  signal?: AbortSignal;
}

/**
 * Joins two connections byte by byte, with back-pressure. If one is ended, so is the other, which may go on sending; if
 * one vanishes, the other is closed. Resolves once both are closed, to the reason.
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
        else to.destroy();
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
