/** From a bare host to a healthy service in one go, with nothing fetched by the host; and the service's confinement. */
import { ports, type ServiceName } from "../../apps/ports";
import { buildRelease } from "../../apps/shipping/release";
import { answerTo } from "../../testing/client";
import { eventually } from "../../testing/eventually";
import { DebianHost } from "./debian-host";
import { ship } from "./shipping";

describe.each(Object.keys(ports) as ServiceName[])("a bare host for %s", service => {
  let host: DebianHost;
  beforeAll(async () => {
    host = await DebianHost.create(service, 11);
    await host.boot();
  });
  afterAll(() => host.remove());

  test("has no way out", async () => {
    expect(await host.run("ip route")).toMatch(/^198\.51\.100\.0\/24 dev host0 [^\n]*\n$/);
  });

  test("gets a healthy service within 15 s", async () => {
    const release = await buildRelease(service);
    const begun = performance.now();
    const said = await ship(host, release);
    expect((performance.now() - begun) / 1000).toBeLessThan(15);
    expect(said).toBe(`${service} release ${release.sha256.slice(0, 12)} is installed and healthy\n`);
    for (const port of Object.values(ports[service])) {
      expect(await answerTo(`http://${host.address}:${port}/health`)).toMatchObject({ status: 200 });
    }
  });

  test("exposes it no more than 2.0, by systemd-analyze's measure", async () => {
    const analysis = await host.run(`systemd-analyze security --no-pager ${service}`);
    const [, level] = /Overall exposure level for \S+: ([\d.]+)/.exec(analysis) ?? [];
    expect(Number(level)).toBeLessThanOrEqual(2);
  });

  test("runs it as a dedicated user, without privileges, now or later", async () => {
    const status = await host.run(`sudo cat /proc/$(systemctl show -P MainPID ${service})/status`);
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(status)?.[1];
    expect(await host.run(`getent passwd ${field("Uid") ?? ""}`)).toMatch(new RegExp(`^${service}:`));
    expect(["CapEff", "CapPrm", "CapBnd", "CapAmb"].map(field)).toEqual(Array(4).fill("0".repeat(16)));
    expect(field("NoNewPrivs")).toBe("1");
  });

  test("lets it write to its state folder only", async () => {
    // In the service's mount namespace and with its rights; devices and other programs' sockets don't count.
    const writable = await host.run(`
      set -eu
      pid=$(systemctl show -P MainPID ${service})
      user=$(stat -c %u /proc/$pid)
      sudo nsenter --target $pid --mount \\
        setpriv --reuid $user --regid $user --clear-groups --no-new-privs --bounding-set=-all \\
        find / -path /proc -prune -o '(' -type d -o -type f ')' -writable -print 2>/dev/null || test $? = 1`);
    expect(writable).toBe(`/var/lib/private/${service}\n`);
  });

  if (service === "stress") {
    test("lets it lower the priority of its load", async () => {
      const { status } = await answerTo(`http://${host.address}:${ports.stress.http}/`, { method: "POST" });
      expect(status).toBe(200);
      await eventually("a thread has the lowest priority", async () => {
        const nice = await host.run("ps -L -o nice= -p $(systemctl show -P MainPID stress)");
        return nice.split("\n").some(value => value.trim() === "19");
      });
    });
  }
});
