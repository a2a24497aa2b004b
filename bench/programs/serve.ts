/** What a program does to be a `Server`. */
import { once } from "node:events";
import type net from "node:net";
import type { AddressInfo } from "node:net";
import { loopback } from "../../testing/servers";

/**
 * Listens on free ports, and reports them by the names of their sockets.
 * @param listening ports to report that are listened on already
 */
export async function serve(
  servers: Record<string, net.Server>,
  listening: Record<string, number> = {},
): Promise<void> {
  const ports = { ...listening };
  for (const [name, server] of Object.entries(servers)) {
    await once(server.listen(0, loopback), "listening");
    ports[name] = (server.address() as AddressInfo).port;
  }
  process.send?.(ports);
  process.once("disconnect", () => process.exit());
}
