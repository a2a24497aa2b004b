/** Two installations at the same moment, as when `pulumi up` is run again and the one before is still at it. */
import { buildRelease, type Release } from "../../apps/shipping/release";
import { shipmentOf } from "../../apps/shipping/ship";
import { DebianHost } from "./debian-host";
import { copy } from "./shipping";

let host: DebianHost;
let release: Release;

beforeAll(async () => {
  host = await DebianHost.create("contended", 61);
  await host.boot();
  release = buildRelease("data-access");
  await copy(host, release);
});
afterAll(() => host.remove());

test.each([
  ["that is bare", "info", "warn"],
  ["that has the service", "debug", "error"],
])("on a host %s, one waits for the other and both end well", async (_host, ...levels) => {
  const { command, stdin } = shipmentOf(release, "");
  /** Whose steps they were, in the order that they were taken. */
  const taken: string[] = [];
  const outcomes = await Promise.all(
    levels.map(level => host.try(command, stdin({ LOG_LEVEL: level }), () => taken.push(level))),
  );
  const said = `data-access release ${release.sha256.slice(0, 12)} is installed and healthy\n`;
  expect(outcomes).toMatchObject(levels.map(() => ({ code: 0, stdout: said })));
  const turns = taken.filter((level, index) => level !== taken[index - 1]);
  expect(turns.toSorted()).toEqual(levels.toSorted());
  const environment = await host.run("sudo cat /proc/$(systemctl show -P MainPID data-access)/environ");
  expect(environment.split("\0")).toContain(`LOG_LEVEL=${turns.at(-1) ?? ""}`);
});
