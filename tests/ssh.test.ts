/** OpenSSH's own programs through the bastion, and what infra/ ships, shipped by them. */
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ports, type ServiceName } from "../apps/ports";
import { buildRelease } from "../apps/shipping/release";
import { fetchRuntime } from "../apps/shipping/runtime";
import { shipmentOf } from "../apps/shipping/ship";
import { newKeyPair } from "../local/hosts/ssh/openssh-keys";
import { eventually } from "../testing/eventually";
import { temporaryFolder } from "../testing/folders";
import { run, startHosts, type Hosts } from "../testing/open-ssh";
import { describeWith } from "../testing/programs";

const openSsh = { ssh: "apt-get install openssh-client", scp: "the same", sftp: "the same" };

describeWith(openSsh, "OpenSSH reaches a host by its name", () => {
  let hosts: Hosts;
  beforeAll(async () => {
    hosts = await startHosts(["one"]);
  });
  const ssh = (...args: string[]) => hosts.run("ssh", args);

  test("and by its instance id and its address", async () => {
    const { id, publicIp, privateIp } = hosts.instance("one");
    const hostname = `ip-${privateIp.replaceAll(".", "-")}.ec2.internal\n`;
    for (const name of ["one", id, publicIp])
      expect(await ssh(name, "hostname")).toEqual({ code: 0, stdout: hostname, stderr: "" });
  });

  test("a command that it doesn't understand exits with 127 and the list", async () => {
    const { code, stderr } = await ssh("one", "uname -a; id");
    expect([code, stderr]).toEqual([127, expect.stringContaining("It understands, with or without sudo:")]);
  });

  test("another key is refused", async () => {
    const key = join(temporaryFolder(), "key");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key], { cwd: hosts.folder });
    const { code, stderr } = await run("ssh", ["-F", "ssh_config", "-i", key, "one", "hostname"], {
      cwd: hosts.folder,
    });
    expect([code, stderr]).toEqual([255, expect.stringContaining("Permission denied (publickey)")]);
  });

  test("another host key is refused", async () => {
    const known = join(temporaryFolder(), "known_hosts");
    writeFileSync(known, `* ${newKeyPair().publicKey}\n`);
    const { code, stderr } = await ssh("-o", `UserKnownHostsFile=${known}`, "one", "hostname");
    expect([code, stderr]).toEqual([255, expect.stringContaining("Host key verification failed.")]);
  });

  test("what drops is answered after 2 s with the rule, what is closed or unknown at once", async () => {
    const timed = async (...args: string[]) => {
      const started = performance.now();
      const { code, stderr } = await ssh(...args);
      return { code, stderr, seconds: (performance.now() - started) / 1000 };
    };
    const dropped = await timed("203.0.113.99", "hostname");
    expect(dropped).toMatchObject({ code: 255 });
    expect(dropped.stderr).toMatch(
      /open failed: connect failed: connection to 203\.0\.113\.99 port 22 timed out: IGW_PRIVATE_IP/,
    );
    expect(dropped.seconds).toBeGreaterThan(2);
    expect(dropped.seconds).toBeLessThan(6);
    const unknown = await timed("nobody", "hostname");
    expect(unknown.stderr).toContain("open failed: connect failed: nobody is unknown in the region");
    expect(unknown.seconds).toBeLessThan(2);
    const otherPort = await timed("-p", "8080", "one", "hostname");
    expect(otherPort.stderr).toContain(
      "administratively prohibited: the bastion opens connections to port 22 only",
    );
    expect(otherPort.seconds).toBeLessThan(2);
  });

  test("a copy of 53 MB is the same, up and down", async () => {
    const folder = temporaryFolder();
    const [source, back] = [join(folder, "source"), join(folder, "back")];
    writeFileSync(source, randomBytes(53_000_000));
    const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
    const started = performance.now();
    expect(await hosts.run("scp", [source, "one:copy"])).toMatchObject({ code: 0, stderr: "" });
    expect(await hosts.run("scp", ["one:copy", back])).toMatchObject({ code: 0, stderr: "" });
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(digest(back)).toBe(digest(source));
  });

  test("folders, times and rights are kept, up and down", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "up/a/b"), { recursive: true });
    writeFileSync(join(folder, "up/a/b/file"), "text");
    chmodSync(join(folder, "up/a/b/file"), 0o640);
    utimesSync(join(folder, "up/a/b/file"), 1_000_000_000, 1_000_000_001);
    utimesSync(join(folder, "up/a"), 1_000_000_002, 1_000_000_003);
    expect(await hosts.run("scp", ["-rp", join(folder, "up"), "one:/tmp/there"])).toMatchObject({ code: 0 });
    expect(await hosts.run("scp", ["-rp", "one:/tmp/there", join(folder, "down")])).toMatchObject({
      code: 0,
    });
    const file = statSync(join(folder, "down/a/b/file"));
    expect([file.mode & 0o777, file.mtimeMs / 1000]).toEqual([0o640, 1_000_000_001]);
    expect(statSync(join(folder, "down/a")).mtimeMs / 1000).toBe(1_000_000_003);
  });

  test("sftp starts at home, and writes there and in /tmp only", async () => {
    const batch = [
      "pwd",
      "-put ssh_config /etc/x",
      "put ssh_config x",
      "ls -l x",
      "rename x y",
      "rm y",
      "-ls x",
    ];
    const { code, stdout, stderr } = await hosts.run("sftp", ["-b", "-", "one"], `${batch.join("\n")}\n`);
    expect(code).toBe(0);
    expect(stdout).toContain("Remote working directory: /home/ec2-user");
    expect(stdout).toMatch(/^-rw-r--r-- .* 1000 +1000 +\d+ .* x$/m);
    expect(stderr).toContain('dest open "/etc/x": Permission denied');
    expect(stderr).toContain('Can\'t ls: "/home/ec2-user/x" not found');
  });

  test("only its owner can read the keys", () => {
    const folder = join(hosts.folder, "ssh_keys");
    expect(readdirSync(folder)).toEqual(["bastion"]);
    expect(statSync(join(folder, "bastion")).mode & 0o777).toBe(0o600);
  });
});

