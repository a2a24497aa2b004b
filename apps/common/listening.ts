/**
 * How a service gets its sockets, and how it reports them. Shared with what starts services: the installer writes a
 * socket unit for each name, and the local region's supervisor reads the line.
 */
import * as z from "zod";

/** The line that a service logs, whatever its log level, once a socket accepts connections. */
export const listeningSchema = z.object({
  msg: z.literal("listening"),
  socket: z.string(),
  address: z.string(),
  port: z.int().min(1).max(65535),
});

export type Listening = z.infer<typeof listeningSchema>;

export type PortVariable<Socket extends string> = `PORT_${Uppercase<Socket>}`;

/** The environment variable that holds a socket's port; 0 means any free one. */
export function portVariable<Socket extends string>(socket: Socket): PortVariable<Socket> {
  return `PORT_${socket.toUpperCase()}` as PortVariable<Socket>;
}

/** Where sd_listen_fds(3) starts counting. */
export const firstDescriptor = 3;

/**
 * The sockets that systemd opened for this process, name to file descriptor, as sd_listen_fds_with_names(3) specifies.
 * By name, because their order is that of the socket units and not ours.
 */
export function inheritedSockets(environment: NodeJS.ProcessEnv, pid: number): Map<string, number> {
  // Children of the intended process inherit the variables.
  if (environment.LISTEN_PID !== String(pid)) return new Map();
  const names = (environment.LISTEN_FDNAMES ?? "").split(":").slice(0, Number(environment.LISTEN_FDS ?? 0));
  return new Map(names.map((name, index) => [name, firstDescriptor + index]));
}
