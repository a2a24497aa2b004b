/** An SSH server on any stream: what the bastion and the hosts have in common. */
import type { Duplex } from "node:stream";
import {
  Server,
  utils,
  type Algorithms,
  type AuthContext,
  type Connection,
  type Session,
  type SessionAccept,
} from "ssh2";
import { refuseChannel } from "./private-calls";

export interface SshServerOptions {
  /** A private key in OpenSSH's format. */
  hostKey: string;
  /** Whether the user may log in with a public key, given in SSH's binary form. */
  authorize: (user: string, publicKey: Buffer) => boolean;
  /** Called once the user has logged in. */
  serve: (connection: Connection) => void;
  /** In ms, for the login. */
  loginGrace?: number;
}

/** The defaults of sshd_config(5): LoginGraceTime, MaxAuthTries and MaxSessions. */
const defaultLoginGrace = 120_000;
const mostTries = 6;
const mostSessions = 10;

/** ssh2's chacha20 shares one buffer among all connections: one inside another would break both. */
const algorithms: Algorithms = { cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com"] };

/** Serves SSH on a stream until either side ends it. */
export function serveSsh(stream: Duplex, options: SshServerOptions): void {
  const { hostKey, authorize, serve, loginGrace = defaultLoginGrace } = options;
  const timer = setTimeout(() => stream.destroy(), loginGrace);
  stream.once("close", () => clearTimeout(timer));
  const server = new Server({ hostKeys: [hostKey], algorithms }, connection => {
    connection.on("error", () => undefined); // ssh2 has ended the connection
    let tries = 0;
    connection.on("authentication", context => {
      if (isProven(context, authorize)) context.accept();
      else if (context.method !== "none" && ++tries >= mostTries) connection.end();
      else context.reject(["publickey"]);
    });
    connection.once("ready", () => {
      clearTimeout(timer);
      serve(connection);
    });
  });
  // It takes any stream, other than its type says.
  (server as unknown as { injectSocket(stream: Duplex): void }).injectSocket(stream);
}

/** Whether the key may log in and, unless the client only asks, the client has proven that it holds it. */
function isProven(context: AuthContext, authorize: SshServerOptions["authorize"]): boolean {
  if (context.method !== "publickey") return false;
  const { username, key, signature, blob, hashAlgo } = context;
  if (!authorize(username, key.data)) return false;
  if (signature === undefined) return true;
  const parsed = utils.parseKey(`${key.algo} ${key.data.toString("base64")}`);
  if (parsed instanceof Error || blob === undefined) return false;
  // ssh2 also returns its errors.
  const verified: unknown = parsed.verify(blob, signature, hashAlgo);
  return verified === true;
}

/** Accepts a terminal, which changes how lines end. */
export function onTerminal(session: Session, note: () => void = () => undefined): void {
  session.on("pty", (accept: SessionAccept | undefined) => {
    note();
    accept?.(); // absent where the client wants no answer
  });
}

/** Calls back with each session that the client opens. */
export function onSession(connection: Connection, start: (session: Session) => void): void {
  let open = 0;
  connection.on("session", (accept, reject) => {
    if (open >= mostSessions) {
      refuseChannel(connection, reject, "resourceShortage", `more than ${mostSessions} sessions at once`);
      return;
    }
    open++;
    const session = accept();
    session.once("close", () => open--);
    start(session);
  });
}
