import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { utils } from "ssh2";
import { interfaces } from "../../../testing/declared-network";
import { eventually } from "../../../testing/eventually";
import { connect } from "../../../testing/servers";
import { address, bastionClient, connected, execOn, hostClient, sshHost, tunnel } from "../../../testing/ssh";
import { newKeyPair } from "./openssh-keys";

const { receiver1, balancerA } = interfaces;
const local = { host: "127.0.0.1" };

/** Not by ssh2: of its own ed25519 keys it can't read one in 256. */
const newPrivateKey = {
  ed25519: () => newKeyPair().privateKey,
  ecdsa: () =>
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "sec1", format: "pem" }),
  rsa: () =>
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }),
};

describe("logging in", () => {
  test.each(Object.entries(newPrivateKey))(
    "any %s key opens the bastion to the operator",
    async (_type, make) => {
      const { port } = await sshHost();
      await expect(
        connected({ ...local, port, username: "operator", privateKey: make() }),
      ).resolves.toBeDefined();
    },
  );

  test.each([
    ["another user", { username: "root", privateKey: newKeyPair().privateKey }],
    ["a password", { username: "operator", password: "any" }],
    ["nothing at all", { username: "operator" }],
  ])("%s doesn't", async (_name, config) => {
    const { port } = await sshHost();
    await expect(connected({ ...local, port, ...config })).rejects.toThrow(
      "All configured authentication methods failed",
    );
  });

  test("the key must be held, not only known", async () => {
    const { port } = await sshHost();
    const [claimed, held] = [newKeyPair(), newKeyPair()];
    const [own, other] = [utils.parseKey(held.privateKey), utils.parseKey(claimed.privateKey)];
    if (own instanceof Error || other instanceof Error) throw new Error("bad keys");
    // Another's public key, with signatures of our own.
    const privateKey = Object.assign(other, { sign: own.sign.bind(own) });
    await expect(
      connected({ ...local, port, username: "operator", privateKey: privateKey as unknown as string }),
    ).rejects.toThrow("All configured authentication methods failed");
  });

  test("only GCM ciphers are offered: chacha20 breaks nested connections", async () => {
    const { port } = await sshHost();
    const privateKey = newKeyPair().privateKey;
    const cipher = ["chacha20-poly1305@openssh.com", "aes128-ctr"] as const;
    await expect(
      connected({ ...local, port, username: "operator", privateKey, algorithms: { cipher: [...cipher] } }),
    ).rejects.toThrow("no matching C->S cipher");
  });
});

