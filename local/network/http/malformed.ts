/** Answers to what isn't HTTP, or too much of it. */
import http from "node:http";
import type { Duplex } from "node:stream";
import { maxHeaderSize } from "./limits";
import { plainHttpOnTls } from "./tls";

/** A "clientError" listener. */
export type OnMalformed = (error: NodeJS.ErrnoException & { reason?: string }, socket: Duplex) => void;

export const answerMalformed: OnMalformed = (error, socket) => {
  const [status, problem] = problems[error.code ?? ""] ?? [
    400,
    error.reason ?? "this is not an HTTP request",
  ];
  closeWithText(socket, status, problem);
};

const problems: Record<string, [status: number, problem: string]> = {
  [plainHttpOnTls]: [400, "this port speaks HTTPS, and this is not TLS"],
  HPE_HEADER_OVERFLOW: [431, `the request's head is larger than ${maxHeaderSize} bytes`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "the body's chunk extensions are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request took too long to arrive"],
};

export function closeWithText(
  socket: Duplex,
  status: number,
  text: string,
  fields: readonly string[] = [],
): void {
  const contentType = "Content-Type: text/plain; charset=utf-8";
  closeWith(socket, `${status} ${http.STATUS_CODES[status]}`, [contentType, ...fields], `${text}\n`);
}

/**
 * Responds on a socket that Node's server no longer writes to, unless a response is in progress, and closes it, even if
 * the client keeps its side open.
 */
export function closeWith(socket: Duplex, status: string, fields: readonly string[], body: string): void {
  // Node's own handler reads this field too: a response in progress must not get a second head.
  const { _httpMessage: response } = socket as Duplex & { _httpMessage?: http.ServerResponse | null };
  if (!socket.writable || response?.headersSent) {
    socket.destroy();
    return;
  }
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  // What the client still sends is read, since closing a socket with unread bytes resets it, response included.
  socket.resume();
  socket.end([`HTTP/1.1 ${status}`, ...fields, length, "Connection: close", "", body].join("\r\n"), () =>
    socket.destroy(),
  );
}
