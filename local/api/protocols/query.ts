/**
 * AWS's query protocols: form parameters in, XML out. Sources: Smithy 2.0 specification, "AWS query protocol" and "AWS
 * EC2 query protocol".
 */
import { randomUUID } from "node:crypto";
import { string, structure } from "../schema";
import type { Service } from "../service";
import { ec2Faults, queryFaults } from "./faults";
import type { Protocol, Request, Response } from "./protocol";
import { queryInput } from "./query-input";
import { xmlDocument } from "./xml";

/** For errors of services that the region lacks or that don't speak this protocol. */
const faultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09";

/** @param service undefined if the service doesn't speak this protocol */
export function queryProtocol(service?: Service<never>["query"]): Protocol {
  const { dialect, xmlNamespace } = service ?? { dialect: "query", xmlNamespace: faultNamespace };
  const faults = dialect === "ec2" ? ec2Faults : queryFaults;
  const requestId = randomUUID();
  const respond = async (status: number, ...document: Parameters<typeof xmlDocument>): Promise<Response> => ({
    status,
    headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId },
    body: await xmlDocument(...document),
  });
  return {
    faults,
    action(request) {
      const parameters = parametersOf(request);
      const name = parameters.get("Action");
      if (name === null) throw faults.missingParameter("Action");
      const version = parameters.get("Version") ?? "";
      // Another version can mean another service with the same action names, such as classic load balancers.
      const isOther = version !== "" && !xmlNamespace.endsWith(`/${version}/`);
      if (!service || isOther) throw faults.unknownAction(name, version);
      return { name, version };
    },
    input: (request, shape) => Promise.resolve(queryInput(parametersOf(request), shape, dialect, faults)),
    output(action, shape, output) {
      const root = `${action}Response`;
      if (dialect === "ec2") {
        // EC2 confirms what has no output; its model leaves that out.
        const confirmation = shape.isUnitSchema();
        const outputs = confirmation ? { return: string } : Object.fromEntries(shape.structIterator());
        const members = { requestId: string, ...outputs };
        const content = { requestId, ...(confirmation ? { return: "true" } : output) };
        return respond(200, structure(root, members), content, xmlNamespace);
      }
      const result = `${action}Result`;
      const members = { ...(!shape.isUnitSchema() && { [result]: shape }), ResponseMetadata: metadata };
      const content = { [result]: output, ResponseMetadata: { RequestId: requestId } };
      return respond(200, structure(root, members), content, xmlNamespace);
    },
    error({ status, code: Code, message: Message }) {
      if (dialect === "ec2")
        return respond(status, ec2Error, { Errors: { Error: { Code, Message } }, RequestID: requestId });
      const Type = status < 500 ? "Sender" : "Receiver";
      const content = { Error: { Type, Code, Message }, RequestId: requestId };
      return respond(status, queryError, content, xmlNamespace);
    },
  };
}

/** From the address and the body: clients may use either. */
function parametersOf({ query, body }: Request): URLSearchParams {
  const address = new URLSearchParams(query);
  const inBody = new URLSearchParams(body.toString());
  return new URLSearchParams([...address, ...inBody]);
}

const metadata = structure("ResponseMetadata", { RequestId: string });

const ec2Error = structure("Response", {
  Errors: structure("Errors", { Error: structure("Error", { Code: string, Message: string }) }),
  RequestID: string,
});

const queryError = structure("ErrorResponse", {
  Error: structure("Error", { Type: string, Code: string, Message: string }),
  RequestId: string,
});
