import { AwsError } from "../../api/aws-error";
import { addressRange, fromNumber } from "../../network/ipv4";

/** AWS reserves a subnet's first four addresses and its last (VPC User Guide, "Subnet CIDR blocks"). */
const reservedFirst = 4;
const reservedLast = 1;
/** The first to be allocated; those between the reserved ones and it come last. */
const firstOffset = 10;

/** Allocates the addresses of a range. */
export class AddressPool {
  private readonly allocated = new Set<string>();
  private readonly network: number;
  private readonly size: number;

  /** @param cidrBlock an IPv4 range */
  constructor(private readonly cidrBlock: string) {
    ({ first: this.network, size: this.size } = addressRange(cidrBlock));
  }

  get available(): number {
    return Math.max(0, this.size - reservedFirst - reservedLast - this.allocated.size);
  }

  /** @throws AwsError if no address is free */
  take(): string {
    const count = this.size - reservedFirst - reservedLast;
    const skipped = firstOffset - reservedFirst;
    for (let index = 0; index < count; index++) {
      const address = fromNumber(this.network + reservedFirst + ((index + skipped) % count));
      if (this.allocated.has(address)) continue;
      this.allocated.add(address);
      return address;
    }
    throw new AwsError("InsufficientFreeAddressesInSubnet", `${this.cidrBlock} has no free addresses`);
  }

  release(address: string): void {
    this.allocated.delete(address);
  }
}