describe("what it opens", () => {
  test("port 22 of a running host, by address or DNS name", async () => {
    const { port } = await sshHost();
    const client = await bastionClient(port);
    await expect(tunnel(client, address)).resolves.toBeDefined();
  });

  test("the flow log shows the connection with its traffic, once it is closed", async () => {
    const { flows, ...ssh } = await sshHost();
    const client = await hostClient(ssh);
    await execOn(client, "hostname");
    expect(flows).toEqual([]);
    client.end();
    await eventually("the connection is logged", () => flows.length > 0);
    const records = flows.map(line => line.split(" ").slice(2));
    expect(records).toEqual([
      [
        receiver1.id,
        "198.51.100.7",
        "10.0.2.11",
        expect.any(String),
        "22",
        "6",
        expect.any(String),
        expect.any(String),
        "0",
        "0",
        "ACCEPT",
        "OK",
      ],
      [
        receiver1.id,
        "10.0.2.11",
        "198.51.100.7",
        "22",
        expect.any(String),
        "6",
        expect.any(String),
        expect.any(String),
        "0",
        "0",
        "ACCEPT",
        "OK",
      ],
    ]);
    expect(Number(records[0]?.[7])).toBeGreaterThan(1000);
    expect(Number(records[1]?.[7])).toBeGreaterThan(1000);
  });

  test("no other port, without asking the network", async () => {
    const { port, flows } = await sshHost();
    await expect(tunnel(await bastionClient(port), address, 8080)).rejects.toMatchObject({
      reason: 1,
      message: expect.stringContaining("the bastion opens connections to port 22 only") as string,
    });
    expect(flows).toEqual([]);
  });

  test("a closed port is refused at once, and logged so", async () => {
    const { port, hosts, flows } = await sshHost();
    hosts.length = 0;
    const client = await bastionClient(port);
    const started = performance.now();
    await expect(tunnel(client)).rejects.toThrow(`connection to ${address} port 22 refused`);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(flows.map(line => line.split(" ").at(-2))).toEqual(["ACCEPT", "ACCEPT"]);
  });

  test.each([
    ["an unknown address", "203.0.113.99", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"],
    ["a private address, which the Internet can't reach", receiver1.privateIpAddress, "IGW_PRIVATE_IP"],
    ["what a security group doesn't let in", balancerA.publicIpAddress, "ENI_SG_RULES_MISMATCH"],
  ])("%s times out after 2 s, and the text says why", async (_name, to, code) => {
    const { port, flows } = await sshHost();
    const client = await bastionClient(port);
    const started = performance.now();
    await expect(tunnel(client, to)).rejects.toMatchObject({
      reason: 2,
      message: expect.stringMatching(`connection to ${to} port 22 timed out: ${code}`) as string,
    });
    expect(performance.now() - started).toBeGreaterThan(1_900);
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(flows.filter(line => !line.endsWith("REJECT OK"))).toEqual([]);
  });

  test("a stopped host drops, as its interface is down", async () => {
    const { port, model, hosts } = await sshHost();
    hosts.length = 0;
    Object.assign(model.networkInterfaces.get(receiver1.id) ?? {}, { isDown: true });
    await expect(tunnel(await bastionClient(port))).rejects.toThrow("BAD_STATE: the request from");
  });

  test("no shell, no command and no forwarded port of its own", async () => {
    const { port } = await sshHost();
    const client = await bastionClient(port);
    const { code, stderr } = await execOn(client, "id");
    expect([code, stderr]).toEqual([1, expect.stringContaining("This bastion runs no commands")]);
    await expect(
      new Promise((resolve, reject) => {
        client.forwardIn("127.0.0.1", 0, error => (error ? reject(error) : resolve(undefined)));
      }),
    ).rejects.toThrow("Unable to bind");
    await expect(
      new Promise((resolve, reject) => {
        client.sftp(error => (error ? reject(error) : resolve(undefined)));
      }),
    ).rejects.toThrow();
  });

  test("no more than 64 channels of one connection", async () => {
    const { port } = await sshHost();
    const client = await bastionClient(port);
    for (let opened = 0; opened < 64; opened++) await tunnel(client);
    await expect(tunnel(client)).rejects.toMatchObject({ reason: 4 });
  });
});

describe("how connections end", () => {
  test("a revoked rule ends an open one with its next traffic, and the next is dropped", async () => {
    const { model, ...ssh } = await sshHost();
    const client = await hostClient(ssh);
    expect((await execOn(client, "hostname")).code).toBe(0);
    const closed = once(client, "close");
    model.securityGroupRules.delete("sgr-receiver-ssh");
    client.exec("hostname", () => undefined);
    await closed;
    await expect(tunnel(await bastionClient(ssh.port))).rejects.toThrow("ENI_SG_RULES_MISMATCH");
  });

  test.each([
    ["it shuts down", "shutDown"],
    ["it is terminated", "terminate"],
  ] as const)("a host's end when %s", async (_name, how) => {
    const { host, ...ssh } = await sshHost();
    const client = await hostClient(ssh);
    const closed = once(client, "close");
    await host[how]();
    await closed;
    expect(host.connections.size).toBe(0);
  });

  test("and when it reboots, after which others are accepted", async () => {
    const { host, ...ssh } = await sshHost();
    const client = await hostClient(ssh);
    const closed = once(client, "close");
    await host.restart(() => Promise.resolve());
    await closed;
    await expect(hostClient(ssh)).resolves.toBeDefined();
  });

  test("closing ends all, those that have not logged in too, and the port", async () => {
    const { access, port } = await sshHost();
    const client = await bastionClient(port);
    const silent = connect(port);
    await once(silent, "data"); // the server's identification
    const closed = [client, silent].map(each => once(each, "close"));
    await access.close();
    await Promise.all(closed);
    const refused = once(net.connect(port, "127.0.0.1"), "connect");
    await expect(refused).rejects.toThrow("ECONNREFUSED");
  });

  test("it listens on loopback only", async () => {
    const { port } = await sshHost();
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    const listening = ["tcp", "tcp6"]
      .flatMap(table => readFileSync(join("/proc/net", table), "utf8").split("\n"))
      .map(line => line.trim().split(/\s+/))
      .filter(([, at, , state]) => at?.endsWith(`:${hex}`) && state === "0A")
      .map(([, at]) => at);
    expect(listening).toEqual([`0100007F:${hex}`]);
  });
});
