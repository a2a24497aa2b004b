/** AWS's JSON protocols. Source: Smithy 2.0 specification, "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol". */
import { randomUUID } from "node:crypto";
import { exceptionsByQueryCode, timestampFormats, type Shape } from "../schema";
import type { Service } from "../service";
import { jsonFaults } from "./faults";
import { jsonInput } from "./json-input";
import type { Protocol, Response } from "./protocol";

/** Services that also speak the query protocol send its error codes too (Smithy's `awsQueryCompatible`). */
export function jsonProtocol(
  { version, target }: NonNullable<Service<never>["json"]>,
  { model, query }: Pick<Service<never>, "model" | "query">,
): Protocol {
  const respond = (status: number, body: string, headers: Record<string, string> = {}): Response => ({
    status,
    headers: {
      "content-type": `application/x-amz-json-${version}`,
      "x-amzn-requestid": randomUUID(),
      ...headers,
    },
    body,
  });
  return {
    faults: jsonFaults,
    action({ headers }) {
      const header = String(headers["x-amz-target"]);
      const [service, name = ""] = header.split(".");
      return { name: service === target ? name : header, version: "" };
    },
    input: ({ body }, shape) => jsonInput(body, shape, jsonFaults),
    output: async (_action, shape, output) => respond(200, await jsonOutput(shape, output)),
    async error({ status, code, message }) {
      const type = exceptionsByQueryCode(await model()).get(code) ?? code;
      const fault = status < 500 ? "Sender" : "Receiver";
      return respond(status, JSON.stringify({ __type: type, message }), {
        "x-amzn-errortype": type,
        ...(query && { "x-amzn-query-error": `${code};${fault}` }),
      });
    },
  };
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
