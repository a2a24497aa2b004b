import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client, ClientChannel } from "ssh2";
import { installCommand, manifestFor, remoteRuntime } from "../../../apps/shipping/ship";
import { eventually } from "../../../testing/eventually";
import { execOn, hostClient, sshHost } from "../../../testing/ssh";
import { newKeyPair } from "./openssh-keys";

const list = `A host of the local region has no shell. It understands, with or without sudo:
  hostname
  systemctl status UNIT…
  journalctl -u UNIT [-f] [-n LINES]
  cat /opt/elastic-fleet/SERVICE/manifest.json
and the command that installs a service, sftp and scp (older than OpenSSH 9: scp -s).
`;
const refused = { code: 127, stdout: "", stderr: list };

describe("logging in", () => {
  test.each([
    ["another key", { privateKey: newKeyPair().privateKey }],
    ["another user", { username: "root" }],
    ["a password", { privateKey: undefined, password: "any" }],
  ])("%s doesn't open a host", async (_name, config) => {
    await expect(hostClient(await sshHost(), config)).rejects.toThrow(
      "All configured authentication methods failed",
    );
  });

  test("nothing opens a host without a key pair", async () => {
    const { host, ...ssh } = await sshHost();
    delete host.options.authorizedKey;
    await expect(hostClient(ssh)).rejects.toThrow("All configured authentication methods failed");
  });
});

describe("commands", () => {
  let client: Client;
  let root: string;

  beforeEach(async () => {
    const ssh = await sshHost();
    root = ssh.host.root;
    client = await hostClient(ssh);
  });

  test("one that it understands, by its exit code and standard output", async () => {
    const answer = { code: 0, stdout: "ip-10-0-2-11.ec2.internal\n", stderr: "" };
    await expect(execOn(client, "hostname")).resolves.toEqual(answer);
    await expect(execOn(client, "sudo hostname")).resolves.toEqual(answer);
  });

  test.each([
    "id",
    "hostname; touch PROOF",
    "hostname && touch PROOF",
    "hostname $(touch PROOF)",
    "hostname `touch PROOF`",
    "hostname\ntouch PROOF",
    "hostname\0touch PROOF",
    "hostname | tee PROOF",
    "sh -c 'touch PROOF'",
    "sudo sh -c 'touch PROOF'",
    "set -eu\ntouch PROOF",
    "cat /etc/passwd",
    "cat /opt/elastic-fleet/../../etc/passwd",
    "cat /opt/elastic-fleet/../../../../../../../../../etc/manifest.json",
    "systemctl restart receiver",
    "systemctl status --root=/ receiver",
    "journalctl -u receiver --rotate",
    "journalctl",
    "scp -t /tmp",
    "",
  ])("%j is refused with the list, and run by nothing", async command => {
    const proof = join(root, "..", "PROOF");
    expect(await execOn(client, command.replaceAll("PROOF", proof))).toEqual(refused);
    expect(existsSync(proof)).toBe(false);
  });

  test("and so is a line of 30,000 characters", async () => {
    expect(await execOn(client, `hostname ${"x".repeat(30_000)}`)).toEqual(refused);
  });

  test("a shell gets the same text, and ends", async () => {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.shell((error, opened) => (error ? reject(error) : resolve(opened)));
    });
    let text = "";
    channel.resume();
    channel.stderr.on("data", (data: Buffer) => (text += data.toString()));
    expect(await once(channel, "close")).toEqual([127]);
    expect(text).toBe(list.replaceAll("\n", "\r\n")); // it has a terminal
  });

  test("the manifest that is installed", async () => {
    const command = "sudo cat /opt/elastic-fleet/data-access/manifest.json";
    await expect(execOn(client, command)).resolves.toEqual({
      code: 1,
      stdout: "",
      stderr: "cat: /opt/elastic-fleet/data-access/manifest.json: No such file or directory\n",
    });
    mkdirSync(join(root, "opt/elastic-fleet/data-access"), { recursive: true });
    writeFileSync(join(root, "opt/elastic-fleet/data-access/manifest.json"), '{"service":"data-access"}');
    await expect(execOn(client, command)).resolves.toEqual({
      code: 0,
      stdout: '{"service":"data-access"}',
      stderr: "",
    });
  });

  test("units and journals of services that aren't there", async () => {
    await expect(execOn(client, "systemctl status nothing 'nothing-*.socket'")).resolves.toEqual({
      code: 4,
      stdout: "",
      stderr: "Unit nothing.service could not be found.\n",
    });
    await expect(execOn(client, "journalctl -u ../nothing")).resolves.toEqual({
      code: 0,
      stdout: "-- No entries --\n",
      stderr: "",
    });
  });
});

