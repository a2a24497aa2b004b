import { AwsError } from "../../api/aws-error";
import { addressRange, fromNumber } from "../../network/ipv4";

const firstGiven = 10;

/** The addresses of a range, each given to one holder at a time. */
export class AddressPool {
  private readonly taken = new Set<string>();
  private readonly network: number;
  private readonly size: number;

  /** @param cidrBlock an IPv4 range; its first ten addresses and its last are never given out (AWS reserves five) */
  constructor(private readonly cidrBlock: string) {
    ({ first: this.network, size: this.size } = addressRange(cidrBlock));
  }

  /** How many addresses are left. */
  get available(): number {
    return Math.max(0, this.size - 1 - firstGiven - this.taken.size);
  }

  /** @throws AwsError when no address is left */
  take(): string {
    for (let offset = firstGiven; offset < this.size - 1; offset++) {
      const address = fromNumber(this.network + offset);
      if (this.taken.has(address)) continue;
      this.taken.add(address);
      return address;
    }
    throw new AwsError("InsufficientFreeAddressesInSubnet", `${this.cidrBlock} has no address left`);
  }

  release(address: string): void {
    this.taken.delete(address);
  }
}
