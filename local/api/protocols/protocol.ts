/** A protocol reads a request's action and input, and writes its output or error. */
import type http from "node:http";
import type { AwsError } from "../aws-error";
import type { Shape } from "../schema";
import type { Faults } from "./faults";

/** What is known of a request before its body arrives. */
export interface RequestHead {
  method: string;
  path: string;
  /** Without the question mark. */
  query: string;
  headers: http.IncomingHttpHeaders;
}

export interface Request extends RequestHead {
  body: Buffer;
}

export interface Response {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** For one request and its response. */
export interface Protocol {
  faults: Faults;
  action: (request: Request) => { name: string; version: string };
  input: (request: Request, shape: Shape) => Promise<Record<string, unknown>>;
  output: (action: string, shape: Shape, output: object) => Promise<Response>;
  error: (error: AwsError) => Promise<Response>;
}
