import { AwsError } from "../../api/aws-error";
import { addressRange, fromNumber } from "../../network/ipv4";

/** AWS reserves a subnet's first four addresses and its last (VPC User Guide, "Subnet CIDR blocks"). */
const reservedFirst = 4;
const reservedLast = 1;
/** The first to be allocated; those between the reserved ones and it come last. */
const firstOffset = 10;

export class AddressPool {
  private readonly allocated = new Set<string>();
  private readonly network: number;
  private readonly size: number;
  private next = firstOffset - reservedFirst;

  /**
   * @param cidrBlock an IPv4 range
   * @param reuse which free address is taken: the first one, or the one that comes after the last taken
   */
  constructor(
    private readonly cidrBlock: string,
    private readonly reuse: "soon" | "late" = "soon",
  ) {
    ({ first: this.network, size: this.size } = addressRange(cidrBlock));
  }

  get available(): number {
    return Math.max(0, this.size - reservedFirst - reservedLast - this.allocated.size);
  }

  /** @throws AwsError if no address is free */
  take(): string {
    const count = this.size - reservedFirst - reservedLast;
    for (let index = this.next; index < this.next + count; index++) {
      const address = fromNumber(this.network + reservedFirst + (index % count));
      if (this.allocated.has(address)) continue;
      this.allocated.add(address);
      if (this.reuse === "late") this.next = (index + 1) % count;
      return address;
    }
    throw new AwsError("InsufficientFreeAddressesInSubnet", `${this.cidrBlock} has no free addresses`);
  }

  release(address: string): void {
    this.allocated.delete(address);
  }
}
