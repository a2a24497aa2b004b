/** IP protocols by name and number. Source: IANA, "Assigned Internet Protocol Numbers". */
import { networkRefusals } from "../network-refusals";

const numbers = { icmp: "1", tcp: "6", udp: "17", icmpv6: "58" };

/**
 * A protocol's number, given as a number or a name; "-1" is every protocol.
 * @throws AwsError if it is neither
 */
export function protocolNumber(protocol: string): string {
  if (protocol.toLowerCase() === "all") return "-1";
  const number = Object.entries(numbers).find(([name]) => name === protocol.toLowerCase())?.[1] ?? protocol;
  if (number === "-1" || (/^\d{1,3}$/.test(number) && Number(number) <= 255)) return String(Number(number));
  throw networkRefusals.invalidProtocol(protocol);
}

/** The name that security groups show a protocol by, or else its number. */
export function protocolName(number: string): string {
  return Object.entries(numbers).find(([, each]) => each === number)?.[0] ?? number;
}

export function hasPorts(number: string): boolean {
  return number === numbers.tcp || number === numbers.udp;
}

export function isIcmp(number: string): boolean {
  return number === numbers.icmp || number === numbers.icmpv6;
}

/**
 * A range of ports for TCP or UDP.
 * @throws AwsError unless both ends are ports, in order
 */
export function portRange(from: number | undefined, to: number | undefined): { from: number; to: number } {
  if (from === undefined || to === undefined) throw networkRefusals.portsMissing();
  for (const port of [from, to]) if (port < 0 || port > 65535) throw networkRefusals.invalidPort(port);
  if (from > to) throw networkRefusals.portOrder(from, to);
  return { from, to };
}
