/** Names and addresses as AWS would give them out. */
import { randomBytes } from "node:crypto";
import { addressRange, fromNumber } from "./network/ipv4";

export const accountId = "123456789012";

/** "vpc-0a1b…": a prefix and 17 hexadecimal digits, as EC2 names what it makes. */
export function resourceId(prefix: string): string {
  return `${prefix}-0${hex(16)}`;
}

export function hex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString("hex")
    .slice(0, digits);
}

/** A name as Pulumi gives it to what its program does not name. */
export function autoName(logicalName: string): string {
  return `${logicalName}-${hex(7)}`;
}

/** TEST-NET-3 (RFC 5737): the public addresses that the region gives out. */
export const publicRange = "203.0.113.0/24";

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

  /** How many are left. */
  get available(): number {
    return Math.max(0, this.size - 1 - firstGiven - this.taken.size);
  }

  take(): string {
    for (let offset = firstGiven; offset < this.size - 1; offset++) {
      const address = fromNumber(this.network + offset);
      if (this.taken.has(address)) continue;
      this.taken.add(address);
      return address;
    }
    throw new Error(`InsufficientFreeAddressesInSubnet: ${this.cidrBlock} has no address left`);
  }

  release(address: string): void {
    this.taken.delete(address);
  }
}

/** The image that the region's SSM parameter names. It has no content here: a host's folder starts empty. */
export const amazonLinux2023 = "ami-0a1b2c3d4e5f60718";
