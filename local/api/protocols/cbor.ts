/** Smithy's RPC v2 protocol with CBOR. Source: Smithy 2.0 specification, "Smithy RPC v2 CBOR protocol". */
import { randomUUID } from "node:crypto";
import type { Shape } from "../schema";
import { cborValue } from "./cbor-value";
import { exceptionOf, type ModelledService } from "./exceptions";
import { jsonFaults } from "./faults";
import type { Protocol, Response } from "./protocol";
import { dateOfSeconds, structuredInput } from "./structured-input";

const path = /\/service\/([^/]+)\/operation\/([^/]+)$/;

/** @param service undefined if the region lacks it */
export function cborProtocol(service?: ModelledService): Protocol {
  const requestId = randomUUID();
  const respond = (status: number, body: Uint8Array, headers: Record<string, string> = {}): Response => ({
    status,
    headers: {
      "content-type": "application/cbor",
      "smithy-protocol": "rpc-v2-cbor",
      "x-amzn-requestid": requestId,
      ...headers,
    },
    body,
  });
  return {
    faults: jsonFaults,
    action(request) {
      const [, serviceName, name = ""] = path.exec(request.path) ?? [];
      if (serviceName !== service?.serviceName) throw jsonFaults.unknownAction(request.path, "");
      return { name, version: "" };
    },
    async input({ body }, shape) {
      const value = body.length === 0 ? {} : await cborValue(body, jsonFaults);
      return structuredInput(value, shape, jsonFaults, timestamp);
    },
    output: async (_action, shape, output) => respond(200, await cborOutput(shape, output)),
    async error(error) {
      const { type, headers } = await exceptionOf(error, service);
      const { cbor } = await import("@smithy/core/cbor");
      return respond(error.status, cbor.serialize({ __type: type, message: error.message }), headers);
    },
  };
}

/** Epoch seconds under CBOR's tag for them. */
function timestamp(value: unknown): Date | undefined {
  if (typeof value !== "object" || value === null || !("tag" in value && "value" in value)) return undefined;
  return dateOfSeconds(value.value);
}

/** Uses the SDK's serializer, which is loaded for the first response. */
async function cborOutput(shape: Shape, output: object): Promise<Uint8Array> {
  const { CborCodec } = await import("@smithy/core/cbor");
  const serializer = new CborCodec().createSerializer();
  serializer.write(shape, output);
  return serializer.flush();
}
