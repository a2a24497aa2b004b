/**
 * AWS's API for whoever operates the stack: clients send all services' requests to one endpoint, and what they are for
 * is said by the scope of their signature. Any credentials will do.
 */
import type http from "node:http";
import { AwsError } from "./aws-error";
import { readRequest, send, serve } from "./http";
import { dispatch, protocolOf, queryProtocol, type Service } from "./service";
import { authorization } from "./signature";

/** A service with what its actions work on, made anew for each request. */
export interface BoundService {
  service: Service<unknown>;
  context: () => unknown;
}

/** Ties a service to the type of its context, then forgets the type, so that services fit in one list. */
export function bind<Context>(service: Service<Context>, context: () => Context): BoundService {
  return { service, context };
}

/** Answers a request to `/`; always, and never rejects. */
export async function handleApiRequest(
  services: readonly BoundService[],
  report: (event: string) => void,
  req: http.IncomingMessage,
  res: http.ServerResponse,
): Promise<void> {
  const [, , , , scope] = authorization.exec(req.headers.authorization ?? "") ?? [];
  const bound = services.find(({ service }) => service.scope === scope);
  const protocol = bound ? protocolOf(bound.service, req.headers) : queryProtocol();
  const answered = readRequest(req).then(request => {
    if (bound) return dispatch(bound.service, protocol, request, bound.context());
    throw noService(
      services.map(({ service }) => service.scope),
      req.headers.authorization,
      scope,
    );
  });
  send(res, await serve(answered, protocol, report));
}

/** Source: "Common Error Types" of each API Reference. */
function noService(scopes: string[], signature: string | undefined, scope: string | undefined): AwsError {
  if (signature === undefined)
    return new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  if (scope === undefined)
    return new AwsError("IncompleteSignature", "The Authorization header is not a version 4 signature");
  return new AwsError("InvalidAction", `The local region answers ${scopes.join(", ")}, and no ${scope}`);
}
