/**
 * AWS's API as operators call it: clients send the requests for all services to one endpoint, and the scope of the
 * signature names the service. Any credentials will do.
 */
import type http from "node:http";
import { AwsError } from "./aws-error";
import type { BoundService } from "./dispatch";
import { orError, readRequest, send } from "./http";
import { protocolOf } from "./protocols";
import { queryProtocol } from "./protocols/query";
import { authorization } from "./signature";

/** Responds to a request to `/`. */
export type ApiHandler = (req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>;

/** @param report told of failures that are our own fault */
export function createApiHandler(
  services: readonly BoundService[],
  report: (event: string) => void,
): ApiHandler {
  return async (req, res) => {
    const [, , , , scope] = authorization.exec(req.headers.authorization ?? "") ?? [];
    const service = services.find(each => each.scope === scope);
    const protocol = service ? protocolOf(service, req.headers) : queryProtocol();
    const responding = readRequest(req).then(request => {
      if (!service) throw noService(services, req.headers.authorization, scope);
      return service.respond(protocol, request);
    });
    send(res, await orError(responding, protocol, report));
  };
}

/** Source: "Common Error Types" of each API Reference. */
function noService(
  services: readonly BoundService[],
  signature: string | undefined,
  scope: string | undefined,
): AwsError {
  if (signature === undefined)
    return new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  if (scope === undefined)
    return new AwsError("IncompleteSignature", "The Authorization header is not a version 4 signature");
  const known = services.map(each => each.scope).join(", ");
  return new AwsError("InvalidAction", `The local region answers ${known}, and no ${scope}`);
}
