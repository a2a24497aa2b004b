/** The hosts' network: a bridge in its own network namespace, which has no way out. */

/** TEST-NET-2 (RFC 5737), which no network uses; the tests themselves have .1. */
const prefix = "198.51.100";
export const bridge = "hosts";

/** @param number unique among the hosts that run at a time; test files run in parallel */
export function addressOf(number: number): string {
  return `${prefix}.${number}`;
}

/** For the host's systemd-networkd; its name sorts before Debian's own file for containers. */
export function networkFile(number: number): { path: string; text: string } {
  return {
    path: "/etc/systemd/network/10-host0.network",
    text: `[Match]\nName=host0\n\n[Network]\nAddress=${addressOf(number)}/24\nLinkLocalAddressing=no\n`,
  };
}

/**
 * Runs the command where only these hosts can be reached. Whatever it starts and mounts is gone when it exits, and it
 * exits with its parent: the namespaces' first process takes the others with it.
 */
export function enterNetwork(command: string[]): [string, ...string[]] {
  const enter = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const setUp = [
    "ip link set lo up",
    // Without a fixed address the bridge takes a port's, which changes as hosts come and go: the others would keep
    // using the old one for up to a minute.
    `ip link add ${bridge} address 02:00:00:00:00:01 type bridge`,
    `ip addr add ${addressOf(1)}/24 dev ${bridge}`,
    `ip link set ${bridge} up`,
  ].join(" && ");
  // No exec: a namespace's first process ignores signals that it does not handle.
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
