/**
 * A host's listening sockets, held as systemd holds those of its socket units: from the start of a unit until the host
 * stops, whatever becomes of the unit's process. The region only holds them; the kernel queues the connections that
 * come until a process accepts them.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { firstDescriptor } from "../../apps/common/listening";
import type { Unit } from "../../apps/installer/unit";

/** A bound socket that nothing in this process reads from. */
interface Handle {
  fd: number;
  getsockname(out: { port?: number }): number;
  /** Resets connections that no process has accepted, unless a process listens on. */
  close(): void;
}

/** What Node's cluster module makes its workers' sockets with; not in Node's types. */
const { _createServerHandle: createHandle } = net as unknown as {
  _createServerHandle: (address: string, port: number, addressType: 4) => Handle | number;
};

export interface HeldSocket {
  name: string;
  /** Of the host. */
  port: number;
  loopbackPort: number;
  /** For the unit's process to inherit. */
  fd: number;
}

interface Held extends HeldSocket {
  service: Unit["service"];
  handle: Handle;
  isOpen: boolean;
}

/** Maps the host's ports to loopback ports. */
interface Ports {
  registerEndpoint(port: number, loopbackPort: number): void;
  unregisterEndpoint(port: number): void;
}

export class HeldSockets {
  private readonly held = new Set<Held>();

  constructor(private readonly ports: Ports) {}

  /** The unit's sockets, in its order. Those that it had before stay as they are, with the connections that wait. */
  of({ service, ports }: Unit): HeldSocket[] {
    const own = [...this.held].filter(socket => socket.service === service);
    for (const socket of own) if (ports[socket.name] !== socket.port) this.close(socket);
    return Object.entries(ports).map(([name, port]) => {
      const before = own.find(socket => socket.name === name && socket.port === port);
      if (before) return before;
      const socket = { service, name, port, ...bind(), isOpen: false };
      this.held.add(socket);
      return socket;
    });
  }

  /** Resolves once all sockets accept connections. */
  async open(): Promise<void> {
    const closed = [...this.held].filter(({ isOpen }) => !isOpen);
    if (closed.length > 0) await listen(closed.map(({ fd }) => fd));
    for (const socket of closed) {
      // Closed meanwhile.
      if (!this.held.has(socket)) continue;
      socket.isOpen = true;
      this.ports.registerEndpoint(socket.port, socket.loopbackPort);
    }
  }

  closeAll(): void {
    for (const socket of this.held) this.close(socket);
  }

  private close(socket: Held): void {
    this.held.delete(socket);
    if (socket.isOpen) this.ports.unregisterEndpoint(socket.port);
    socket.handle.close();
  }
}

function bind(): { handle: Handle; loopbackPort: number; fd: number } {
  const handle = createHandle("127.0.0.1", 0, 4);
  if (typeof handle === "number") throw new Error(`no free loopback port: error ${handle}`);
  const address: { port?: number } = {};
  handle.getsockname(address);
  return { handle, loopbackPort: address.port ?? 0, fd: handle.fd };
}

/**
 * Makes bound sockets listen, in a process of its own that ends at once: whoever listens by Node accepts, too. The
 * backlog is that of a socket unit, the kernel's maximum; a service's own `listen` reduces it, as on a real host.
 */
async function listen(fds: number[]): Promise<void> {
  const script = `
    const server = () => require("node:net").createServer();
    for (let fd = ${firstDescriptor}; fd < ${firstDescriptor + fds.length}; fd++) server().listen({ fd, backlog: 0x7fffffff });
    process.nextTick(process.exit, 0);`;
  const child = spawn(process.execPath, ["--eval", script], {
    env: {},
    stdio: ["ignore", "ignore", "ignore", ...fds],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error("the service's sockets can't listen");
}
