/**
 * AWS's API for whoever operates the stack: clients send all services' requests to one endpoint, and what they are for
 * is said by the scope of their signature. Any credentials will do.
 */
import type http from "node:http";
import type { Region } from "../region";
import { WallClock } from "./wall-clock";
import { autoScaling } from "../services/auto-scaling/actions";
import { cloudwatch } from "../services/cloudwatch/actions";
import type { Context } from "../services/context";
import { ec2ForOperators } from "../services/ec2/actions";
import { elbv2 } from "../services/elbv2/actions";
import { readRequest, send, serve } from "./http";
import { AwsError } from "./aws-error";
import { dispatch, queryProtocol, protocolOf, type Service } from "./service";
import { authorization } from "./signature";
import { sts } from "../services/sts/actions";

const services: readonly Service<Context>[] = [autoScaling, cloudwatch, ec2ForOperators, elbv2, sts];

/** Answers a request to `/`; always, and never rejects. */
export async function handleApiRequest(
  region: Region,
  req: http.IncomingMessage,
  res: http.ServerResponse,
): Promise<void> {
  const [, , , , scope] = authorization.exec(req.headers.authorization ?? "") ?? [];
  const service = services.find(each => each.scope === scope);
  const writing = service ? protocolOf(service, req.headers) : queryProtocol();
  const answered = readRequest(req).then(request => {
    if (!service) throw noService(req.headers.authorization, scope);
    const context = { region, vpc: region.vpc, wallClock: new WallClock(region.clock) };
    return dispatch(service, writing, request, context);
  });
  send(res, await serve(answered, writing, region.report));
}

/** Source: "Common Error Types" of each API Reference. */
function noService(signature: string | undefined, scope: string | undefined): AwsError {
  if (signature === undefined)
    return new AwsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
  if (scope === undefined)
    return new AwsError(400, "IncompleteSignature", "The Authorization header is not a version 4 signature");
  const known = services.map(each => each.scope).join(", ");
  return new AwsError(400, "InvalidAction", `The local region answers ${known}, and no ${scope}`);
}
