/** A service of AWS as far as the region answers it: a table of actions, and how requests and answers are written. */
import { deref, NormalizedSchema } from "@smithy/core/schema";
import { randomUUID } from "node:crypto";
import type http from "node:http";
import type { AwsError } from "./aws-error";
import { ec2Faults, jsonFaults, queryFaults, type Faults } from "./protocol/faults";
import { jsonInput, jsonOutput } from "./protocol/json";
import type { Shape } from "./protocol/members";
import { queryInput, type Dialect } from "./protocol/query-input";
import { queryOutput } from "./protocol/query-output";
import { xmlDocument } from "./protocol/xml";

/** One operation of a service, whose input and output are those of AWS's own model. */
export interface Action<Context> {
  name: string;
  input: Shape;
  output: Shape;
  /** Members of the input that the region heeds; others are refused, not ignored. */
  parameters: ReadonlySet<string>;
  handle(context: Context, input: unknown): unknown;
}

/** An operation's schema, as the SDK's client has it. */
type Operation = [
  9,
  string,
  string,
  unknown,
  Parameters<typeof NormalizedSchema.of>[0],
  Parameters<typeof NormalizedSchema.of>[0],
];

/** Ties an action to the types of its operation, then forgets them, so that actions fit in one table. */
export function action<Context, Input, Output>(
  [, , name, , input, output]: Operation,
  parameters: readonly (keyof Input & string)[],
  answer: (context: Context, input: Input) => Omit<Output, "$metadata"> | Promise<Omit<Output, "$metadata">>,
): Action<Context> {
  return {
    name,
    input: NormalizedSchema.of(deref(input)),
    output: NormalizedSchema.of(deref(output)),
    parameters: new Set(parameters),
    // The input has been read by the operation's own schema.
    handle: answer,
  };
}

export interface Service<Context> {
  /** As the scope of a signature names it. */
  scope: string;
  dialect: Dialect;
  xmlNamespace: string;
  actions: readonly Action<Context>[];
  /** Where it also speaks JSON: what X-Amz-Target begins with, and its exceptions by the codes of the query protocol. */
  json?: { target: string; exceptions: ReadonlyMap<string, string> };
}

export interface Request {
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** How a request is written, and so its answer. */
export interface Protocol {
  faults: Faults;
  action: (request: Request) => { name: string; version: string };
  input: (request: Request, shape: Shape) => Record<string, unknown>;
  result: (action: Pick<Action<unknown>, "name" | "output">, output: object) => Answer;
  error: (error: AwsError) => Answer;
}

/**
 * @param authorize throws where the caller must not
 * @throws ApiError, or what an action throws
 */
export async function dispatch<Context>(
  service: Pick<Service<Context>, "actions">,
  writing: Protocol,
  request: Request,
  context: Context,
  authorize: (action: string) => void = () => undefined,
): Promise<Answer> {
  const { name, version } = writing.action(request);
  const action = service.actions.find(each => each.name === name);
  if (!action) throw writing.faults.unknownAction(name, version);
  authorize(name);
  const input = writing.input(request, action.input);
  for (const parameter of Object.keys(input)) {
    if (!action.parameters.has(parameter)) throw writing.faults.unsupportedParameter(parameter);
  }
  return writing.result(action, (await action.handle(context, input)) as object);
}

/** JSON where the service speaks it and the request does, else form parameters and XML. */
export function protocolOf<Context>(service: Service<Context>, headers: http.IncomingHttpHeaders): Protocol {
  return service.json && headers["x-amz-target"] !== undefined
    ? jsonProtocol(service.json)
    : queryProtocol(service);
}

/** @param service none where a request is for no service that we know */
export function queryProtocol(service?: Pick<Service<unknown>, "dialect" | "xmlNamespace">): Protocol {
  const { dialect = "query", xmlNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09" } =
    service ?? {};
  const faults = dialect === "ec2" ? ec2Faults : queryFaults;
  const requestId = randomUUID();
  const answer = (status: number, document: Parameters<typeof xmlDocument>[0]) => ({
    status,
    headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId },
    body: xmlDocument(document),
  });
  return {
    faults,
    action({ body }) {
      const parameters = new URLSearchParams(body);
      const name = parameters.get("Action");
      if (name === null) throw faults.missingParameter("Action");
      const version = parameters.get("Version") ?? "";
      // Another version of a service has actions of the same names: classic load balancers are such a one.
      if (version !== "" && !xmlNamespace.endsWith(`/${version}/`)) throw faults.unknownAction(name, version);
      return { name, version };
    },
    input: ({ body }, shape) => queryInput(new URLSearchParams(body), shape, dialect, faults),
    result({ name, output: shape }, output) {
      const result = queryOutput(output, shape, dialect);
      const root = `${name}Response xmlns="${xmlNamespace}"`;
      if (dialect === "ec2") return answer(200, { [root]: { requestId, ...result } });
      const metadata = { ResponseMetadata: { RequestId: requestId } };
      const hasResult = !shape.isUnitSchema();
      return answer(200, {
        [root]: { ...(hasResult && { [`${name}Result`]: isEmpty(result) ? "" : result }), ...metadata },
      });
    },
    error({ status, code, message }) {
      const error = { Code: code, Message: message };
      if (dialect === "ec2") {
        return answer(status, { Response: { Errors: { Error: error }, RequestID: requestId } });
      }
      const Type = status < 500 ? "Sender" : "Receiver";
      return answer(status, {
        [`ErrorResponse xmlns="${xmlNamespace}"`]: { Error: { Type, ...error }, RequestId: requestId },
      });
    },
  };
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

/** With the codes of the query protocol for clients that know those ("AWS Query-compatible" of Smithy). */
function jsonProtocol({ target, exceptions }: NonNullable<Service<unknown>["json"]>): Protocol {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": randomUUID() };
  return {
    faults: jsonFaults,
    action({ headers }) {
      const [service, name = ""] = String(headers["x-amz-target"]).split(".");
      return { name: service === target ? name : String(headers["x-amz-target"]), version: "" };
    },
    input: ({ body }, shape) => jsonInput(body, shape, jsonFaults),
    result: (_action, output) => ({ status: 200, headers, body: JSON.stringify(jsonOutput(output)) }),
    error({ status, code, message }) {
      const type = exceptions.get(code) ?? code;
      const queryError = `${code};${status < 500 ? "Sender" : "Receiver"}`;
      return {
        status,
        headers: { ...headers, "x-amzn-errortype": type, "x-amzn-query-error": queryError },
        body: JSON.stringify({ __type: type, message }),
      };
    },
  };
}
