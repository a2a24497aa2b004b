/** The EC2 API for operators. */
import type { ServiceOf } from "../../../api/service";
import { accountActions } from "./account";
import type { Ec2ActionContext } from "./context";
import { describeInstances, terminateInstances } from "./instances";
import { internetGatewayActions } from "./internet-gateways";
import { networkAclEntryActions } from "./network-acl-entries";
import { networkAclActions } from "./network-acls";
import { networkInterfaceActions } from "./network-interfaces";
import { ec2Protocol } from "./protocol";
import { routeTableActions } from "./route-tables";
import { routeActions } from "./routes";
import { securityGroupRuleActions } from "./security-group-rules";
import { securityGroupActions } from "./security-groups";
import { subnetActions } from "./subnets";
import { tagActions } from "./tags";
import { vpcActions } from "./vpcs";

export const ec2Service = {
  ...ec2Protocol,
  actions: {
    DescribeInstances: describeInstances,
    TerminateInstances: terminateInstances,
    ...accountActions,
    ...internetGatewayActions,
    ...networkAclActions,
    ...networkAclEntryActions,
    ...networkInterfaceActions,
    ...routeActions,
    ...routeTableActions,
    ...securityGroupActions,
    ...securityGroupRuleActions,
    ...subnetActions,
    ...tagActions,
    ...vpcActions,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-ec2"), Ec2ActionContext>;
