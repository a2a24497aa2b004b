/**
 * AWS's API for operators: one endpoint serves all services, and the signature's scope names the service. Any
 * credentials will do.
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

/** @param report called with failures that are the region's own fault */
export function createApiHandler(
  services: readonly BoundService[],
  report: (event: string) => void,
): ApiHandler {
  return async (req, res) => {
    const [, , , , scope] = authorization.exec(req.headers.authorization ?? "") ?? [];
    const service = services.find(each => each.scope === scope);
    const protocol = service ? protocolOf(service, req.headers) : queryProtocol();
    const responding = readRequest(req).then(request => {
      if (!service) throw unknownService(services, req.headers.authorization, scope);
      return service.respond(protocol, request);
    });
    send(res, await orError(responding, protocol, report));
  };
}

/** Source: "Common Error Types" of each API Reference. */
function unknownService(
  services: readonly BoundService[],
  signature: string | undefined,
  scope: string | undefined,
): AwsError {
  if (signature === undefined)
    return new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  if (scope === undefined)
    return new AwsError("IncompleteSignature", "The Authorization header is not a version 4 signature");
  const supported = services.map(each => each.scope).join(", ");
  return new AwsError("InvalidAction", `The local region supports ${supported}, but not ${scope}`);
}
