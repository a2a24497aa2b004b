/**
 * Clients that close their side once they have sent a request (`printf … | nc -N`) get their response. TCP announces a
 * client that has left altogether in the same way, and no response may be held or worked on for that one. But both ends
 * of a connection are on this machine, and Linux tells whether a process still has the other one. Elsewhere, whoever
 * closes a side counts as gone, as Node has it.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type http from "node:http";
import type net from "node:net";
import { setTimeout } from "node:timers/promises";

const tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].filter(existsSync);
/** Real milliseconds between two looks at them. */
const interval = 200;

/** The sockets of clients that will send no more, and are owed something. */
const halfClosed = new Set<net.Socket>();
let watching = false;

export function allowHalfClose(server: http.Server & { httpAllowHalfOpen?: boolean }): void {
  if (tables.length === 0) return;
  server.httpAllowHalfOpen = true;
  server.on("connection", (socket: net.Socket) => {
    socket.once("end", () => {
      // Node has ended its own side already if no response is due.
      if (!socket.writable) return;
      halfClosed.add(socket);
      socket.once("close", () => halfClosed.delete(socket));
      if (!watching) void closeDeserted();
    });
  });
}

async function closeDeserted(): Promise<void> {
  watching = true;
  while (halfClosed.size > 0) {
    const sockets = [...halfClosed];
    // A table can't be read while too many files are open; the next look is soon.
    const owned = await ownedConnections().catch(() => undefined);
    for (const socket of sockets)
      if (owned?.has(`${socket.remotePort}>${socket.localPort}`) === false) socket.destroy();
    await setTimeout(interval, undefined, { ref: false });
  }
  watching = false;
}

/** Ports, local and remote, of the loopback connections that a process has; without one, their inode is 0. */
async function ownedConnections(): Promise<Set<string>> {
  const rows = (await Promise.all(tables.map(table => readFile(table, "latin1")))).join("");
  const owned = new Set<string>();
  for (const [, local = "", remote = "", inode] of rows.matchAll(row))
    if (inode !== "0") owned.add(`${parseInt(local, 16)}>${parseInt(remote, 16)}`);
  return owned;
}

/** sl, local_address, rem_address, st, queues, tr, retrnsmt, uid, timeout, inode: proc_pid_net(5). */
const row = /: \w*0100007F:(\w+) \w*0100007F:(\w+) \w+ \S+ \S+ \S+ +\d+ +\d+ (\d+)/g;
