/** What the services share as Express apps: routes as data, and errors that are always JSON. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { promisify } from "node:util";
import express, { type NextFunction, type Request, type Response } from "express";
import type { Logger } from "pino";
import type * as z from "zod";
import { problems } from "./problems";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

interface Route {
  /** Answers HEAD as well. */
  get?: Handler;
  post?: Handler;
}

const health: Handler = (_request, response) => sendJson(response, 200, { status: "ok" });

/** An app that answers `routes`, by path, and GET /health; it does not listen. */
export function createApp(log: Logger, routes: Record<string, Route>): RequestListener {
  const app = express().disable("x-powered-by").disable("etag").set("query parser", false);
  /** By what most requests' first lines begin with. */
  const usual = new Map<string, Handler>();

  const all: typeof routes = { "/health": { get: health }, ...routes };
  for (const [path, { get, post }] of Object.entries(all)) {
    const route = app.route(path);
    if (get) {
      route.get(get);
      usual.set(`GET ${path}`, get);
    }
    if (post) {
      route.post(post);
      usual.set(`POST ${path}`, post);
    }
    const allow = [...(get ? ["GET", "HEAD"] : []), ...(post ? ["POST"] : [])].join(", ");
    route.all((_request, response) => {
      response.set("Allow", allow);
      throw new Refusal(405, "method not allowed");
    });
  }

  return (request, response) => {
    // Replaces Express's final handler, which answers in HTML and may show the stack.
    const last: NextFunction = (error: unknown = new Refusal(404, "not found")) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, "internal error");
      if (refusal !== error)
        log.error({ err: error, method: request.method, url: request.url }, "request failed");
      if (response.headersSent) response.destroy();
      else sendJson(response, refusal.status, { error: refusal.message });
    };
    // Express takes longer to find a handler than most take to answer.
    const handler = usual.get(`${request.method} ${request.url}`);
    if (handler) {
      try {
        void handler(request, response)?.catch(last);
      } catch (error) {
        last(error);
      }
      return;
    }
    const target = pathOf(request.url ?? "");
    if (target === undefined) {
      last();
      return;
    }
    request.url = target;
    app(request as Request, response as Response, last);
  };
}

/**
 * The path and query of a request target, in origin or absolute form (RFC 9112, section 3.2). Anything else would have
 * Express call url.parse(), which Node comments on standard error.
 */
function pathOf(target: string): string | undefined {
  const [, authority, path = ""] = /^(?:http:\/\/([^/?#@]+))?((?:[/?][^#]*)?)$/i.exec(target) ?? [];
  if (authority === undefined) return path.startsWith("/") ? path : undefined;
  if (!URL.canParse(`http://${authority}`)) return undefined;
  return path.startsWith("/") ? path : `/${path}`;
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

/** Thrown by handlers: the request is at fault, and `message` tells the client why. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Handles requests whose JSON body matches `schema`, and refuses others. */
export function withBody<Body>(
  schema: z.ZodType<Body>,
  handle: (body: Body, response: ServerResponse) => Promise<void> | void,
): Handler {
  return async (request, response) => {
    const body = schema.safeParse(await readJson(request, response));
    if (!body.success) throw new Refusal(422, problems(body.error, "the body").join("; "));
    await handle(body.data, response);
  };
}

const raw = promisify<IncomingMessage, ServerResponse>(
  express.raw({ type: () => true, limit: 1024, inflate: false }),
);

/** @throws Refusal if the body is larger than any that the services accept, or compressed */
export async function readBody(
  request: IncomingMessage & { body?: Buffer },
  response: ServerResponse,
): Promise<Buffer | undefined> {
  await raw(request, response).catch((error: unknown) => {
    const { status, message } = error as { status: number; message: string };
    throw new Refusal(status, message);
  });
  return request.body;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Not express.json(), which reads an empty body as `{}` and invalid UTF-8 as U+FFFD. */
async function readJson(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const [mediaType] = (request.headers["content-type"] ?? "").split(";", 1);
  if (mediaType?.trim().toLowerCase() !== "application/json") {
    throw new Refusal(415, "the body must be application/json");
  }
  const body = await readBody(request, response);
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw new Refusal(400, "the body is not JSON in UTF-8");
  }
}
