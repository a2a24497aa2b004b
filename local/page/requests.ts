/** The page's own requests, on the port of AWS's API: who may send them, and what answers. */
import type http from "node:http";
import { AwsError } from "../api/aws-error";
import { jsonOf } from "../api/json-text";
import { isForeign } from "../network/http/origin";
import type { Bundle } from "./bundle";
import type { PageCommands } from "./commands";
import type { CommandError, Why } from "./events";

export interface PageHandlers {
  files: Pick<Bundle, "has" | "get">;
  /** Answers with events until the page closes the connection. */
  events: (res: http.ServerResponse) => void;
  why: (query: URLSearchParams) => Why;
  commands: Pick<PageCommands, "isCommand" | "run">;
  /** Called with failures that are the region's own fault. */
  report: (event: string) => void;
}

/**
 * Nothing but the page's own files, nothing inline, in nobody's frame. Source: Content Security Policy Level 3.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

const commandPrefix = "/do/";
/** In bytes. */
const largestBody = 64 * 1024;

/**
 * The handler returns false for requests that aren't the page's.
 * @param handlers for requests whose Host is one of this machine's names: any other must be refused before
 */
export function createPageHandler(
  handlers: PageHandlers,
): (req: http.IncomingMessage, res: http.ServerResponse) => boolean {
  return (req, res) => {
    const url = new URL(req.url ?? "/", "http://page");
    if (!isPageRequest(req, url, handlers)) return false;
    for (const [name, value] of Object.entries(securityHeaders)) res.setHeader(name, value);
    respond(req, res, url, handlers).catch((error: unknown) => {
      if (res.headersSent) {
        res.destroy();
        return;
      }
      const { status, code, message } = asRefusal(error, handlers.report);
      sendJson(res, status, { error: { code, message } } satisfies CommandError);
    });
    return true;
  };
}

/** At / only browsers want the page: they accept HTML by name, and other clients get text. */
function isPageRequest(
  { headers }: http.IncomingMessage,
  { pathname, search }: URL,
  { files }: PageHandlers,
): boolean {
  if (pathname === "/") return search === "" && (headers.accept ?? "").includes("text/html");
  return (
    files.has(pathname) || pathname === "/events" || pathname === "/why" || pathname.startsWith(commandPrefix)
  );
}

async function respond(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  { pathname, searchParams }: URL,
  { files, events, why, commands }: PageHandlers,
): Promise<void> {
  if (isForeign(req, [req.headers.host ?? ""]))
    throw new AwsError("Foreign", "no page of another site is answered here", 403);
  const isCommand = pathname.startsWith(commandPrefix);
  assertMethod(req, res, isCommand ? ["POST"] : ["GET", "HEAD"]);
  if (isCommand) {
    assertFromPage(req);
    const name = pathname.slice(commandPrefix.length);
    if (!commands.isCommand(name)) throw new AwsError("UnknownCommand", `there is no command ${name}`, 404);
    sendJson(res, 200, await commands.run(name, await readJson(req)));
  } else if (pathname === "/why") sendJson(res, 200, why(searchParams));
  else if (pathname === "/events") {
    if (req.method === "HEAD") res.writeHead(200, { "content-type": "text/event-stream" }).end();
    else events(res);
  } else {
    const { type, body } = await files.get(pathname);
    res.writeHead(200, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
  }
}

function assertMethod(
  { method = "" }: http.IncomingMessage,
  res: http.ServerResponse,
  allowed: string[],
): void {
  if (allowed.includes(method)) return;
  res.setHeader("allow", allowed.join(", "));
  throw new AwsError("MethodNotAllowed", `only ${allowed.join(" and ")} here`, 405);
}

/**
 * What changes something must say that it comes from the page itself, as every browser does; the type makes any other
 * page's script ask first, which nobody answers. Sources: Fetch Standard, "`Origin` header" and "CORS-safelisted
 * request-header"; W3C, "Fetch Metadata Request Headers".
 */
function assertFromPage({ headers }: http.IncomingMessage): void {
  // `isForeign` has refused any other origin and site.
  const isFromPage = headers.origin !== undefined || headers["sec-fetch-site"] === "same-origin";
  if (!isFromPage) throw new AwsError("Foreign", "commands come from the page itself", 403);
  if (!/^application\/json(;|$)/.test(headers["content-type"] ?? ""))
    throw new AwsError("UnsupportedMediaType", "a command's body is application/json", 415);
}

async function readJson(req: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new AwsError("TooLarge", `the body exceeds ${largestBody} bytes`, 413);
    chunks.push(chunk);
  }
  const value = jsonOf(Buffer.concat(chunks).toString("utf8"));
  if (value === undefined) throw new AwsError("InvalidJson", "the body is not JSON", 400);
  return value;
}

function sendJson(res: http.ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  res.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  res.end(body);
}

function asRefusal(error: unknown, report: PageHandlers["report"]) {
  if (error instanceof AwsError) return error;
  report(`the page: ${(error as Error).stack ?? String(error)}`);
  return new AwsError("InternalFailure", "the region failed; its console says why", 500);
}
