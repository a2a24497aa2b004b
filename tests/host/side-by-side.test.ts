/** Two installations at once, as when `pulumi up` is run again while an earlier one still works. */
import { readFileSync } from "node:fs";
import type { Manifest } from "../../apps/manifest";
import { buildRelease, type Release } from "../../apps/shipping/release";
import { shipmentOf } from "../../apps/shipping/ship";
import { eventually } from "../../testing/eventually";
import { DebianHost } from "./debian-host";
import { copy } from "./shipping";

let host: DebianHost;
let release: Release;

beforeAll(async () => {
  host = await DebianHost.create("contended", 61);
  await host.boot();
  release = await buildRelease("data-access");
  await copy(host, release);
});
afterAll(() => host.remove());

test.each([
  ["that is bare", "info", "warn"],
  ["that has the service", "debug", "error"],
])("on a host %s, both succeed, and the recorded one runs", async (_host, ...levels) => {
  const { command, stdin } = shipmentOf(release, "");
  const outcomes = await Promise.all(levels.map(level => host.try(command, stdin({ LOG_LEVEL: level }))));
  const said = `data-access release ${release.sha256.slice(0, 12)} is installed and healthy\n`;
  expect(outcomes).toMatchObject(levels.map(() => ({ code: 0, stdout: said })));
  const { environment } = JSON.parse(
    await host.read("/opt/elastic-fleet/data-access/manifest.json"),
  ) as Manifest;
  expect(levels).toContain(environment["LOG_LEVEL"]);
  const running = await host.run("sudo cat /proc/$(systemctl show -P MainPID data-access)/environ");
  expect(running.split("\0")).toContain(`LOG_LEVEL=${environment["LOG_LEVEL"] ?? ""}`);
});

/** Whether the kernel lists the process, by its id on this machine, as waiting for a lock (proc(5)). */
const waitsForLock = (pid: number) =>
  new RegExp(`-> FLOCK +ADVISORY +WRITE +${pid} `).test(readFileSync("/proc/locks", "utf8"));

test("one waits for the host's lock, and continues when that is free", async () => {
  const other = host.start("sudo flock /opt/elastic-fleet/lock sleep 3600");
  const [holder = 0] = await eventually("the lock is held", () => {
    const found = host.processes(/^sleep 3600 $/);
    return found.length > 0 && found;
  });
  const { command, stdin } = shipmentOf(release, "");
  const steps: string[] = [];
  const { ended } = host.start(command, stdin({}), step => steps.push(step));
  await eventually("it waits for the lock", () =>
    host.processes(/^flock \/opt\/elastic-fleet\/lock sh /).some(waitsForLock),
  );
  expect(steps).toEqual([]);
  process.kill(holder);
  await other.ended;
  expect(await ended).toMatchObject({ code: 0 });
  expect(steps).not.toEqual([]);
});
