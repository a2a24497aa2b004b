import { isIPv4 } from "node:net";

/**
 * Stands for AWS's "amazonaws.com". Reserved by RFC 6761, like "localhost"; but names under that one are resolved by
 * clients themselves (section 6.3), so browsers never send them to a proxy.
 */
export const publicDomain = "test";

/** The region's DNS: resolves load balancers' names; an IPv4 address resolves to itself. */
export class Dns {
  private readonly records = new Map<string, { addresses: string[]; next: number }>();

  set(name: string, addresses: string[]): void {
    this.records.set(name.toLowerCase(), { addresses, next: 0 });
  }

  delete(name: string): void {
    this.records.delete(name.toLowerCase());
  }

  /** One of the name's IPv4 addresses, round-robin; undefined for an unknown name. */
  resolve(name: string): string | undefined {
    if (isIPv4(name)) return name;
    const record = this.records.get(name.toLowerCase().replace(/\.$/, ""));
    return record?.addresses[record.next++ % record.addresses.length];
  }
}
