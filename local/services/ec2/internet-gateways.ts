import { resourceId } from "../../identifiers";
import type { InternetGateway, VpcModel } from "../../network/reachability/vpc-model";

export function createInternetGateway(vpc: VpcModel, gateway: Omit<InternetGateway, "id">): InternetGateway {
  const created = { id: resourceId("igw"), ...gateway };
  vpc.internetGateways.set(created.id, created);
  return created;
}

/** Whether an interface in the VPC has a public address, which only a gateway can map. */
export function hasPublicAddresses(vpc: VpcModel, vpcId: string): boolean {
  return [...vpc.networkInterfaces.values()].some(
    ({ publicIpAddress, subnetId }) =>
      publicIpAddress !== undefined && vpc.subnets.get(subnetId)?.vpcId === vpcId,
  );
}
