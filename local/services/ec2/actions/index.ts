/** The EC2 API for operators. */
import type { ServiceOf } from "../../../api/service";
import type { Ec2ActionContext } from "./context";
import { describeInstances, terminateInstances } from "./instances";
import { describeNetworkAcls } from "./network-acls";
import { ec2Protocol } from "./protocol";
import { describeSecurityGroups } from "./security-groups";
import { subnetActions } from "./subnets";
import { vpcActions } from "./vpcs";

export const ec2Service = {
  ...ec2Protocol,
  actions: {
    DescribeInstances: describeInstances,
    DescribeNetworkAcls: describeNetworkAcls,
    DescribeSecurityGroups: describeSecurityGroups,
    TerminateInstances: terminateInstances,
    ...subnetActions,
    ...vpcActions,
  },
} satisfies ServiceOf<typeof import("@aws-sdk/client-ec2"), Ec2ActionContext>;
