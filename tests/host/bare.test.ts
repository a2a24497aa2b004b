/** From a bare host to a healthy service in one go, with nothing fetched by the host: it has no way out. */
import { ports, type ServiceName } from "../../apps/ports";
import { buildRelease } from "../../apps/shipping/release";
import { DebianHost } from "./debian-host";
import { ship } from "./shipping";

test.each<ServiceName>(["data-access", "receiver", "stress"])("a bare host gets %s", async service => {
  const host = await DebianHost.create(service, 11);
  await host.boot();
  const release = buildRelease(service);
  const begun = performance.now();
  const said = await ship(host, release);
  const seconds = (performance.now() - begun) / 1000;
  expect(said).toBe(`${service} release ${release.sha256.slice(0, 12)} is installed and healthy\n`);
  expect(seconds).toBeLessThan(15);
  for (const port of Object.values(ports[service])) {
    expect((await fetch(`http://${host.address}:${port}/health`)).status).toBe(200);
  }
  await host.remove();
});
