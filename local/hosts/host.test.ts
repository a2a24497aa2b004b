import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { runtimeOptions, type Unit } from "../../apps/installer/unit";
import { exchange, head, listenHttp, loopback, responseTo } from "../../testing/servers";
import { onCleanUp } from "../../testing/clean-up";
import { eventually } from "../../testing/eventually";
import { temporaryFolder } from "../../testing/folders";
import type { VirtualNetwork } from "../network/virtual-network";
import type { Host } from "./host";
import { declaredHost, ec2Api } from "../../testing/declared-host";
import { home, interfaces } from "../../testing/declared-network";

const { receiver1, data } = interfaces;

const setUp = () => declaredHost({ root: join(temporaryFolder(), "receiver-1"), speed: 60 });

/** A unit with its program on the host's disk. `handle` is the source of its request listener. */
function unitOf(host: Host, handle: string, changes: Partial<Unit> = {}): Unit {
  mkdirSync(join(host.root, "opt"), { recursive: true });
  if (!existsSync(join(host.root, "opt/node"))) symlinkSync(process.execPath, join(host.root, "opt/node"));
  writeFileSync(
    join(host.root, "opt/main.js"),
    `const server = require("node:http").createServer(${handle});
     server.listen({ fd: 3 }, () => {
       const { address, port } = server.address();
       console.log(JSON.stringify({ msg: "listening", socket: "http", address, port }));
     });
     process.on("SIGTERM", () => process.exit(0));`,
  );
  const command: Unit["command"] = ["/opt/node", "/opt/main.js"];
  return { service: "receiver", command, environment: {}, ports: { http: 8080 }, ...changes };
}

const patience = () => AbortSignal.timeout(20_000);
const ok = "(req, res) => res.end('ok')";

async function get(url: string, options: http.RequestOptions = {}) {
  const response = await responseTo(http.get(url, { agent: false, ...options }));
  return { status: response.statusCode, body: await text(response) };
}

/** Sends a request through a host's proxy. */
const through = ({ proxyUrl }: Host, url: string, options: http.RequestOptions = {}) =>
  get(proxyUrl, { path: url, ...options });

const timedOut = { name: "AbortError" };
const briefly = () => ({ signal: AbortSignal.timeout(100) });

/** Boots a host whose service responds as `handle` says, and waits until it is healthy. */
async function serving(handle: string, changes?: Partial<Unit>) {
  const setup = await setUp();
  const unit = unitOf(setup.host, handle, changes);
  await setup.host.start(unit);
  await setup.host.healthy(unit, patience());
  return { ...setup, unit, url: urlOf(setup.host) };
}

/** A host's service, without the network. */
const urlOf = ({ services }: Host) =>
  `http://${loopback}:${services.get("receiver")?.options.sockets[0]?.loopbackPort ?? 0}/`;

/** A host's service, as its public address routes to it. */
function publicUrl(network: VirtualNetwork): string {
  const route = network.routerFrom({ internetAddress: home });
  const connection = route({ address: "203.0.113.21", port: 8080 });
  if (connection.outcome !== "open") throw new Error(connection.outcome);
  return `http://${loopback}:${connection.port}/`;
}