describe("a service's state and journal", () => {
  const unit = {
    service: "receiver",
    command: ["/bin/node", "/main.js"] as [string, string],
    environment: {},
    ports: { http: 8080 },
  };

  /** A service that logs a line for each signal. */
  async function withService() {
    const ssh = await sshHost();
    const { host } = ssh;
    mkdirSync(join(host.root, "bin"));
    writeFileSync(join(host.root, "bin/node"), `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
    writeFileSync(
      join(host.root, "main.js"),
      `let count = 0;
       console.log("one\\ntwo\\nstarted");
       process.on("SIGUSR2", () => console.log("signal " + ++count));
       setInterval(() => undefined, 1000);`,
    );
    await host.start(unit);
    const service = host.services.get("receiver");
    if (!service) throw new Error("it was not started");
    await eventually("it has started", async () =>
      (await service.readJournal().catch(() => "")).includes("started"),
    );
    return { ssh, host, service };
  }

  test("systemctl status shows the service and its sockets, with its last lines", async () => {
    const { ssh, service } = await withService();
    const client = await hostClient(ssh);
    const { code, stdout } = await execOn(client, "systemctl status receiver 'receiver-*.socket'");
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        "● receiver.service",
        "     Active: active (running)",
        `   Main PID: ${service.pid}`,
        ...["", "one", "two", "started", "", "● receiver-http.socket"],
        "     Active: active (running)",
        "     Listen: 0.0.0.0:8080 (Stream)",
        ...["", ""],
      ].join("\n"),
    );
  });

  test("a service that restarts is not active", async () => {
    const { ssh, service } = await withService();
    const client = await hostClient(ssh);
    process.kill(service.pid ?? 0, "SIGKILL");
    await eventually("it is down", () => service.pid === undefined);
    const { code, stdout } = await execOn(client, "systemctl status receiver.service");
    expect([code, stdout]).toEqual([3, expect.stringContaining("Active: activating (auto-restart)")]);
  });

  test.each([
    ["journalctl -u receiver", "one\ntwo\nstarted\n"],
    ["sudo journalctl -u receiver.service -n 2 --no-pager", "two\nstarted\n"],
    ["journalctl -n1 -u receiver", "started\n"],
    ["journalctl -n 0 -u receiver", ""],
  ])("%s", async (command, stdout) => {
    const { ssh } = await withService();
    expect(await execOn(await hostClient(ssh), command)).toEqual({ code: 0, stdout, stderr: "" });
  });

  test("-f follows the journal, through a restart, until the client goes or sends Ctrl-C", async () => {
    const { ssh, host, service } = await withService();
    const client = await hostClient(ssh);
    const follow = async (pty: boolean) => {
      const channel = await new Promise<ClientChannel>((resolve, reject) => {
        client.exec("journalctl -fu receiver", { pty }, (error, opened) =>
          error ? reject(error) : resolve(opened),
        );
      });
      let text = "";
      channel.on("data", (data: Buffer) => (text += data.toString()));
      channel.resume();
      return { channel, shows: (line: string) => eventually(`it shows ${line}`, () => text.includes(line)) };
    };
    const [first, second] = [await follow(false), await follow(true)];
    await Promise.all([first.shows("two\nstarted\n"), second.shows("two\r\nstarted\r\n")]);
    process.kill(service.pid ?? 0, "SIGUSR2");
    await Promise.all([first.shows("signal 1\n"), second.shows("signal 1\r\n")]);

    second.channel.write("\x03");
    expect(await once(second.channel, "close")).toEqual([130]);
    await host.start(unit);
    const restarted = host.services.get("receiver");
    await eventually("it has another process", () => restarted?.pid);
    await eventually("it has started", async () =>
      ((await restarted?.readJournal()) ?? "").includes("started"),
    );
    process.kill(restarted?.pid ?? 0, "SIGUSR2");
    await first.shows("signal 1\n");
    first.channel.close();
    await once(first.channel, "close");
    await expect(execOn(client, "hostname")).resolves.toMatchObject({ code: 0 });
  });
});

describe("the install command", () => {
  const sha256 = "da".repeat(32);

  async function installing(input: string) {
    const client = await hostClient(await sshHost());
    return execOn(client, installCommand({ service: "data-access", sha256 }), input);
  }

  test.each([
    ["no JSON", "{", "install failed: "],
    ["no manifest", "{}", "install failed: "],
    [
      "more than a manifest can be",
      "x".repeat(1024 * 1024 + 1),
      "standard input is longer than 1048576 bytes",
    ],
  ])("with %s on standard input fails with the cause", async (_name, input, cause) => {
    const { code, stderr } = await installing(input);
    expect([code, stderr]).toEqual([1, expect.stringContaining(cause)]);
  });

  test("fails where the runtime was not copied, or not to its end", async () => {
    const { host, ...ssh } = await sshHost();
    const client = await hostClient(ssh);
    const install = () =>
      execOn(
        client,
        installCommand({ service: "data-access", sha256 }),
        JSON.stringify(manifestFor({ service: "data-access", sha256 }, {})),
      );
    expect(await install()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/runtime .* was not copied/) as string,
    });
    writeFileSync(join(host.root, remoteRuntime), "half of it");
    expect(await install()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is corrupt: its SHA-256") as string,
    });
  });
});
