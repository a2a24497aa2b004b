import type { RequestListener } from "node:http";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import { createApp, readBody } from "../common/app";

export interface Host {
  /** Called for each request, because a copy of a host gets another name. */
  name: () => string;
  /** Starts CPU load, or prolongs it. */
  stress: () => void;
}

export function createStressApp(host: Host, log: Logger): RequestListener {
  const post: RequestHandler = async (request, response) => {
    // No body is expected and none is used, but it is read, within the same bound as elsewhere.
    await readBody(request, response);
    host.stress();
    response.json({ status: "success" });
  };

  return createApp(log, { "/": { value: host.name, post } });
}
