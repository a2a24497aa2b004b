import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../testing/folders";
import { ClientFiles, sshConfig } from "./client-files";

const host = { name: "receiver-1", instanceId: "i-0123", address: "203.0.113.21" };
const options = { folder: "/a/.local", port: 4022, keys: ["/a/.local/ssh_keys/bastion"], hosts: [host] };

test("the configuration, verbatim", () => {
  expect(sshConfig(options))
    .toBe(`# Written by the local region, and rewritten whenever an instance starts or ends.
Host bastion
  HostName 127.0.0.1
  Port 4022
  User operator
Host receiver-1 i-0123
  HostName 203.0.113.21
Host * !bastion
  User ec2-user
  ProxyJump bastion
Host *
  IdentityFile "/a/.local/ssh_keys/bastion"
  IdentitiesOnly yes
  PreferredAuthentications publickey
  StrictHostKeyChecking yes
  UserKnownHostsFile "/a/.local/known_hosts"
`);
});

test.each([
  ["two hosts have", ["fleet", "fleet"]],
  ["the bastion has", ["bastion"]],
  ["is a pattern", ["*"]],
  ["holds spaces or lines", ["a b", "a\nProxyCommand id"]],
  ["starts like an option", ["-oProxyCommand=id"]],
  ["is empty", [""]],
])("a name that %s is left out; the id does", (_name, names) => {
  const hosts = names.map((name, index) => ({ ...host, name, instanceId: `i-${index}` }));
  const lines = sshConfig({ ...options, hosts }).split("\n");
  expect(lines.filter(line => line.startsWith("Host i-"))).toEqual(
    names.map((_, index) => `Host i-${index}`),
  );
});

test("paths may hold spaces and percent signs", () => {
  expect(sshConfig({ ...options, folder: "/a b/100%" })).toContain(
    'UserKnownHostsFile "/a b/100%%/known_hosts"',
  );
});

test("the files are written, keys for their owner's eyes only, and rewritten with the hosts", async () => {
  const folder = temporaryFolder();
  const files = new ClientFiles({ folder, port: 4022, publicKey: "ssh-ed25519 AAAA" });
  await files.open();
  await Promise.all([files.addKey("a/key", "a secret"), files.list([host]), files.list([])]);
  expect(readFileSync(join(folder, "known_hosts"), "utf8")).toBe("* ssh-ed25519 AAAA\n");
  const key = join(folder, "ssh_keys", "a%2Fkey.key");
  expect(readFileSync(key, "utf8")).toBe("a secret");
  for (const file of [key, join(folder, "ssh_keys", "bastion")])
    expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "ssh_keys")).mode & 0o777).toBe(0o700);
  const config = readFileSync(join(folder, "ssh_config"), "utf8");
  expect(config).toContain('ssh_keys/a%%2Fkey.key"');
  expect(config).not.toContain("receiver-1");
});
