/** Requests to AWS's APIs as they come over HTTP, and answers as they go. */
import type http from "node:http";
import { AwsError } from "./aws-error";
import type { Answer, Request, Protocol } from "./service";

/** Far more than any action here needs. */
const largestBody = 64 * 1024;

/** @throws ApiError when the body is larger than any that makes sense */
export async function readRequest(req: http.IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Left undestroyed, for the refusal to reach the client.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) {
      req.resume();
      throw new AwsError("RequestEntityTooLarge", `The request is larger than ${largestBody} bytes`, 413);
    }
    chunks.push(chunk);
  }
  return { headers: req.headers, body: Buffer.concat(chunks).toString() };
}

/** The answer, or the error that stands for why there is none; what is not AWS's to say is reported, and not told. */
export async function serve(
  answering: Promise<Answer>,
  writing: Protocol,
  report: (event: string) => void,
): Promise<Answer> {
  try {
    return await answering;
  } catch (error) {
    if (error instanceof AwsError) return writing.error(error);
    report(`an API call failed unexpectedly: ${(error as Error).stack ?? String(error)}`);
    return writing.error(writing.faults.internal());
  }
}

export function send(res: http.ServerResponse, { status, headers, body }: Answer): void {
  res.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}
