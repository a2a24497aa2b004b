import type { RequestListener } from "node:http";
import { promisify } from "node:util";
import express, { type Request, type RequestHandler, type Response } from "express";
import type { Logger } from "pino";
import { createApp, Refusal } from "../common/app";

export interface Host {
  /** Asked for each request: a copy of a host gets a name of its own. */
  name: () => string;
  /** Starts CPU load, or lets the load that runs last longer. */
  stress: () => void;
}

export function createStressApp(host: Host, log: Logger): RequestListener {
  const get: RequestHandler = (_request, response) => {
    response.json(host.name());
  };

  const post: RequestHandler = async (request, response) => {
    await discardBody(request, response);
    host.stress();
    response.json({ status: "success" });
  };

  return createApp(log, { "/": { get, post } });
}

const raw: RequestHandler = express.raw({ type: () => true, limit: 1024, inflate: false });
const readBytes = promisify<Request, Response>(raw);

/** No body is asked for, and none is looked at; but it is read, within the bound that all services have. */
async function discardBody(request: Request, response: Response): Promise<void> {
  await readBytes(request, response).catch((error: unknown) => {
    const { status, message } = error as { status: number; message: string };
    throw new Refusal(status, message);
  });
}
