import { AwsError } from "../../api/aws-error";
import { addressRange, fromNumber } from "../../network/ipv4";

const firstOffset = 10;

/** Allocates the addresses of a range. */
export class AddressPool {
  private readonly allocated = new Set<string>();
  private readonly network: number;
  private readonly size: number;

  /** @param cidrBlock an IPv4 range; its first ten addresses and its last are never allocated (AWS reserves five) */
  constructor(private readonly cidrBlock: string) {
    ({ first: this.network, size: this.size } = addressRange(cidrBlock));
  }

  get available(): number {
    return Math.max(0, this.size - 1 - firstOffset - this.allocated.size);
  }

  /** @throws AwsError if no address is free */
  take(): string {
    for (let offset = firstOffset; offset < this.size - 1; offset++) {
      const address = fromNumber(this.network + offset);
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
