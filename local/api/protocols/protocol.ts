/** A protocol reads a request's action and input, and writes its output or error. */
import type http from "node:http";
import type { AwsError } from "../aws-error";
import type { Shape } from "../schema";
import type { Faults } from "./faults";

export interface Request {
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface Response {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** For one request and its response. */
export interface Protocol {
  faults: Faults;
  action: (request: Request) => { name: string; version: string };
  input: (request: Request, shape: Shape) => Record<string, unknown>;
  output: (action: string, shape: Shape, output: object) => Promise<Response>;
  error: (error: AwsError) => Promise<Response>;
}
