/**
 * Errors as clients of REST services read them: the region has no such service, and says so. Sources: Smithy 2.0
 * specification, "AWS restJson1 protocol"; Amazon S3 API Reference, "Error responses".
 */
import { randomUUID } from "node:crypto";
import { string, structure } from "../schema";
import { jsonFaults, queryFaults, type Faults } from "./faults";
import type { Protocol } from "./protocol";
import { xmlDocument } from "./xml";

export function restJsonProtocol(): Protocol {
  const requestId = randomUUID();
  return withoutActions(jsonFaults, ({ status, code, message }) =>
    Promise.resolve({
      status,
      headers: {
        "content-type": "application/json",
        "x-amzn-requestid": requestId,
        "x-amzn-errortype": code,
      },
      body: JSON.stringify({ code, message }),
    }),
  );
}

export function s3Protocol(): Protocol {
  const requestId = randomUUID();
  return withoutActions(queryFaults, async ({ status, code: Code, message: Message }) => ({
    status,
    headers: { "content-type": "application/xml", "x-amz-request-id": requestId },
    body: await xmlDocument(s3Error, { Code, Message, RequestId: requestId }),
  }));
}

function withoutActions(faults: Faults, error: Protocol["error"]): Protocol {
  const refuse = () => {
    throw faults.unknownAction("", "");
  };
  return { faults, error, action: refuse, input: refuse, output: refuse };
}

const s3Error = structure("Error", { Code: string, Message: string, RequestId: string });
