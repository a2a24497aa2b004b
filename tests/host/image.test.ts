/**
 * A copy of a provisioned host's disk, as the fleet's image is one, booted under another host name. In the place of
 * cloud-init there is a unit with the name and the order of its network stage, which takes its time.
 */
import { ports } from "../../apps/ports";
import { buildRelease } from "../../apps/shipping/release";
import { ask } from "../../testing/client";
import { eventually } from "../../testing/eventually";
import { DebianHost } from "./debian-host";
import { ship } from "./shipping";

/** Ordered as cloud-init's own, but for sshd, by which the test looks at it meanwhile. */
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

test("a copy of a host answers its own name, and accepts nothing before it has it", async () => {
  const source = await DebianHost.create("ip-198-51-100-51", 51);
  await source.boot();
  await ship(source, buildRelease("stress"));
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
  expect(await answer(copy)).toMatch(/ECONNREFUSED/);
  await copy.asRoot("touch /run/go-on");
  const first = await eventually("the copy accepts connections", async () => {
    const outcome = await answer(copy);
    return typeof outcome === "object" && outcome;
  });
  expect(first).toMatchObject({ status: 200, json: "ip-198-51-100-52" });
  // None of its units is left out to break a circle. A boot tells of one before there is a journal to tell it to.
  expect(await copy.asRoot("systemd-analyze verify --man=no multi-user.target 2>&1")).toBe("");
  await copy.remove();
  await source.remove();
});
