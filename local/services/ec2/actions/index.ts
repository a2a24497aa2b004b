/** EC2, as an operator calls it. */
import type { Ec2Context } from "./context";
import type { Service } from "../../../api/service";
import { describeInstances, terminateInstances } from "./instances";
import { describeNetworkAcls } from "./network-acls";
import { describeSubnets, describeVpcs } from "./vpcs";
import { ec2 } from "./protocol";
import { describeSecurityGroups } from "./security-groups";

export const ec2Service: Service<Ec2Context> = {
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