describeWith(openSsh, "SSH follows what happens to instances", () => {
  test("an RSA key pair, a revoked rule, a stop, a start and an end", async () => {
    const hosts = await startHosts(["one"], { keyType: "rsa" });
    const { id } = hosts.instance("one");
    const hostname = () => hosts.run("ssh", ["one", "hostname"]);
    const config = () => readFileSync(join(hosts.folder, "ssh_config"), "utf8");
    expect(await hostname()).toMatchObject({ code: 0 });

    const { calls } = hosts;
    await calls.ec2.DeleteKeyPair({ KeyName: "hosts" });
    expect(await hostname()).toMatchObject({ code: 0 }); // an instance keeps its key
    await hosts.revoke(22);
    expect((await hostname()).stderr).toContain("ENI_SG_RULES_MISMATCH");
    const { SecurityGroups } = await calls.ec2.DescribeSecurityGroups({ GroupNames: ["hosts"] });
    await calls.ec2.AuthorizeSecurityGroupIngress({
      ...{ GroupId: SecurityGroups[0]?.GroupId, IpProtocol: "tcp", FromPort: 22, ToPort: 22 },
      CidrIp: "198.51.100.10/32",
    });
    expect(await hostname()).toMatchObject({ code: 0 });

    const followed = hosts.run("ssh", ["one", "journalctl", "-fu", "nothing"]);
    expect(await followed).toMatchObject({ stdout: "-- No entries --\n" });
    const state = async () =>
      (await calls.ec2.DescribeInstances({ InstanceIds: [id] })).Reservations[0]?.Instances?.[0]?.State?.Name;
    await calls.ec2.StopInstances({ InstanceIds: [id] });
    await eventually("it is stopped", async () => (await state()) === "stopped");
    await eventually("ssh_config leaves it out", () => !config().includes(id));
    await calls.ec2.StartInstances({ InstanceIds: [id] });
    await eventually("ssh_config lists it", () => config().includes(`Host one ${id}`));
    expect(await hostname()).toMatchObject({ code: 0 });
    await calls.ec2.TerminateInstances({ InstanceIds: [id] });
    await eventually("ssh_config leaves it out", () => !config().includes(id));
  });
});

describeWith(openSsh, "what infra/ ships, by scp and ssh", () => {
  test("is installed and answers through the local Internet", async () => {
    const names = ["data-access", "receiver", "stress"] as const;
    const hosts = await startHosts([...names], { ports: [22, 5000, 8080] });
    const runtime = await fetchRuntime();
    const data = hosts.instance("data-access").privateIp;
    const environments: Record<(typeof names)[number], Record<string, string>> = {
      "data-access": {},
      receiver: {
        DATA_READ_URL: `http://${data}:${ports["data-access"].read}/`,
        DATA_UPDATE_URL: `http://${data}:${ports["data-access"].update}/`,
        NETWORK_ACL_ID: "acl-0123456789abcdef0",
        AWS_REGION: "us-east-1",
      },
      stress: { STRESS_SECONDS: "2" },
    };
    const install = async (name: (typeof names)[number]) => {
      const { command, stdin } = shipmentOf(await buildRelease(name), runtime);
      return hosts.run("ssh", [name, command], stdin(environments[name]));
    };
    await Promise.all(
      names.map(async name => {
        const { copies } = shipmentOf(await buildRelease(name), runtime);
        for (const { source, remotePath } of Object.values(copies))
          expect(await hosts.run("scp", ["-q", source, `${name}:${remotePath}`])).toMatchObject({ code: 0 });
        const { code, stdout, stderr } = await install(name);
        expect([code, stdout]).toEqual([
          0,
          expect.stringMatching(/^\S+ release \w{12} is installed and healthy\n$/),
        ]);
        expect(stderr).toContain(`${name}: wait until it is healthy\n`);
      }),
    );
    expect(await install("stress")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("unchanged") as string,
    });

    const answer = async (name: ServiceName, port: number) => {
      const url = `http://${hosts.instance(name).publicIp}:${port}/`;
      const { stdout } = await run("curl", ["-s", "-x", hosts.running.internetUrl, url], {
        cwd: hosts.folder,
      });
      return JSON.parse(stdout) as unknown;
    };
    expect(await answer("data-access", ports["data-access"].read)).toBe(0);
    expect(await answer("receiver", ports.receiver.http)).toMatchObject({
      seed: 0,
      server_ip_address: hosts.instance("receiver").publicIp,
    });
    expect(await answer("stress", ports.stress.http)).toBe(
      `ip-${hosts.instance("stress").privateIp.replaceAll(".", "-")}.ec2.internal`,
    );

    const manifest = await hosts.run("ssh", ["stress", "sudo cat /opt/elastic-fleet/stress/manifest.json"]);
    expect(JSON.parse(manifest.stdout)).toMatchObject({ service: "stress" });
    expect(
      await hosts.run("ssh", ["stress", "systemctl", "status", "stress", "'stress-*.socket'"]),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("● stress-http.socket") as string,
    });
  });
});
