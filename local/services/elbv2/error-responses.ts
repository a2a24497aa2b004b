/**
 * What an Application Load Balancer answers by itself: "Troubleshoot your Application Load Balancers", The load
 * balancer generates an HTTP error. The pages and the Server field are as seen from real ones.
 */
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

const reasons = {
  400: "Bad Request",
  408: "Request Time-out",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

export type ErrorStatus = keyof typeof reasons;

export function sendError(res: ServerResponse, status: ErrorStatus): void {
  if (res.closed) return;
  const page = pageOf(status);
  res.writeHead(status, reasons[status], {
    Server: "awselb/2.0",
    "Content-Type": "text/html",
    "Content-Length": page.length,
    // What such a client sends next can't be told from the rest of its request.
    ...((status === 400 || status === 408) && { Connection: "close" }),
  });
  res.end(page);
}

/** Answers what isn't HTTP: for "clientError" of the http.Server that listens for a load balancer. */
export function sendBadRequest(
  _error: Error,
  socket: Duplex & { _httpMessage?: ServerResponse | null },
): void {
  // Node's own handler asks this field too: an answer under way must not get a second header in its middle.
  if (!socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  const page = pageOf(400);
  const header = [
    "HTTP/1.1 400 Bad Request",
    "Server: awselb/2.0",
    `Date: ${new Date().toUTCString()}`,
    "Content-Type: text/html",
    `Content-Length: ${page.length}`,
    "Connection: close",
  ];
  socket.end([...header, "", page].join("\r\n"));
}

function pageOf(status: ErrorStatus): string {
  const title = `${status} ${reasons[status]}`;
  return [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
}
