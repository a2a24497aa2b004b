/** The EC2 API, for hosts: each call is allowed by the policies of the caller's role, or refused. */
import http from "node:http";
import { accountId } from "../../identifiers";
import type { VpcModel } from "../../network/reachability/vpc-model";
import { describeNetworkAcls } from "./actions/network-acls";
import { ec2 } from "./actions/protocol";
import { readRequest, send, serve } from "../../api/http";
import type { Iam, Session } from "../iam/iam";
import { AwsError } from "../../api/aws-error";
import { dispatch, queryProtocol } from "../../api/service";
import { signer } from "../../api/signature";
import { createServer } from "../../network/http/servers";

const service = { ...ec2, actions: [describeNetworkAcls] };

/** @param report told of what is our own fault */
export function createEc2Endpoint(vpc: VpcModel, iam: Iam, report: (event: string) => void): http.Server {
  return createServer((req, res) => {
    const writing = queryProtocol(service);
    const answered = readRequest(req).then(async request => {
      const session = await signer(req, request.body, iam);
      return dispatch(service, writing, request, { ec2: { vpc } }, name => {
        authorize(session, `ec2:${name}`, iam);
      });
    });
    void serve(answered, writing, report).then(answer => {
      send(res, answer);
    });
  });
}

function authorize({ roleName, instanceId }: Session, action: string, iam: Iam): void {
  if (iam.allows(roleName, action)) return;
  throw new AwsError(
    "UnauthorizedOperation",
    `You are not authorized to perform this operation. User: arn:aws:sts::${accountId}:assumed-role/${roleName}/${instanceId} ` +
      `is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
    403,
  );
}
