/** HTTPS listeners as their clients meet them. Targets and clients are real; the region's clock stands still. */
import { once } from "node:events";
import https from "node:https";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import { WebSocket, WebSocketServer } from "ws";
import { importInput, makeAuthority, makeCertificate } from "../../../testing/certificates";
import { onCleanUp } from "../../../testing/clean-up";
import { openBalancedTarget } from "../../../testing/load-balancing";
import { connect, exchange, head, listen, listenHttp, loopback, responseTo } from "../../../testing/servers";
import { createLocalPort } from "../../network/local-internet";

const name = "www.example.com";

/** A load balancer with an HTTPS listener, whose target answers with the headers that it gets. */
async function openHttps({ SslPolicy }: { SslPolicy?: string } = {}) {
  const authority = await makeAuthority();
  const target = await listenHttp((req, res) => res.end(JSON.stringify(req.headers)));
  const opened = await openBalancedTarget(target.port);
  const { acm, elbv2 } = opened.region.calls;
  const importFor = async (names: string[], CertificateArn?: string) => {
    const made = importInput(await makeCertificate({ names, issuer: authority }), authority);
    return (await acm.ImportCertificate({ ...made, CertificateArn })).CertificateArn ?? "";
  };
  const certificateArn = await importFor([name]);
  const { Listeners } = await elbv2.CreateListener({
    LoadBalancerArn: opened.balancer.arn,
    Protocol: "HTTPS",
    Port: 443,
    Certificates: [{ CertificateArn: certificateArn }],
    SslPolicy,
    DefaultActions: [{ Type: "forward", TargetGroupArn: opened.group.arn }],
  });
  const ListenerArn = Listeners[0]?.ListenerArn ?? "";
  const listener = opened.balancer.listeners.get(ListenerArn);
  if (listener?.loopbackPort === undefined) throw new Error("the listener doesn't listen");
  const port = listener.loopbackPort;
  const secured = (options: tls.ConnectionOptions = {}) => {
    const ca = authority.certificate;
    const socket = tls.connect({ host: loopback, port, servername: name, ca, ...options });
    onCleanUp(() => socket.destroy());
    return socket;
  };
  /** What a client that names this host gets to see. */
  const presented = async (servername: string) => {
    const socket = secured({ servername, checkServerIdentity: () => undefined });
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().subject.CN;
  };
  return { ...opened, ListenerArn, listener, port, authority, secured, presented, importFor, certificateArn };
}

async function get(port: number, options: https.RequestOptions) {
  const response = await responseTo(
    https.get({ host: loopback, port, servername: name, agent: false, ...options }),
  );
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test("a request is decrypted, and its target told how it came", async () => {
  const { port, authority } = await openHttps();
  const { status, body } = await get(port, { ca: authority.certificate, headers: { host: name } });
  expect([status, JSON.parse(body)]).toMatchObject([
    200,
    { host: name, "x-forwarded-proto": "https", "x-forwarded-port": "443" },
  ]);
});

test("a client that doesn't know the authority refuses the certificate, and harms nobody", async () => {
  const { port, authority } = await openHttps();
  await expect(get(port, {})).rejects.toMatchObject({ code: "SELF_SIGNED_CERT_IN_CHAIN" });
  expect(await get(port, { ca: authority.certificate })).toMatchObject({ status: 200 });
});

test.each([
  ["plain HTTP", head("GET / HTTP/1.1", `Host: ${name}`)],
  ["what is neither HTTP nor TLS", "SSH-2.0-client\r\n"],
])("%s gets a 400 that says so", async (_what, sent) => {
  const { port } = await openHttps();
  const answer = await exchange(port, sent);
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nServer: awselb\/2\.0\r\n/);
  expect(answer).toContain("<center>The plain HTTP request was sent to HTTPS port</center>");
});

