/** Answers to what isn't HTTP, or too much of it. */
import http from "node:http";
import type { Duplex } from "node:stream";

/** A "clientError" listener. */
export type OnMalformed = (error: NodeJS.ErrnoException & { reason?: string }, socket: Duplex) => void;

export const answerMalformed: OnMalformed = (error, socket) => {
  // Node's own handler reads this field too: a response in progress must not get a second head.
  const { _httpMessage: response } = socket as Duplex & { _httpMessage?: http.ServerResponse | null };
  if (!socket.writable || response?.headersSent) {
    socket.destroy();
    return;
  }
  const [status, problem] = problems[error.code ?? ""] ?? [
    400,
    error.reason ?? "this is not an HTTP request",
  ];
  closeWith(socket, status, problem);
};

const problems: Record<string, [status: number, problem: string]> = {
  HPE_HEADER_OVERFLOW: [431, `the request's head is larger than ${http.maxHeaderSize} bytes`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "the body's chunk extensions are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request took too long to arrive"],
};

/** Responds on a socket that Node's server no longer writes to, and closes it, even if the client keeps its side open. */
export function closeWith(
  socket: Duplex,
  status: number,
  text: string,
  fields: readonly string[] = [],
): void {
  const body = `${text}\n`;
  const head = [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`,
    "content-type: text/plain; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    ...fields,
    "connection: close",
  ];
  // What the client still sends is read, since closing a socket with unread bytes resets it, response included.
  socket.resume();
  socket.end([...head, "", body].join("\r\n"), () => socket.destroy());
}
