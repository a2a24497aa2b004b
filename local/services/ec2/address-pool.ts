import { parseCIDR } from "ipaddr.js";
import { AwsError } from "../../api/aws-error";

const firstGiven = 10;

/** The addresses of a range, each given to one holder at a time. */
export class AddressPool {
  private readonly taken = new Set<number>();
  private readonly network: number;
  private readonly size: number;

  /** @param cidrBlock an IPv4 range; its first ten addresses and its last are never given out (AWS reserves five) */
  constructor(private readonly cidrBlock: string) {
    const [address, prefix] = parseCIDR(cidrBlock);
    const number = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
    this.size = 2 ** (32 - prefix);
    this.network = number - (number % this.size);
  }

  /** How many addresses are left. */
  get available(): number {
    return Math.max(0, this.size - 1 - firstGiven - this.taken.size);
  }

  /** @throws AwsError when no address is left */
  take(): string {
    for (let offset = firstGiven; offset < this.size - 1; offset++) {
      if (this.taken.has(offset)) continue;
      this.taken.add(offset);
      const number = this.network + offset;
      return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join(".");
    }
    throw new AwsError("InsufficientFreeAddressesInSubnet", `${this.cidrBlock} has no address left`);
  }

  release(address: string): void {
    const number = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
    this.taken.delete(number - this.network);
  }
}
