/**
 * AWS's API for operators: one endpoint serves all services, and the signature's scope names the service. Any
 * credentials will do.
 */
import type http from "node:http";
import type { BoundService } from "./dispatch";
import { headOf, orError, readRequest, send } from "./http";
import { protocolOf } from "./protocols";
import type { Faults } from "./protocols/faults";
import type { RequestHead } from "./protocols/protocol";
import { scopeOf, type Scope } from "./signature";

export interface ApiOptions {
  /** The only region that is served. */
  regionName: string;
  services: readonly BoundService[];
  /** Called with failures that are the region's own fault. */
  report: (event: string) => void;
}

export type ApiHandler = (req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>;

export function createApiHandler({ regionName, services, report }: ApiOptions): ApiHandler {
  return async (req, res) => {
    const head = headOf(req);
    const scope = scopeOf(head);
    const service = services.find(each => each.scope === scope?.service);
    const protocol = protocolOf(head, service, scope?.service);
    const { faults } = protocol;
    const respond = async () => {
      assertNotFromPage(head, faults);
      if (!scope) throw unsigned(head, faults);
      if (!service) {
        const supported = services.map(each => each.scope).join(", ");
        throw faults.unsupported(`The local region supports ${supported}, but not ${scope.service}`);
      }
      assertRegion(scope, service, regionName, faults);
      return service.respond(protocol, await readRequest(req));
    };
    send(res, await orError(respond(), protocol, report));
  };
}

/**
 * Web pages must not call the API, although they could sign: an image's address may be a presigned request. Not every
 * browser sends Sec-Fetch-Site to loopback, but all of them call themselves Mozilla. Source: W3C, "Fetch Metadata
 * Request Headers".
 */
function assertNotFromPage({ headers }: RequestHead, faults: Faults): void {
  const isFromPage =
    headers.origin !== undefined ||
    headers["sec-fetch-site"] !== undefined ||
    (headers["user-agent"] ?? "").startsWith("Mozilla/");
  if (isFromPage)
    throw faults.unauthenticated("MissingAuthenticationToken", "Browsers can't call the local region's API");
}

/** Source: "Common Error Types" of each API Reference. */
function unsigned({ headers }: RequestHead, faults: Faults) {
  return headers.authorization === undefined
    ? faults.unauthenticated("MissingAuthenticationToken", "Request is missing Authentication Token")
    : faults.unauthenticated("IncompleteSignature", "The Authorization header is not a version 4 signature");
}

function assertRegion(scope: Scope, { global }: BoundService, regionName: string, faults: Faults): void {
  if (scope.region === regionName || (global && scope.region === globalRegion)) return;
  throw faults.unauthenticated(
    "SignatureDoesNotMatch",
    `Credential should be scoped to a valid region: the local region serves ${regionName}, not ${scope.region}`,
  );
}

/** Source: AWS General Reference, "Regional endpoints": global services are signed for here. */
const globalRegion = "us-east-1";