test("clients that break off at any point, or send rubbish, harm nobody", async () => {
  const { port, authority } = await openHttps();
  for (const beginning of ["", "\x16", "\x16\x03\x01\x00\x05rubbish", `\x16\x03\x01${"\xff".repeat(100)}`]) {
    const socket = connect(port);
    await once(socket, "connect");
    socket.write(beginning, "latin1");
    socket.resume().end();
    await once(socket, "close");
    const reset = connect(port);
    await once(reset, "connect");
    reset.write(beginning, "latin1");
    reset.resetAndDestroy();
  }
  expect(await get(port, { ca: authority.certificate })).toMatchObject({ status: 200 });
});

describe("the policy", () => {
  const old = { minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;

  test.each([
    [undefined, "TLSv1", "TLSv1"],
    [undefined, "TLSv1.3", "TLSv1.2"],
    ["ELBSecurityPolicy-TLS-1-2-2017-01", "TLSv1.1", undefined],
    ["ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "TLSv1.1", undefined],
    ["ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "TLSv1.2", "TLSv1.2"],
    ["ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "TLSv1.3", "TLSv1.3"],
    ["ELBSecurityPolicy-TLS13-1-3-2021-06", "TLSv1.2", undefined],
    ["ELBSecurityPolicy-TLS13-1-3-2021-06", "TLSv1.3", "TLSv1.3"],
  ] as const)("%s and a client of at most %s agree on %s", async (SslPolicy, maxVersion, agreed) => {
    const { secured } = await openHttps({ SslPolicy });
    const socket = secured({ ...old, maxVersion });
    if (agreed === undefined) {
      const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
      expect(error.code).toMatch(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
    } else {
      await once(socket, "secureConnect");
      expect(socket.getProtocol()).toBe(agreed);
    }
  });

  test("chooses the first of its ciphers that the client has", async () => {
    const { secured } = await openHttps({ SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" });
    const ciphers = "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256";
    const socket = secured({ maxVersion: "TLSv1.2", ciphers });
    await once(socket, "secureConnect");
    expect(socket.getCipher().name).toBe("ECDHE-ECDSA-AES128-SHA256");
    const other = secured({ maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA" });
    expect(await once(other, "error")).toMatchObject([
      { code: expect.stringContaining("HANDSHAKE_FAILURE") as string },
    ]);
  });

  test("takes effect on new connections once it is modified, as does the protocol", async () => {
    const { region, ListenerArn, port, secured } = await openHttps();
    const { elbv2 } = region.calls;
    await elbv2.ModifyListener({ ListenerArn, SslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" });
    const socket = secured();
    await once(socket, "secureConnect");
    expect(socket.getProtocol()).toBe("TLSv1.3");
    const { Listeners } = await elbv2.ModifyListener({ ListenerArn, Protocol: "HTTP" });
    expect(Listeners[0]).not.toHaveProperty("SslPolicy");
    expect(await exchange(port, head("GET / HTTP/1.1", "Host: a.test", "Connection: close"))).toMatch(
      /"x-forwarded-proto":"http"/,
    );
  });
});

test("the host that a client names chooses the certificate; without a match it gets the default one", async () => {
  const { region, ListenerArn, presented, importFor, certificateArn } = await openHttps();
  const { acm, elbv2 } = region.calls;
  const CertificateArn = await importFor(["*.example.org"]);
  const Certificates = [{ CertificateArn }];
  expect(await elbv2.AddListenerCertificates({ ListenerArn, Certificates })).toEqual({
    Certificates: [{ CertificateArn, IsDefault: false }],
  });
  expect(await elbv2.DescribeListenerCertificates({ ListenerArn })).toEqual({
    Certificates: [
      { CertificateArn: certificateArn, IsDefault: true },
      { CertificateArn, IsDefault: false },
    ],
  });
  expect(await presented("shop.example.org")).toBe("*.example.org");
  expect(await presented("deep.shop.example.org")).toBe(name);
  expect(await presented("")).toBe(name);
  await expect(acm.DeleteCertificate({ CertificateArn })).rejects.toMatchObject({
    code: "ResourceInUseException",
  });
  await elbv2.RemoveListenerCertificates({ ListenerArn, Certificates });
  expect(await presented("shop.example.org")).toBe(name);
  await acm.DeleteCertificate({ CertificateArn });
});

test("a certificate imported again is presented from the next connection on", async () => {
  const { secured, presented, importFor, certificateArn } = await openHttps();
  const before = secured();
  await once(before, "secureConnect");
  await importFor(["new.example.com"], certificateArn);
  expect(await presented("www.example.com")).toBe("new.example.com");
  before.write(head("GET / HTTP/1.1", `Host: ${name}`));
  expect(String((await once(before, "data"))[0])).toMatch(/^HTTP\/1\.1 200 /);
});

test("connections end with the listener", async () => {
  const { region, ListenerArn, secured, port } = await openHttps();
  const [idle, beginning] = [secured(), connect(port)];
  await Promise.all([once(idle, "secureConnect"), once(beginning, "connect")]);
  const closed = Promise.all([once(idle, "close"), once(beginning, "close")]);
  idle.resume();
  beginning.resume();
  await region.calls.elbv2.DeleteListener({ ListenerArn });
  await closed;
});

test("a WebSocket goes through TLS, and its end reaches the other side", async () => {
  const chat = new WebSocketServer({ noServer: true });
  chat.on("connection", socket => socket.on("message", data => socket.send(data)));
  const { region, group, port, authority, instanceId } = await openHttps();
  const target = await listenHttp((_req, res) => res.end());
  target.server.on("upgrade", (req, socket, first) => {
    chat.handleUpgrade(req, socket, first, client => chat.emit("connection", client, req));
  });
  const { interfaceId = "" } = region.ec2.instances.records.get(instanceId) ?? {};
  region.network.registerEndpoint(interfaceId, group.port, target.port);
  const open = async () => {
    const agent = new https.Agent({ ca: authority.certificate, servername: name });
    const client = new WebSocket(`wss://${loopback}:${port}/`, { agent });
    onCleanUp(() => client.terminate());
    await once(client, "open");
    client.send("echo");
    expect(String((await once(client, "message"))[0])).toBe("echo");
    return client;
  };
  const [left, stayed] = [await open(), await open()];
  left.terminate();
  await once(left, "close");
  for (const each of chat.clients) each.terminate();
  await once(stayed, "close");
});

describe("a local port", () => {
  async function openLocalPort() {
    const opened = await openHttps();
    const { internetOptions, dnsName, listener, authority } = opened;
    const local = await listen(createLocalPort(internetOptions, dnsName, 443, () => listener.tlsSettings));
    const ask = (headers: Record<string, string>) => get(local.port, { ca: authority.certificate, headers });
    return { ...opened, local, ask, own: { host: `localhost:${local.port}` } };
  }

  test("ends TLS as the listener does, and reaches it by its own rules", async () => {
    const { ask, own } = await openLocalPort();
    const { status, body } = await ask({ ...own, origin: `https://${own.host}` });
    expect([status, JSON.parse(body)]).toMatchObject([
      200,
      { "x-forwarded-proto": "https", "x-forwarded-port": "443" },
    ]);
  });

  test("refuses a foreign host or origin", async () => {
    const { ask, own } = await openLocalPort();
    expect(await ask({ host: "evil.example" })).toMatchObject({ status: 403 });
    expect(await ask({ ...own, origin: "https://evil.example" })).toMatchObject({ status: 403 });
    expect(await ask({ ...own, origin: `http://${own.host}` })).toMatchObject({ status: 403 });
  });

  test("answers plain HTTP with a 400", async () => {
    const { local } = await openLocalPort();
    expect(await exchange(local.port, head("GET / HTTP/1.1", `Host: ${local.port}`))).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[^]*this port speaks HTTPS/,
    );
  });

  test("closes the connection once the listener is deleted", async () => {
    const { region, ListenerArn, ask, own } = await openLocalPort();
    await region.calls.elbv2.DeleteListener({ ListenerArn });
    await expect(ask(own)).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});
