/** The EC2 API for hosts: the policies of the caller's role decide each call. */
import http from "node:http";
import { accountId } from "../../identifiers";
import type { VpcModel } from "../../network/reachability/vpc-model";
import { describeNetworkAcls } from "./actions/network-acls";
import { ec2Protocol } from "./actions/protocol";
import { dispatch } from "../../api/dispatch";
import { orError, readRequest, send } from "../../api/http";
import { AwsError } from "../../api/aws-error";
import { queryProtocol } from "../../api/protocols/query";
import type { ServiceOf } from "../../api/service";
import { verifySignature, type Session } from "../../api/signature";
import { createServer } from "../../network/http/servers";

const service = {
  ...ec2Protocol,
  actions: { DescribeNetworkAcls: describeNetworkAcls },
} satisfies ServiceOf<typeof import("@aws-sdk/client-ec2"), { ec2: { vpc: VpcModel } }>;

interface HostSession extends Session {
  roleName: string;
  instanceId: string;
}

/** What the endpoint needs from IAM. */
export interface Authorizer {
  session(accessKeyId: string): HostSession | undefined;
  allows(roleName: string, action: string): boolean;
}

/** @param report called with failures that are the region's own fault */
export function createEc2Endpoint(
  vpc: VpcModel,
  iam: Authorizer,
  report: (event: string) => void,
): http.Server {
  return createServer((req, res) => {
    const protocol = queryProtocol(service.query);
    const responding = readRequest(req).then(async request => {
      const session = await verifySignature(request, service.scope, key => iam.session(key));
      return dispatch(
        service,
        protocol,
        request,
        { ec2: { vpc } },
        {
          authorize: name => authorize(session, `ec2:${name}`, iam),
        },
      );
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