describe("a service on a host", () => {
  test("is reachable at the host's address once it is healthy", async () => {
    const { network } = await serving(ok);
    await expect(get(publicUrl(network))).resolves.toEqual({ status: 200, body: "ok" });
  });

  test("has an environment built from scratch, and a state directory", async () => {
    process.env["AWS_PROFILE"] = "mine";
    onCleanUp(() => delete process.env["AWS_PROFILE"]);
    const { host, url } = await serving(
      "(req, res) => res.end(JSON.stringify([process.env, process.cwd()]))",
      {
        environment: { DATA_READ_URL: "http://10.0.1.10:5000/", HTTP_PROXY: "http://other.test/" },
      },
    );
    const [environment, cwd] = JSON.parse((await get(url)).body) as [Record<string, string>, string];
    expect(cwd).toBe(host.root);
    const { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata, AWS_ENDPOINT_URL_EC2: api, ...rest } = environment;
    for (const url of [metadata, api]) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const own of ["PWD", "OLDPWD", "SHLVL", "_"]) Reflect.deleteProperty(rest, own);
    expect(rest).toEqual({
      PATH: "/usr/bin:/bin",
      HOME: host.root,
      TMPDIR: join(host.root, "tmp"),
      HOST_NAME: "ip-10-0-2-11.ec2.internal",
      LANG: "C.UTF-8",
      DATA_READ_URL: "http://10.0.1.10:5000/",
      STATE_DIRECTORY: join(host.root, "var/lib/receiver"),
      LISTEN_ADDRESS: "127.0.0.1",
      LISTEN_FDS: "1",
      LISTEN_FDNAMES: "http",
      LISTEN_PID: expect.stringMatching(/^\d+$/) as string,
      HTTP_PROXY: host.proxyUrl,
      http_proxy: host.proxyUrl,
    });
    for (const folder of ["tmp", "var/lib/receiver"]) expect(existsSync(join(host.root, folder))).toBe(true);
  });

  test("isn't healthy until its health check passes", async () => {
    const { url } = await serving(
      `(() => { let asked = 0; return (req, res) => res.writeHead(++asked > 2 ? 200 : 503).end(req.url); })()`,
    );
    await expect(get(`${url}x`)).resolves.toEqual({ status: 200, body: "/x" });
  });

  test("that never becomes healthy is given up on when the signal fires", async () => {
    const { host, network } = await setUp();
    const unit = unitOf(host, "(req, res) => { res.writeHead(503).end(); }");
    await host.start(unit);
    await host.services.get("receiver")?.listening(patience());
    const giveUp = new AbortController();
    const healthy = host.healthy(unit, giveUp.signal);
    giveUp.abort();
    await expect(healthy).rejects.toThrow(/^GET \/health on port \d+: /);
    expect(publicUrl(network)).toBe(urlOf(host));
  });

  test("that exits is restarted, reported, and healthy again", async () => {
    const { host, unit, reports } = await serving(
      // The first process dies on its first request, the health check.
      `(req, res) => {
        const fs = require("node:fs");
        if (fs.existsSync("died")) return res.end("ok");
        fs.writeFileSync("died", "");
        process.exit(1);
      }`,
    );
    expect(reports).toEqual(["receiver-1: receiver exited with code 1; restarting"]);
    await expect(host.journal(unit)).resolves.toContain("the process exited with code 1; restarting");
  });

  test("that is killed loses only the requests in flight: those that come later wait for its restart", async () => {
    const { host, network, unit } = await serving(
      "(req, res) => req.url === '/hang' ? console.log('hanging') : res.end(String(process.pid))",
    );
    const { pid } = host.services.get("receiver") ?? {};
    const url = publicUrl(network);
    const hanging = expect(get(`${url}hang`)).rejects.toMatchObject({ code: "ECONNRESET" });
    await eventually("the request has arrived", async () => (await host.journal(unit)).includes("hanging"));
    process.kill(pid ?? 0, "SIGKILL");
    await hanging;
    const { body } = await get(url);
    expect(body).not.toBe(String(pid));
    expect(body).toBe(String(host.services.get("receiver")?.pid));
  });

  test("runs with the options of a real host's unit", async () => {
    const { url } = await serving("(req, res) => res.end(JSON.stringify(process.execArgv))");
    expect(JSON.parse((await get(url)).body)).toEqual(runtimeOptions);
  });

  test("is waited for from the start, however often its process dies first", async () => {
    const { host, network } = await setUp();
    const unit = unitOf(host, ok);
    writeFileSync(
      join(host.root, "opt/main.js"),
      `require("node:fs").appendFileSync("starts", "x");
       if (require("node:fs").readFileSync("starts").length < 3) process.exit(1);
       require("node:http").createServer((req, res) => res.end("at last")).listen({ fd: 3 });`,
    );
    await host.start(unit);
    await expect(get(publicUrl(network))).resolves.toEqual({ status: 200, body: "at last" });
  });

  test("is replaced by its next release, which takes over the address", async () => {
    const { host, network } = await serving("(req, res) => res.end('first')");
    const pid = host.services.get("receiver")?.pid ?? 0;
    const url = publicUrl(network);
    const second = unitOf(host, "(req, res) => res.end('second')");
    const starting = host.start(second);
    await eventually("the first has ended", () => host.services.get("receiver")?.pid !== pid);
    await expect(get(url)).resolves.toMatchObject({ body: "second" });
    await starting;
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await host.healthy(second, patience());
    await expect(get(publicUrl(network))).resolves.toMatchObject({ body: "second" });
  });

  test("that was never started is neither healthy nor has a journal", async () => {
    const { host } = await setUp();
    const unit = unitOf(host, ok);
    await expect(host.healthy(unit, patience())).rejects.toThrow("it was never started");
    await expect(host.journal(unit)).resolves.toBe("");
  });
});

