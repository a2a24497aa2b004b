import type { RequestListener } from "node:http";
import type { Logger } from "pino";
import { createApp, readBody, sendJson, type Handler } from "../common/app";

export interface Host {
  /** Called for each request, because a copy of a host gets another name. */
  name: () => string;
  /** Starts CPU load, or prolongs it. */
  stress: () => void;
}

export function createStressApp(host: Host, log: Logger): RequestListener {
  const get: Handler = (_request, response) => sendJson(response, 200, host.name());

  const post: Handler = async (request, response) => {
    // No body is expected and none is used, but it is read, within the same bound as elsewhere.
    await readBody(request, response);
    host.stress();
    sendJson(response, 200, { status: "success" });
  };

  return createApp(log, { "/": { get, post } });
}
