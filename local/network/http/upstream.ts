/** A request to an upstream, as those who send it and those who forward its response see each other. */
import type net from "node:net";
import type { Connection } from "../router";
import type { HeaderChanges, ResponseHead } from "./headers";

export interface Upstream extends Omit<Extract<Connection, { outcome: "open" }>, "outcome">, HeaderChanges {
  /** Request target; by default the client's. */
  path?: string;
  /** Real milliseconds allowed for connecting. */
  connectTimeoutMs?: number;
  /** Real milliseconds for which the upstream connection may be idle, before or during its response. */
  idleTimeoutMs?: number;
  /** Bytes that the response's header may have. */
  maxResponseHeader?: number;
  /** Cancels the exchange at any point. */
  signal?: AbortSignal;
}

export type Failure =
  | "refused"
  /** The upstream or a network error closed the connection. */
  | "reset"
  /** Its response is not valid HTTP. */
  | "malformed"
  | "connect-timeout"
  | "idle-timeout"
  | "client-gone"
  /** `signal` fired. */
  | "cancelled"
  /** The caller's path or fields are not valid HTTP. */
  | "unsendable";

/** A request that is being sent, or whose response is being received. */
export interface UpstreamRequest {
  /** Continues with a response that the receiver has paused. */
  resume(): void;
  /** Nothing more of it is wanted: the connection is closed unless it can carry another request. */
  end(): void;
}

export interface ResponseReceiver {
  /** The response's header, without interim responses (1xx). */
  onHead(head: ResponseHead): void;
  /** @returns false to pause the response */
  onData(chunk: Buffer): boolean;
  onEnd(): void;
  /** The upstream speaks another protocol from now on. */
  onUpgrade(head: ResponseHead, socket: net.Socket, first: Buffer): void;
  onFailure(failure: Failure): void;
}

/** @param error of node:http or undici */
export function failureOf({ name, code, message }: NodeJS.ErrnoException): Failure {
  switch (code) {
    case "ECONNREFUSED":
      return "refused";
    case "UND_ERR_CONNECT_TIMEOUT":
      return "connect-timeout";
    case "UND_ERR_INVALID_ARG":
      return "unsendable";
    case "UND_ERR_HEADERS_OVERFLOW":
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      return "malformed";
    case "HPE_INVALID_EOF_STATE":
      return "reset";
    default:
      return code?.startsWith("HPE_") ||
        name === "HTTPParserError" ||
        /^bad (upgrade|response)$/.test(message)
        ? "malformed"
        : "reset";
  }
}
