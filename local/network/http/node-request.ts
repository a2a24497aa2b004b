/** Requests by node:http: those with a body, and those that ask for another protocol. */
import http from "node:http";
import { requestHeaders, upgradeHeaders, type ResponseHead } from "./headers";
import { maxHeaderSize } from "./limits";
import { hasBody } from "./upgrades";
import { failureOf, type ResponseReceiver, type Upstream, type UpstreamRequest } from "./upstream";

/**
 * @param upgrade the protocol to ask for
 * @throws if the caller's path or fields are not valid HTTP
 */
export function requestByNode(
  req: http.IncomingMessage,
  to: Upstream,
  receiver: ResponseReceiver,
  upgrade: string | undefined,
): UpstreamRequest {
  const isChunked = req.headers["transfer-encoding"] !== undefined;
  const upstream = http.request({
    agent: to.agent,
    host: to.host,
    port: to.port,
    method: req.method,
    path: to.path ?? req.url,
    headers: [
      ...requestHeaders(req, to),
      ...(isChunked ? ["Transfer-Encoding", "chunked"] : []),
      ...upgradeHeaders(upgrade),
    ],
    timeout: to.idleTimeoutMs,
    maxHeaderSize,
  });
  upstream.maxHeadersCount = 0; // unlimited

  let connected = false;
  let response: http.IncomingMessage | undefined;
  const { connectTimeoutMs } = to;
  const connectTimer =
    connectTimeoutMs === undefined
      ? undefined
      : setTimeout(() => receiver.onFailure("connect-timeout"), connectTimeoutMs);
  upstream.once("socket", socket => {
    const onConnected = () => {
      connected = true;
      clearTimeout(connectTimer);
    };
    if (socket.connecting) socket.once("connect", onConnected);
    else onConnected();
  });
  upstream.on("timeout", () => receiver.onFailure(connected ? "idle-timeout" : "connect-timeout"));
  upstream.on("error", error => receiver.onFailure(failureOf(error)));
  // Closed without an error: the upstream switched protocols unasked, and Node closed the connection.
  upstream.on("close", () => {
    if (!response) receiver.onFailure("malformed");
  });
  upstream.on("response", answer => {
    response = answer;
    answer.on("error", error => receiver.onFailure(failureOf(error)));
    receiver.onHead(headOf(answer));
    answer.on("data", (chunk: Buffer) => {
      if (!receiver.onData(chunk)) answer.pause();
    });
    answer.on("end", () => receiver.onEnd());
  });
  if (upgrade !== undefined)
    upstream.on("upgrade", (answer, socket, first) => {
      response = answer;
      receiver.onUpgrade(headOf(answer), socket, first);
    });

  if (hasBody(req)) {
    // Node would hold the header back until the body starts.
    upstream.flushHeaders();
    req.pipe(upstream);
  } else upstream.end();

  return {
    resume: () => response?.resume(),
    end: () => {
      clearTimeout(connectTimer);
      if (response?.complete && upstream.writableFinished) return;
      // Drain the rest of the client's body; unread, it would block its connection.
      req.unpipe(upstream);
      req.resume();
      upstream.destroy();
    },
  };
}

function headOf({
  statusCode = 0,
  statusMessage = "",
  rawHeaders,
  headers,
}: http.IncomingMessage): ResponseHead {
  const { connection, upgrade } = headers;
  return { status: statusCode, reason: statusMessage, rawHeaders, connection, upgrade };
}