describe("what a host reaches through its proxy", () => {
  test("other hosts, subject to its interface's rules", async () => {
    const { host, network, model } = await setUp();
    const { port } = await listenHttp((req, res) => {
      res.end(`${network.peerOf(req.socket)?.address} asks ${req.headers.host}`);
    });
    network.registerEndpoint(data.id, 5000, port);
    const url = `http://${data.privateIpAddress}:5000/`;
    const body = `${receiver1.privateIpAddress} asks ${data.privateIpAddress}:5000`;
    await expect(through(host, url)).resolves.toEqual({ status: 200, body });
    const other = through(host, `http://${data.privateIpAddress}:8080/`);
    await expect(other).resolves.toMatchObject({ status: 502 });

    model.securityGroupRules.delete("sgr-receiver-to-read");
    await expect(through(host, url, briefly())).rejects.toMatchObject(timedOut);
  });

  test("its own metadata, whatever the rules", async () => {
    const { host, model } = await setUp();
    model.securityGroupRules.clear();
    const path = "http://169.254.169.254/latest/meta-data/instance-id";
    await expect(through(host, path)).resolves.toMatchObject({ status: 401 });
    const token = await through(host, "http://169.254.169.254/latest/api/token", {
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": 60 },
    });
    const headers = { "x-aws-ec2-metadata-token": token.body };
    await expect(through(host, path, { headers })).resolves.toMatchObject({ body: "i-0123" });
  });

  test("the region's names, but not this machine", async () => {
    const { host, dns, network, model } = await setUp();
    const { port } = await listenHttp((_req, res) => res.end("ok"));
    dns.set("lb.test", ["192.0.2.20"]);
    network.registerEndpoint("192.0.2.20", 443, port);
    await expect(through(host, "http://lb.test:443/")).resolves.toMatchObject({ body: "ok" });
    const rule = model.securityGroupRules.get("sgr-receiver-to-aws");
    if (rule) rule.ipProtocol = "-1";
    for (const own of ["127.0.0.1", "localhost", "0.0.0.0"]) {
      await expect(through(host, `http://${own}:${port}/`)).resolves.toMatchObject({ status: 502 });
    }
  });
});

describe("the EC2 API endpoint of a host", () => {
  /** A host, and the endpoint in its service's environment. */
  async function asking() {
    const setup = await serving("(req, res) => res.end(process.env.AWS_ENDPOINT_URL_EC2)");
    return { ...setup, api: (await get(setup.url)).body };
  }

  test("forwards requests unchanged if the rules allow them", async () => {
    const { network, api } = await asking();
    const { port } = await listenHttp((req, res) => {
      void text(req).then(body => res.end(`${req.method} ${req.headers.host} ${body}`));
    });
    network.registerEndpoint(ec2Api.address, ec2Api.port, port);
    const { port: own, host: name } = new URL(api);
    const fields = head("POST / HTTP/1.1", `Host: ${name}`, "Content-Length: 8", "Connection: close");
    const response = await exchange(Number(own), `${fields}Action=X`);
    expect(response).toMatch(new RegExp(`\r\nPOST ${name} Action=X$`));
  });

  test("doesn't respond without a rule, and closes the connection if nothing listens", async () => {
    const { model, api } = await asking();
    await expect(get(api)).rejects.toMatchObject({ code: "ECONNRESET" });
    model.securityGroupRules.delete("sgr-receiver-to-aws");
    await expect(get(api, briefly())).rejects.toMatchObject(timedOut);
  });
});

describe("stopping a host", () => {
  test("ends its services, its servers and requests held without a response, but keeps its disk", async () => {
    const { host, model, network } = await serving(ok);
    const pid = host.services.get("receiver")?.pid ?? 0;
    const rules = new Map(model.securityGroupRules);
    model.securityGroupRules.clear();
    const held = through(host, `http://${data.privateIpAddress}:5000/`);
    const ended = expect(held).rejects.toMatchObject({ code: "ECONNRESET" });
    await through(host, "http://none.test/"); // by now the held request has arrived
    await host.shutDown();
    await ended;
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(host.services.size).toBe(0);
    for (const [id, rule] of rules) model.securityGroupRules.set(id, rule);
    const connection = network.routerFrom({ internetAddress: home })({ address: "203.0.113.21", port: 8080 });
    expect(connection.outcome).toBe("refused");
    await expect(get(host.proxyUrl)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(readFileSync(join(host.root, "var/log/receiver.log"), "utf8")).toContain("listening");
  });

  test("waits for what writes to its disk, and nothing is copied there afterwards", async () => {
    const { host } = await setUp();
    const work: string[] = [];
    let begin: () => void = () => undefined;
    const begun = new Promise<void>(resolve => (begin = resolve));
    const installing = host.exclusively(async () => {
      begin();
      await new Promise(setImmediate);
      work.push("installed");
    });
    await begun;
    const copying = host.copyHere(__filename, "/home/user/copy").then(() => work.push("copied"));
    const waiting = host.exclusively(() => Promise.resolve());
    const refused = expect(waiting).rejects.toThrow("receiver-1 is shut down");
    await host.shutDown();
    expect(work.sort()).toEqual(["copied", "installed"]);
    await Promise.all([installing, copying, refused]);
    await expect(host.copyHere(__filename, "/late")).rejects.toThrow("receiver-1 is shut down");
    expect(existsSync(join(host.root, "late"))).toBe(false);
  });

  test("deletes its disk if it is terminated", async () => {
    const { host } = await setUp();
    await host.start(unitOf(host, ok));
    await host.terminate();
    expect(existsSync(host.root)).toBe(false);
  });

  test("prevents anything from starting on it", async () => {
    const { host } = await setUp();
    const unit = unitOf(host, ok);
    await host.shutDown();
    await expect(host.start(unit)).rejects.toThrow("receiver-1 is shut down");
    expect(host.services.size).toBe(0);
  });
});
