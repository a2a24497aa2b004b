/** What the services have in common as Express apps: routes as data, and errors that are always JSON. */
import type { RequestListener } from "node:http";
import { promisify } from "node:util";
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import type { Logger } from "pino";
import type * as z from "zod";
import { problems } from "./problems";

interface Route {
  /** Answers HEAD as well. */
  get?: RequestHandler;
  post?: RequestHandler;
}

/** An app that answers `routes`, by path, and GET /health; it does not listen. */
export function createApp(log: Logger, routes: Record<string, Route>): RequestListener {
  const app = express().disable("x-powered-by").disable("etag").set("query parser", false);

  const all: typeof routes = { "/health": { get: health }, ...routes };
  for (const [path, { get, post }] of Object.entries(all)) {
    const route = app.route(path);
    if (get) route.get(get);
    if (post) route.post(post);
    const allow = [...(get ? ["GET", "HEAD"] : []), ...(post ? ["POST"] : [])].join(", ");
    route.all((_request, response) => {
      response.set("Allow", allow);
      throw new Refusal(405, "method not allowed");
    });
  }

  return (request, response) => {
    // Takes the place of Express's own last handler, which answers in HTML and may show the stack.
    const last: NextFunction = (error: unknown = new Refusal(404, "not found")) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, "internal error");
      if (refusal !== error)
        log.error({ err: error, method: request.method, url: request.url }, "request failed");
      if (response.headersSent) response.destroy();
      else (response as Response).status(refusal.status).json({ error: refusal.message });
    };
    app(request as Request, response as Response, last);
  };
}

const health: RequestHandler = (_request, response) => {
  response.json({ status: "ok" });
};

/** Thrown in a handler: the request is at fault, and `message` tells the client in what. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Handles the requests whose JSON body matches `schema`, and refuses the others. */
export function withBody<Body>(
  schema: z.ZodType<Body>,
  handle: (body: Body, response: Response) => Promise<void> | void,
): RequestHandler {
  return async (request, response) => {
    const body = schema.safeParse(await readJson(request, response));
    if (!body.success) throw new Refusal(422, problems(body.error, "the body").join("; "));
    await handle(body.data, response);
  };
}

const raw: RequestHandler = express.raw({ type: () => true, limit: 1024, inflate: false });
const readBytes = promisify<Request, Response>(raw);
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Not express.json(): that takes an empty body for `{}`, and bytes that are no UTF-8 for U+FFFD. */
async function readJson(request: Request, response: Response): Promise<unknown> {
  const [mediaType] = (request.headers["content-type"] ?? "").split(";", 1);
  if (mediaType?.trim().toLowerCase() !== "application/json") {
    throw new Refusal(415, "the body must be application/json");
  }
  await readBytes(request, response).catch((error: unknown) => {
    const { status, message } = error as { status: number; message: string };
    throw new Refusal(status, message);
  });
  try {
    return JSON.parse(utf8.decode(request.body as Buffer | undefined));
  } catch {
    throw new Refusal(400, "the body is not JSON in UTF-8");
  }
}
