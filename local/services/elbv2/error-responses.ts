/**
 * Responses that an Application Load Balancer generates itself. Sources: "Troubleshoot your Application Load Balancers", The
 * load balancer generates an HTTP error; "Fixed-response actions", "Redirect actions" (ELB User Guide); pages and fields as
 * observed on AWS.
 */
import type { FixedResponseActionConfig } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { closeWith } from "../../network/http/malformed";
import { plainHttpOnTls } from "../../network/http/tls";

const reasons = {
  400: "Bad Request",
  405: "Not Allowed",
  408: "Request Time-out",
  414: "Request-URI Too Large",
  // Not a code of HTTP's: no reason and no page are documented.
  463: "",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

const redirects = { 301: "Moved Permanently", 302: "Found" };

export type ErrorStatus = keyof typeof reasons;

/** @returns the status, as the others below do */
export function sendError(res: ServerResponse, status: ErrorStatus): number {
  if (res.closed) return status;
  send(res, status, "text/html", errorPage(status), {
    // What the client sends next can't be told apart from the rest of this request.
    ...([400, 408, 414, 501].includes(status) && { Connection: "close" }),
  });
  return status;
}

export function sendFixedResponse(res: ServerResponse, config: FixedResponseActionConfig): number {
  const { StatusCode, ContentType = "text/plain", MessageBody = "" } = config;
  const status = Number(StatusCode);
  send(res, status, `${ContentType}; charset=utf-8`, MessageBody);
  return status;
}

export function sendRedirect(res: ServerResponse, status: keyof typeof redirects, location: string): number {
  const page = pageOf(`${status} ${redirects[status]}`);
  send(res, status, "text/html", page, { Location: location });
  return status;
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

const clientErrors: Partial<Record<string, ErrorStatus>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_INVALID_TRANSFER_ENCODING: 501,
};

/** Responds to what can't be parsed as a request, or is larger than any. */
export function sendClientError({ code = "" }: NodeJS.ErrnoException, client: Duplex): void {
  const status = clientErrors[code] ?? 400;
  const headers = ["Server: awselb/2.0", `Date: ${new Date().toUTCString()}`, "Content-Type: text/html"];
  const page =
    code === plainHttpOnTls
      ? pageOf("400 Bad Request", "The plain HTTP request was sent to HTTPS port")
      : errorPage(status);
  closeWith(client, `${status} ${reasons[status]}`, headers, page);
}

function errorPage(status: ErrorStatus): string {
  const reason = reasons[status];
  return reason === "" ? "" : pageOf(`${status} ${reason}`);
}

/** @param explanation which then is the page's title too */
function pageOf(heading: string, explanation?: string): string {
  return [
    "<html>",
    `<head><title>${explanation === undefined ? heading : `400 ${explanation}`}</title></head>`,
    "<body>",
    `<center><h1>${heading}</h1></center>`,
    ...(explanation === undefined ? [] : [`<center>${explanation}</center>`]),
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
}
