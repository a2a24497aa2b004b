/** Reads requests to AWS's APIs from HTTP and sends the responses. */
import type http from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AwsError } from "./aws-error";
import type { Protocol, Request, RequestHead, Response } from "./protocols/protocol";

/** In bytes; far more than any action needs. */
const largestBody = 64 * 1024;

export function headOf({ method = "GET", url = "/", headers }: http.IncomingMessage): RequestHead {
  const [, path = "/", query = ""] = /^([^?]*)\??(.*)$/.exec(url) ?? [];
  return { method, path, query, headers };
}

/** @throws AwsError if the body exceeds the limit, or the client goes away before it has arrived */
export async function readRequest(req: http.IncomingMessage): Promise<Request> {
  const body = await bodyOf(req);
  return { ...headOf(req), body: req.headers["content-encoding"] === "gzip" ? await unzipped(body) : body };
}

async function bodyOf(req: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Destroying the request would prevent the error from reaching the client.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largestBody) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    // Only once the iteration is over, or it takes no effect, and the connection's next request is never read.
    req.resume();
    if (req.complete || error instanceof AwsError) throw error;
    throw new AwsError("IncompleteBody", "The request ended before its body was complete");
  }
  return Buffer.concat(chunks);
}

/** Clients compress large bodies of some actions, such as PutMetricData's. */
async function unzipped(body: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(body, { maxOutputLength: largestBody });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new AwsError("MalformedInput", `The request's body is not gzip: ${(error as Error).message}`);
  }
}

const tooLarge = () =>
  new AwsError("RequestEntityTooLarge", `The request is larger than ${largestBody} bytes`, 413);

/** The response, or an error response. Details of internal failures are reported rather than sent. */
export async function orError(
  responding: Promise<Response>,
  protocol: Protocol,
  report: (event: string) => void,
): Promise<Response> {
  try {
    return await responding;
  } catch (error) {
    if (error instanceof AwsError) return protocol.error(error);
    report(`an API call failed unexpectedly: ${(error as Error).stack ?? String(error)}`);
    return protocol.error(protocol.faults.internal());
  }
}

export function send(res: http.ServerResponse, { status, headers, body }: Response): void {
  res.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}
