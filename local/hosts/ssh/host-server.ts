/** A host's own SSH server: its key's user, SFTP in its folder, and its commands. */
import type { Duplex } from "node:stream";
import type { Connection, Session } from "ssh2";
import { remoteUser } from "../../../apps/shipping/ship";
import type { Host } from "../host";
import type { HostCommand } from "./commands";
import { exec } from "./exec";
import { HostFiles } from "./host-files";
import { onSession, onTerminal, serveSsh } from "./server";
import { serveSftp } from "./sftp";

export interface HostServerOptions {
  /** A private key in OpenSSH's format. */
  hostKey: string;
  commands: readonly HostCommand[];
}

/** Serves a connection to a host until it ends, or the host stops or reboots. */
export function serveHost(stream: Duplex, host: Host, { hostKey, commands }: HostServerOptions): void {
  const ended = new AbortController();
  const connection = {
    destroy: () => {
      host.connections.delete(connection);
      ended.abort(new Error("the connection has ended"));
      stream.destroy();
    },
  };
  host.connections.add(connection);
  stream.once("close", connection.destroy);
  serveSsh(stream, {
    hostKey,
    authorize: (user, key) => user === remoteUser && key.equals(blobOf(host.options.authorizedKey)),
    serve: client => {
      client.once("close", connection.destroy);
      onSession(client, session => serveSession(session, client));
    },
  });

  function serveSession(session: Session, client: Connection): void {
    const closed = new AbortController();
    session.once("close", () => closed.abort(new Error("the client has closed the session")));
    const signal = AbortSignal.any([ended.signal, closed.signal]);
    let hasTerminal = false;
    onTerminal(session, () => (hasTerminal = true));
    session.on("exec", (accept, _reject, { command }) => {
      void exec(accept(), command, { host, commands, hasTerminal, signal });
    });
    session.on("shell", accept => {
      void exec(accept(), undefined, { host, commands, hasTerminal, signal });
    });
    session.on("sftp", accept => {
      const files = new HostFiles(host.root, `/home/${remoteUser}`);
      void host.untilWritten(serveSftp(accept(), client, files, signal));
    });
  }
}

/** The binary form of a line of authorized_keys; empty, and no key's, without a line. */
function blobOf(line = ""): Buffer {
  return Buffer.from(line.split(" ")[1] ?? "", "base64");
}
