/**
 * A copy of a provisioned host's disk, like the fleet's image, booted under another host name. A unit with the name and
 * the order of cloud-init's network stage stands in for that, and takes its time.
 */
import { ports } from "../../apps/ports";
import { buildRelease } from "../../apps/shipping/release";
import { ask } from "../../testing/client";
import { eventually } from "../../testing/eventually";
import { DebianHost } from "./debian-host";
import { ship } from "./shipping";

/** Ordered like cloud-init's own, except that sshd starts before it, for the test to look at the host meanwhile. */
const cloudInit = (name: string) => `[Unit]
Description=Stands for the network stage of cloud-init
Wants=network-online.target
After=systemd-networkd-wait-online.service
Before=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sh -c 'until test -e /run/go-on; do sleep 0.1; done; echo ${name} > /etc/hostname; hostname ${name}'

[Install]
WantedBy=multi-user.target
`;

test("a copy of a host answers its own name, and accepts nothing before it has one", async () => {
  const source = await DebianHost.create("ip-198-51-100-51", 51);
  await source.boot();
  await ship(source, await buildRelease("stress"));
  const answer = (host: DebianHost) => ask(`http://${host.address}:${ports.stress.http}/`).catch(String);
  expect(await answer(source)).toMatchObject({ status: 200, json: "ip-198-51-100-51" });
  await source.powerOff();

  const copy = await DebianHost.create("ip-198-51-100-52", 52, { disk: source.disk });
  await copy.write("/etc/hostname", "ip-198-51-100-51\n");
  await copy.write("/etc/systemd/system/cloud-init.service", cloudInit("ip-198-51-100-52"));
  await copy.link("../cloud-init.service", "/etc/systemd/system/multi-user.target.wants/cloud-init.service");
  await copy.boot();
  expect(await copy.run("hostname; systemctl is-active cloud-init.service || true")).toBe(
    "ip-198-51-100-51\nactivating\n",
  );
  expect(await answer(copy)).toBe("refused");
  await copy.asRoot("touch /run/go-on");
  const first = await eventually("the copy accepts connections", async () => {
    const outcome = await answer(copy);
    return typeof outcome === "object" && outcome;
  });
  expect(first).toMatchObject({ status: 200, json: "ip-198-51-100-52" });
  // No unit is dropped to break an ordering cycle; a boot reports such a cycle before there is a journal.
  expect(await copy.asRoot("systemd-analyze verify --man=no multi-user.target 2>&1")).toBe("");
  await copy.remove();
  await source.remove();
});
