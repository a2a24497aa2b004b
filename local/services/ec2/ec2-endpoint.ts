/** The EC2 API for hosts: the policies of the caller's role decide each call. */
import http from "node:http";
import { accountId } from "../../identifiers";
import { ec2Service } from "./actions";
import type { Ec2ActionContext } from "./actions/context";
import { ClientTokens } from "../../api/client-tokens";
import { dispatch } from "../../api/dispatch";
import { orError, readRequest, send } from "../../api/http";
import { AwsError } from "../../api/aws-error";
import { queryProtocol } from "../../api/protocols/query";
import { verifySignature, type Session } from "../../api/signature";
import { createServer } from "../../network/http/servers";

interface HostSession extends Session {
  roleName: string;
  instanceId: string;
}

/** What the endpoint needs from IAM. */
export interface Authorizer {
  session(accessKeyId: string): HostSession | undefined;
  allows(roleName: string, action: string): boolean;
}

/**
 * @param contextOf called once per request
 * @param report called with failures that are the region's own fault
 */
export function createEc2Endpoint(
  contextOf: () => Ec2ActionContext,
  iam: Authorizer,
  report: (event: string) => void,
): http.Server {
  const clientTokens = new ClientTokens();
  return createServer((req, res) => {
    const protocol = queryProtocol(ec2Service.query);
    const responding = readRequest(req).then(async request => {
      const session = await verifySignature(request, ec2Service.scope, key => iam.session(key));
      return dispatch(ec2Service, protocol, request, contextOf(), {
        authorize: name => authorize(session, `ec2:${name}`, iam),
        clientTokens,
      });
    });
    void orError(responding, protocol, report).then(response => send(res, response));
  });
}

function authorize({ roleName, instanceId }: HostSession, action: string, iam: Authorizer): void {
  if (iam.allows(roleName, action)) return;
  throw new AwsError(
    "UnauthorizedOperation",
    `You are not authorized to perform this operation. User: arn:aws:sts::${accountId}:assumed-role/${roleName}/${instanceId} ` +
      `is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
    403,
  );
}
