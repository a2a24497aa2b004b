import { publicRange, resourceId } from "../../identifiers";
import type { InterfaceRequest, NetworkInterface, VpcModel } from "../../network/reachability/vpc-model";
import type { VirtualNetwork } from "../../network/virtual-network";
import { AddressPool } from "./address-pool";
import { find, notFound } from "./resource-types";

/** Locally administered, and derived from the interface's id. */
export function macAddressOf(interfaceId: string): string {
  const digits = interfaceId.replace(/^eni-/, "").padStart(10, "0").slice(-10);
  return ["02", ...(digits.match(/../g) ?? [])].join(":");
}

export class NetworkInterfaces {
  /** An instance that stops and starts gets another public address. */
  private readonly publicAddresses = new AddressPool(publicRange, "late");
  /** Private addresses by subnet. */
  private readonly privateAddresses = new Map<string, AddressPool>();

  constructor(
    private readonly vpc: VpcModel,
    private readonly network: Pick<VirtualNetwork, "removeInterface">,
  ) {}

  addSubnet(subnetId: string, cidrBlock: string): void {
    this.privateAddresses.set(subnetId, new AddressPool(cidrBlock));
  }

  removeSubnet(subnetId: string): void {
    this.privateAddresses.delete(subnetId);
  }

  /** How many private addresses are free in a subnet; undefined for an unknown subnet. */
  availableIn(subnetId: string): number | undefined {
    return this.privateAddresses.get(subnetId)?.available;
  }

  get availablePublic(): number {
    return this.publicAddresses.available;
  }

  /** @throws AwsError if the subnet is unknown or has no free address, or no public address is free */
  attach({ publicAddress, ...request }: InterfaceRequest): NetworkInterface {
    const { subnetId } = request;
    const pool = this.privateAddresses.get(subnetId);
    if (!pool) throw notFound("subnet", [subnetId]);
    // Public first, because those are scarcer; if the other allocation fails, it is released again.
    const publicIpAddress = publicAddress ? this.publicAddresses.take() : undefined;
    let privateIpAddress: string;
    try {
      privateIpAddress = pool.take();
    } catch (error) {
      if (publicIpAddress !== undefined) this.publicAddresses.release(publicIpAddress);
      throw error;
    }
    const addresses = { privateIpAddress, ...(publicIpAddress !== undefined && { publicIpAddress }) };
    const attached = { id: resourceId("eni"), sourceDestCheck: true, tags: {}, ...request, ...addresses };
    this.vpc.networkInterfaces.set(attached.id, attached);
    return attached;
  }

  /** Releases the interface's addresses and closes its connections and listeners. */
  detach(id: string): void {
    const { subnetId, privateIpAddress, publicIpAddress } = this.get(id);
    this.privateAddresses.get(subnetId)?.release(privateIpAddress);
    if (publicIpAddress !== undefined) this.publicAddresses.release(publicIpAddress);
    this.vpc.networkInterfaces.delete(id);
    this.network.removeInterface(id);
  }

  /** Maps a new public address to the interface; one that has an address keeps it. */
  assignPublicAddress(id: string): string {
    const found = this.get(id);
    found.publicIpAddress ??= this.publicAddresses.take();
    return found.publicIpAddress;
  }

  /** Releases the interface's public address and returns it; undefined if it has none. */
  releasePublicAddress(id: string): string | undefined {
    const found = this.get(id);
    const { publicIpAddress } = found;
    if (publicIpAddress !== undefined) this.publicAddresses.release(publicIpAddress);
    delete found.publicIpAddress;
    return publicIpAddress;
  }

  /** Closes the interface's connections and listeners; packets to it go nowhere until `bringUp`. */
  takeDown(id: string): void {
    this.get(id).isDown = true;
    this.network.removeInterface(id);
  }

  bringUp(id: string): void {
    delete this.get(id).isDown;
  }

  /** @throws AwsError for an unknown interface */
  get(id: string): NetworkInterface {
    return find(this.vpc.networkInterfaces, "network-interface", id);
  }
}
