/** TLS on loopback: servers that end it by certificates that may change, and agents that begin it. */
import type { KeyObject, X509Certificate } from "node:crypto";
import http from "node:http";
import net from "node:net";
import tls from "node:tls";

export interface ServerCertificate {
  x509: X509Certificate;
  /** The certificate and those that lead to its root, in PEM. */
  chain: string;
  privateKey: KeyObject;
}

/** What a server negotiates; replaced as a whole. */
export interface TlsSettings {
  minVersion: tls.SecureVersion;
  maxVersion: tls.SecureVersion;
  /** By preference, as OpenSSL names them. */
  ciphers: string;
  /** For clients that name no host that one of the others is for. */
  certificate: ServerCertificate;
  /** Chosen by the host that a client names (SNI, RFC 6066 section 3). */
  certificateFor: (host: string) => ServerCertificate;
}

/** The settings for the next connection; undefined: it isn't to be TLS. */
export type CurrentTls = () => TlsSettings | undefined;

/** Of the "clientError" that plain HTTP is on a port for TLS. */
export const plainHttpOnTls = "ERR_SSL_HTTP_REQUEST";

/** The first byte of a connection that begins with a handshake: RFC 8446 section 5.1. */
const handshake = 22;
/** In real milliseconds. */
const firstByteTimeout = 60_000;

/** Makes a server end TLS. Call it before anything listens for connections that is to see them encrypted. */
export function endTls(server: http.Server, settings: CurrentTls): void {
  const accept = server.listeners("connection") as ((socket: net.Socket) => void)[];
  server.removeAllListeners("connection");
  const deliver = (socket: net.Socket) => {
    for (const listener of accept) listener.call(server, socket);
  };
  const terminator = new TlsTerminator(deliver);
  server.on("connection", (socket: net.Socket) => {
    const current = settings();
    // A server also takes back connections whose upgrade it ignores.
    if (!current || socket instanceof tls.TLSSocket) {
      deliver(socket);
      return;
    }
    beginning(socket, first => {
      if (first === handshake) terminator.accept(socket, current);
      else
        server.emit("clientError", Object.assign(new Error("plain HTTP"), { code: plainHttpOnTls }), socket);
    });
  });
}

/** Calls back with a connection's first byte, which stays unread, unless there never is one. */
function beginning(socket: net.Socket, onFirst: (byte: number) => void): void {
  const giveUp = () => void socket.destroy();
  const look = () => {
    const chunk = socket.read() as Buffer | null;
    const [first] = chunk ?? [];
    if (chunk === null || first === undefined) return;
    for (const [event, listener] of listeners) socket.off(event, listener);
    socket.setTimeout(0);
    socket.unshift(chunk);
    onFirst(first);
  };
  const listeners = [
    ["readable", look],
    ["end", giveUp],
    ["timeout", giveUp],
  ] as const;
  // The TLS connection reports what happens to it from then on.
  socket.on("error", () => undefined);
  socket.setTimeout(firstByteTimeout);
  for (const [event, listener] of listeners) socket.on(event, listener);
}

/** Never listens: it is handed connections. */
class TlsTerminator {
  private readonly server: tls.Server;
  private readonly contexts = new WeakMap<ServerCertificate, tls.SecureContext>();
  private current?: TlsSettings;

  constructor(deliver: (socket: net.Socket) => void) {
    this.server = tls.createServer({
      ALPNProtocols: ["http/1.1"],
      SNICallback: (host, callback) => {
        const { current } = this;
        callback(null, current && this.contextOf(current.certificateFor(host)));
      },
    });
    this.server.on("secureConnection", socket => {
      socket.allowHalfOpen = true;
      deliver(socket);
    });
  }

  accept(socket: net.Socket, settings: TlsSettings): void {
    if (this.current !== settings) {
      this.current = settings;
      const { minVersion, maxVersion, ciphers, certificate } = settings;
      const negotiation = { minVersion, maxVersion, ciphers, honorCipherOrder: true };
      this.server.setSecureContext({ ...negotiation, ...pemOf(certificate) });
    }
    // A client that leaves during the handshake is owed nothing.
    socket.allowHalfOpen = false;
    this.server.emit("connection", socket);
  }

  /** Versions and ciphers stay the server's: OpenSSL takes only the certificate of it. */
  private contextOf(certificate: ServerCertificate): tls.SecureContext {
    const known = this.contexts.get(certificate);
    if (known) return known;
    const context = tls.createSecureContext({ ...pemOf(certificate), ciphers: "ALL@SECLEVEL=0" });
    this.contexts.set(certificate, context);
    return context;
  }
}

function pemOf({ chain, privateKey }: ServerCertificate): { cert: string; key: string | Buffer } {
  return { cert: chain, key: privateKey.export({ type: "pkcs8", format: "pem" }) };
}

/**
 * Begins TLS on another agent's connections, with servers of the region's own: whoever looks at their certificate, it
 * isn't this client.
 */
export class TlsAgent extends http.Agent {
  constructor(
    private readonly over: http.Agent,
    private readonly host?: string,
  ) {
    super();
  }

  override createConnection(options: net.TcpNetConnectOpts): net.Socket {
    const socket = this.over.createConnection(options) as net.Socket;
    const servername = this.host === undefined || net.isIP(this.host) !== 0 ? "" : this.host;
    return tls.connect({ socket, servername, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
  }
}
