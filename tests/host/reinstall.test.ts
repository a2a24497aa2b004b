/** What installing again changes, and what it leaves alone. */
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { ports } from "../../apps/ports";
import { buildRelease, type Release } from "../../apps/shipping/release";
import { shipmentOf } from "../../apps/shipping/ship";
import { answerTo } from "../../testing/client";
import { eventually } from "../../testing/eventually";
import { count, under } from "../../testing/load";
import { DebianHost } from "./debian-host";
import { fastest } from "./fastest";
import { anotherRelease } from "./releases";
import { copy, install, manifestWithPorts, ship } from "./shipping";

let host: DebianHost;
let release: Release;
const url = (socket: keyof (typeof ports)["data-access"]) =>
  `http://${host.address}:${ports["data-access"][socket]}/`;
const value = async () => (await answerTo(url("read"))).json;
const pid = () => host.run("systemctl show -P MainPID data-access");

beforeAll(async () => {
  host = await DebianHost.create("updated", 21);
  await host.boot();
  release = await buildRelease("data-access");
  await ship(host, release);
  await answerTo(url("update"), { method: "POST", body: { num: 1000 } });
});
afterAll(() => host.remove());

test("the same manifest again changes nothing, and says so", async () => {
  const before = await pid();
  expect(await ship(host, release)).toMatch(
    /^data-access unchanged: release \w+ is installed and healthy\n$/,
  );
  expect(await pid()).toBe(before);
});

test("a changed environment value takes effect within 3 s, and copies no runtime", async () => {
  const received = async () => Number(await host.run("cat /sys/class/net/host0/statistics/rx_bytes"));
  const before = await received();
  const levels = ["trace", "warn", "debug"];
  const seconds = await fastest(async round => {
    expect(await copy(host, release)).toEqual([]);
    const said = await ship(host, release, { LOG_LEVEL: levels[round] ?? "" });
    expect(said).toMatch(/release \w+ is installed and healthy\n$/);
    expect(said).not.toContain("unchanged");
  });
  expect(seconds).toBeLessThan(3);
  expect((await received()) - before).toBeLessThan(levels.length * 100_000);
  const environment = await host.run(`sudo cat /proc/${(await pid()).trim()}/environ`);
  expect(environment.split("\0")).toContain("LOG_LEVEL=debug");
});

test("another release is copied, and only what a rollback needs is kept of the old one", async () => {
  const next = await anotherRelease("data-access");
  expect(await copy(host, next)).toEqual(["release"]);
  await ship(host, next);
  const ls = async (path: string) => (await host.run(`ls ${path}`)).trim().split("\n");
  expect(await ls("/opt/elastic-fleet/data-access/releases")).toEqual([release.sha256, next.sha256].sort());
  expect(await ls("/home/ec2-user")).toEqual([`data-access-${next.sha256}.tar`, "installer-data-access"]);
  expect(await ls("/opt/elastic-fleet")).toEqual(["data-access", "lock", "runtimes"]);
  expect(await value()).toBe(1000);
});

/** Clients that keep their connections open: one has had its answer, the other has not asked yet. */
async function holdConnections(): Promise<void> {
  const [response] = (await once(http.get(url("read"), { agent }), "response")) as [http.IncomingMessage];
  await once(response.resume(), "end");
  const unused = net.connect(ports["data-access"].read, host.address).on("error", () => undefined);
  await once(unused, "connect");
}
const agent = new http.Agent({ keepAlive: true });
afterAll(() => {
  agent.destroy();
});

test("ten installations under load lose no request, even while others hold connections", async () => {
  const begun = performance.now();
  const sent = await under(url("read"), { perSecond: 200, connections: 10 }, async () => {
    for (let round = 0; round < 10; round++) {
      await holdConnections();
      await ship(host, await anotherRelease("data-access"), { LOG_LEVEL: round % 2 === 0 ? "info" : "warn" });
    }
  });
  const seconds = (performance.now() - begun) / 1000;
  const slowest = Math.max(...sent.map(({ begin, end }) => end - begin));
  console.log(
    `${sent.length} answers in ${seconds.toFixed(1)} s, the slowest after ${slowest.toFixed(0)} ms`,
  );
  expect(Object.keys(count(sent))).toEqual(["200"]);
  expect(sent.length / seconds).toBeGreaterThan(190);
  expect(await value()).toBe(1000);
});

test("two sockets can swap their ports", async () => {
  const { command } = shipmentOf(release, "");
  const { read, update } = ports["data-access"];
  const swapped = manifestWithPorts(release, { read: update, update: read });
  await copy(host, release);
  expect(await host.try(command, swapped)).toMatchObject({ code: 0 });
  expect((await answerTo(url("update"))).json).toBe(1000);
  await install(host, release);
  expect(await value()).toBe(1000);
});

test("a socket that has failed is opened again", async () => {
  const limit = "/run/systemd/system/data-access-read.socket.d";
  await host.run(`sudo mkdir -p ${limit} && printf '[Socket]\\nTriggerLimitIntervalSec=1h\\nTriggerLimitBurst=1\\n' |
    sudo tee ${limit}/limit.conf && sudo systemctl daemon-reload`);
  // A connection starts a stopped service: the first one does, the second one does not.
  await host.run("sudo systemctl stop data-access");
  expect(await value()).toBe(1000);
  await host.run("sudo systemctl stop data-access");
  await expect(value()).rejects.toThrow();
  await eventually(
    "the socket has failed",
    async () => (await host.try("systemctl is-failed data-access-read.socket")).stdout === "failed\n",
  );
  await host.run(`sudo rm -r ${limit}`);
  await ship(host, release);
  expect(await value()).toBe(1000);
});
