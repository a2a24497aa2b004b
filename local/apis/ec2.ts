/** The EC2 API, for hosts: each call is allowed by the policies of the caller's role, or refused. */
import http from "node:http";
import { text } from "node:stream/consumers";
import { accountId } from "../identifiers";
import { describeNetworkAcls, Ec2Error, type NetworkAclDescription } from "../vpc/describe-network-acls";
import type { VpcModel } from "../vpc/model";
import type { Iam, Session } from "./iam";
import { answerError, answerResult, ApiError, list, type Elements } from "./query";
import { signer } from "./signature";

type Action = (vpc: VpcModel, parameters: URLSearchParams) => Elements;

const actions: Record<string, Action> = {
  DescribeNetworkAcls(vpc, parameters) {
    allowOnly(parameters, /^(NetworkAclId\.\d+|Filter\.\d+\.(Name|Value\.\d+)|MaxResults)$/);
    const networkAclIds = list(parameters, "NetworkAclId").flatMap(element => element.get("") ?? []);
    const filters = list(parameters, "Filter").map(element => ({
      name: element.get("Name")?.[0] ?? "",
      values: element.get("Value") ?? [],
    }));
    const found = describeNetworkAcls(vpc, { networkAclIds, filters }, accountId);
    return { networkAclSet: items(found.map(networkAclItem)) };
  },
};

function networkAclItem(acl: NetworkAclDescription): Elements {
  return {
    networkAclId: acl.NetworkAclId,
    vpcId: acl.VpcId,
    default: acl.IsDefault,
    entrySet: items(
      acl.Entries.map(({ RuleNumber, Protocol, RuleAction, Egress, CidrBlock, PortRange }) => ({
        ruleNumber: RuleNumber,
        protocol: Protocol,
        ruleAction: RuleAction,
        egress: Egress,
        cidrBlock: CidrBlock,
        ...(PortRange && { portRange: { from: PortRange.From, to: PortRange.To } }),
      })),
    ),
    associationSet: items(
      acl.Associations.map(({ NetworkAclAssociationId, NetworkAclId, SubnetId }) => ({
        networkAclAssociationId: NetworkAclAssociationId,
        networkAclId: NetworkAclId,
        subnetId: SubnetId,
      })),
    ),
    tagSet: items(acl.Tags.map(({ Key, Value }) => ({ key: Key, value: Value }))),
    ownerId: acl.OwnerId,
  };
}

/** An empty set must be sent too: a client takes a missing one for none at all. */
function items(list: Elements[]): Elements | "" {
  return list.length > 0 ? { item: list } : "";
}

function allowOnly(parameters: URLSearchParams, known: RegExp): void {
  for (const name of parameters.keys()) {
    if (name !== "Action" && name !== "Version" && !known.test(name)) {
      throw new ApiError(400, "UnknownParameter", `The parameter ${name} is not recognized`);
    }
  }
}

export function createEc2Api(vpc: VpcModel, iam: Iam): http.Server {
  async function handle(req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
    const body = await text(req);
    const session = await signer(req, body, iam);
    const parameters = new URLSearchParams(body);
    const name = parameters.get("Action") ?? "";
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) {
      throw new ApiError(400, "InvalidAction", `The action ${name} is not valid for this web service.`);
    }
    authorize(session, `ec2:${name}`, iam);
    answerResult(res, name, action(vpc, parameters));
  }

  return http.createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      if (error instanceof ApiError) answerError(res, error);
      else if (error instanceof Ec2Error) answerError(res, new ApiError(400, error.code, error.message));
      else answerError(res, new ApiError(500, "InternalError", "An internal error has occurred"));
    });
  });
}

function authorize({ roleName, instanceId }: Session, action: string, iam: Iam): void {
  if (iam.allows(roleName, action)) return;
  throw new ApiError(
    403,
    "UnauthorizedOperation",
    `You are not authorized to perform this operation. User: arn:aws:sts::${accountId}:assumed-role/${roleName}/${instanceId} ` +
      `is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  );
}
