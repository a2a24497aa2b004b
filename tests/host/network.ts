/** The network of the hosts: a bridge in a network namespace of its own, which has no way out. */

/** Addresses that no network uses, by RFC 5737; the tests themselves have .1. */
const prefix = "198.51.100";
export const bridge = "hosts";

/** @param number one for each host that runs at a time; test files run side by side */
export function addressOf(number: number): string {
  return `${prefix}.${number}`;
}

/** For systemd-networkd of a host; the name sorts before Debian's own file for containers. */
export function networkFile(number: number): { path: string; text: string } {
  return {
    path: "/etc/systemd/network/10-host0.network",
    text: `[Match]\nName=host0\n\n[Network]\nAddress=${addressOf(number)}/24\nLinkLocalAddressing=no\n`,
  };
}

/**
 * The command, run where only these hosts can be reached. All that it starts and mounts is gone when it ends, and it
 * ends with whoever started it: the namespaces' first process takes the others along.
 */
export function enterNetwork(command: string[]): [string, ...string[]] {
  const enter = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const setUp = [
    "ip link set lo up",
    // Without an address of its own it has that of a port, and hosts that come and go change it: all others would
    // go on speaking to the address before, for up to a minute.
    `ip link add ${bridge} address 02:00:00:00:00:01 type bridge`,
    `ip addr add ${addressOf(1)}/24 dev ${bridge}`,
    `ip link set ${bridge} up`,
  ].join(" && ");
  // No exec: the first process of a namespace ignores the signals that it does not handle.
  return [
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    ...enter,
    "sh",
    "-c",
    `${setUp} && "$@"; exit $?`,
    "sh",
    ...command,
  ];
}
