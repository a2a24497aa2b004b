/**
 * Errors that an Application Load Balancer generates itself. Source: "Troubleshoot your Application Load Balancers", The
 * load balancer generates an HTTP error; pages and Server header as observed on AWS.
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
    // What the client sends next can't be told apart from the rest of this request.
    ...((status === 400 || status === 408) && { Connection: "close" }),
  });
  res.end(page);
}

/** Responds to malformed requests: a "clientError" listener for a load balancer's http.Server. */
export function sendBadRequest(
  _error: Error,
  socket: Duplex & { _httpMessage?: ServerResponse | null },
): void {
  // Node's own handler reads this field too: a response in progress must not get a second header.
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
