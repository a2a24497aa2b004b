/** IPv4 addresses and ranges. Every packet is judged by them; with ipaddr.js, a decision took twice as long. */

/** Whether the CIDR contains the IPv4 address; host bits in the CIDR are ignored, as in EC2. */
export function contains(cidrBlock: string, address: string): boolean {
  const { first, size } = addressRange(cidrBlock);
  const number = toNumber(address);
  return first <= number && number < first + size;
}

export function prefixLength(cidrBlock: string): number {
  return parseCidr(cidrBlock).prefix;
}

interface AddressRange {
  first: number;
  size: number;
}

/** Of the CIDRs and addresses that were asked for lately: a decision asks for the same few. */
const ranges = new Map<string, AddressRange>();
const numbers = new Map<string, number>();
const mostKnown = 10_000;

/** The CIDR's first address as an unsigned 32-bit number, and its number of addresses; host bits are ignored. */
export function addressRange(cidrBlock: string): Readonly<AddressRange> {
  const known = ranges.get(cidrBlock);
  if (known) return known;
  const { number, prefix } = parseCidr(cidrBlock);
  const size = 2 ** (32 - prefix);
  const range = { first: number - (number % size), size };
  if (ranges.size === mostKnown) ranges.clear();
  ranges.set(cidrBlock, range);
  return range;
}

/** The CIDR with its host bits cleared; undefined if it is none. */
export function networkOf(cidrBlock: string): string | undefined {
  const parsed = parse(cidrBlock);
  return parsed && `${fromNumber(addressRange(cidrBlock).first)}/${parsed.prefix}`;
}

/** Whether two CIDRs have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [addressRange(a), addressRange(b)];
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

export function fromNumber(number: number): string {
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join(".");
}

/** The private or shared block that contains the address, if any; internet gateways drop those addresses. */
export function nonPublicBlock(address: string): "RFC1918" | "RFC6598" | undefined {
  if (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some(block => contains(block, address)))
    return "RFC1918";
  return contains("100.64.0.0/10", address) ? "RFC6598" : undefined;
}

export function isLinkLocal(address: string): boolean {
  return contains("169.254.0.0/16", address);
}

const octet = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const fourOctets = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`);

/** The address as an unsigned 32-bit number. */
function toNumber(address: string): number {
  const known = numbers.get(address);
  if (known !== undefined) return known;
  const octets = fourOctets.exec(address);
  if (!octets) throw new Error(`"${address}" is not an IPv4 address`);
  const [a, b, c, d] = octets.slice(1).map(Number) as [number, number, number, number];
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  if (numbers.size === mostKnown) numbers.clear();
  numbers.set(address, number);
  return number;
}

/** @returns undefined if it is no IPv4 CIDR; host bits may be set */
function parse(cidrBlock: string): { number: number; prefix: number } | undefined {
  const slash = cidrBlock.indexOf("/");
  const [address, prefix] = [cidrBlock.slice(0, slash), cidrBlock.slice(slash + 1)];
  if (slash === -1 || !/^([12]?\d|3[0-2])$/.test(prefix) || !fourOctets.test(address)) return undefined;
  return { number: toNumber(address), prefix: Number(prefix) };
}

function parseCidr(cidrBlock: string): { number: number; prefix: number } {
  const parsed = parse(cidrBlock);
  if (!parsed) throw new Error(`"${cidrBlock}" is not an IPv4 CIDR`);
  return parsed;
}
