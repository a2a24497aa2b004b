/** AWS's JSON protocols. Source: Smithy 2.0 specification, "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol". */
import { randomUUID } from "node:crypto";
import { jsonOf } from "../json-text";
import { timestampFormats, type Shape } from "../schema";
import { exceptionOf, type ModelledService } from "./exceptions";
import { jsonFaults } from "./faults";
import { assertValueNesting } from "./nesting";
import type { Protocol, Response } from "./protocol";
import { dateOfSeconds, structuredInput } from "./structured-input";

/**
 * @param version the request's
 * @param service undefined if the region lacks it
 */
export function jsonProtocol(version: string, service?: ModelledService): Protocol {
  const requestId = randomUUID();
  const respond = (status: number, body: string, headers: Record<string, string> = {}): Response => ({
    status,
    headers: {
      "content-type": `application/x-amz-json-${version}`,
      "x-amzn-requestid": requestId,
      ...headers,
    },
    body,
  });
  return {
    faults: jsonFaults,
    action({ headers }) {
      const target = String(headers["x-amz-target"] ?? "");
      const [serviceName, name = ""] = target.split(".");
      if (serviceName !== service?.serviceName) throw jsonFaults.unknownAction(target, "");
      return { name, version: "" };
    },
    input: (request, shape) => Promise.resolve(jsonInput(request.body.toString(), shape)),
    output: async (_action, shape, output) => respond(200, await jsonOutput(shape, output)),
    async error(error) {
      const { type, headers } = await exceptionOf(error, service);
      return respond(error.status, JSON.stringify({ __type: type, message: error.message }), {
        "x-amzn-errortype": type,
        ...headers,
      });
    },
  };
}

/** @throws AwsError unless the text is JSON of this shape */
export function jsonInput(text: string, shape: Shape): Record<string, unknown> {
  const value = jsonOf(text === "" ? "{}" : text);
  if (value === undefined) throw jsonFaults.malformed("The request's body is not JSON");
  assertValueNesting(value, jsonFaults);
  return structuredInput(value, shape, jsonFaults, dateOfSeconds);
}

/** Uses the SDK's serializer, which is loaded for the first response. */
export async function jsonOutput(shape: Shape, output: object): Promise<string> {
  if (shape.isUnitSchema()) return "{}";
  const { JsonShapeSerializer } = await import("@smithy/core/protocols");
  const timestampFormat = timestampFormats.epochSeconds;
  const serializer = new JsonShapeSerializer({ jsonName: false, timestampFormat });
  serializer.write(shape, output);
  return serializer.flush();
}
