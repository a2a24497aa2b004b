/** EC2, as an operator calls it. */
import type { Context } from "../../context";
import type { Service } from "../../../api/service";
import { describeInstances, terminateInstances } from "./instances";
import { describeNetworkAcls } from "./network-acls";
import { describeSubnets, describeVpcs } from "./vpcs";
import { ec2 } from "./protocol";
import { describeSecurityGroups } from "./security-groups";

export const ec2ForOperators: Service<Context> = {
  ...ec2,
  actions: [
    describeInstances,
    describeNetworkAcls,
    describeSecurityGroups,
    describeSubnets,
    describeVpcs,
    terminateInstances,
  ],
};
