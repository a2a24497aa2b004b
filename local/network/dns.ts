import { isIPv4 } from "node:net";

/** The region's DNS: names of load balancers, and addresses that stand for themselves. */
export class Dns {
  private readonly records = new Map<string, { addresses: string[]; turn: number }>();

  set(name: string, addresses: string[]): void {
    this.records.set(name.toLowerCase(), { addresses, turn: 0 });
  }

  delete(name: string): void {
    this.records.delete(name.toLowerCase());
  }

  /** An IPv4 address, one after the other where a name has several; undefined for a name that the region does not know. */
  resolve(name: string): string | undefined {
    if (isIPv4(name)) return name;
    const record = this.records.get(name.toLowerCase().replace(/\.$/, ""));
    return record?.addresses[record.turn++ % record.addresses.length];
  }
}
