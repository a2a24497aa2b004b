/**
 * Responses that an Application Load Balancer generates itself. Sources: "Troubleshoot your Application Load Balancers", The
 * load balancer generates an HTTP error; "Fixed-response actions", "Redirect actions" (ELB User Guide); pages and fields as
 * observed on AWS.
 */
import type { FixedResponseActionConfig } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

const reasons = {
  400: "Bad Request",
  408: "Request Time-out",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

const redirects = { 301: "Moved Permanently", 302: "Found" };

export type ErrorStatus = keyof typeof reasons;

export function sendError(res: ServerResponse, status: ErrorStatus): void {
  if (res.closed) return;
  send(res, status, "text/html", pageOf(`${status} ${reasons[status]}`), {
    // What the client sends next can't be told apart from the rest of this request.
    ...((status === 400 || status === 408) && { Connection: "close" }),
  });
}

/** @returns the status */
export function sendFixedResponse(res: ServerResponse, config: FixedResponseActionConfig): number {
  const { StatusCode, ContentType = "text/plain", MessageBody = "" } = config;
  const status = Number(StatusCode);
  send(res, status, `${ContentType}; charset=utf-8`, MessageBody);
  return status;
}

export function sendRedirect(res: ServerResponse, status: keyof typeof redirects, location: string): void {
  const page = pageOf(`${status} ${redirects[status]}`);
  send(res, status, "text/html", page, { Location: location });
}

function send(
  res: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, (reasons as Record<number, string>)[status], {
    Server: "awselb/2.0",
    "Content-Type": contentType,
    "Content-Length": Buffer.byteLength(body),
    ...headers,
  });
  res.end(body);
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
  const page = pageOf("400 Bad Request");
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

function pageOf(title: string): string {
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
