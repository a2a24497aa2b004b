/** What is killed or switched off comes back, and the next installation repairs what was interrupted. */
import { ports } from "../../apps/ports";
import { buildRelease, type Release } from "../../apps/shipping/release";
import { remoteRuntime, shipmentOf } from "../../apps/shipping/ship";
import { answerTo, ask } from "../../testing/client";
import { kill } from "../../testing/processes";
import { eventually } from "../../testing/eventually";
import { DebianHost } from "./debian-host";
import { fastest } from "./fastest";
import { anotherRelease } from "./releases";
import { copy, install, manifestWithPorts, ship } from "./shipping";

let host: DebianHost;
let release: Release;
const { read, update: updatePort } = ports["data-access"];
const url = (port: number) => `http://${host.address}:${port}/`;
const value = async () => (await answerTo(url(read))).json;

beforeAll(async () => {
  host = await DebianHost.create("killed", 41);
  await host.boot();
  release = await buildRelease("data-access");
});
afterAll(() => host.remove());

const installer = /^\/opt\/elastic-fleet\/runtimes\/\S+ \S+installer\.js/;

test("killed while unpacking the runtime, it is repeated by the next installation", async () => {
  await copy(host, release);
  const { command, stdin } = shipmentOf(release, "");
  const { ended } = host.start(command, stdin({}));
  const [tar = 0] = await eventually("the runtime is being unpacked", () => {
    const found = host.processes(/^tar -xzf /);
    return found.length > 0 && found;
  });
  process.kill(tar, "SIGKILL");
  expect((await ended).code).not.toBe(0);
  expect(await ship(host, release)).toMatch(/ is installed and healthy\n$/);
  expect(await host.run(`ls /opt/elastic-fleet/runtimes | wc -l; ls ${remoteRuntime} 2>&1 || true`)).toMatch(
    /^1\n.*No such file/,
  );
  await answerTo(url(updatePort), { method: "POST", body: { num: 1000 } });
});

/** The steps that an update reports, in order. */
const steps = [
  "unpack release",
  "start it",
  "write data-access-read.socket",
  "write data-access-update.socket",
  "write data-access.service",
  "systemctl daemon-reload",
  "systemctl enable",
  "systemctl restart data-access-read.socket data-access-update.socket",
  "systemctl restart data-access.service",
  "wait until it is healthy",
  "record that it is installed",
  "remove what is not needed any more",
];

describe("the installer killed by SIGKILL", () => {
  const otherRead = read + 1;
  let next: Release;
  beforeAll(async () => {
    next = await anotherRelease("data-access");
  });

  /** Another release and other ports: an update that changes everything. */
  async function update(onStep: (step: string) => void = () => undefined) {
    const { command } = shipmentOf(next, "");
    const manifest = manifestWithPorts(next, { read: otherRead, update: updatePort + 1 });
    return host.try(command, manifest, line => onStep(line.replace(/^data-access: /, "")));
  }
  const answersOn = async (port: number) => {
    const outcome = await ask(url(port)).catch(() => undefined);
    return typeof outcome === "object" && outcome.json === 1000;
  };

  beforeEach(async () => {
    // Back to the first release, and without the other.
    await ship(host, release);
    await host.run(`sudo rm -rf /opt/elastic-fleet/data-access/releases/${next.sha256}`);
    await copy(host, next);
  });

  test("every step of an update is in the list", async () => {
    const taken: string[] = [];
    expect(await update(step => taken.push(step))).toMatchObject({ code: 0 });
    expect(taken.map((step, index) => step.startsWith(steps[index] ?? "?"))).toEqual(steps.map(() => true));
  });

  test.each(steps)("at: %s", async fatal => {
    let pids: number[] = [];
    const { code, stdout } = await update(step => {
      // Looked up at the first step, so that the kill comes before the fatal step is over.
      if (pids.length === 0) pids = host.processes(installer);
      if (step.startsWith(fatal)) kill(pids.map(pid => ({ pid })));
    });
    // The last two are so short that both may be over before the kill: then there is nothing to repair.
    if (steps.slice(-2).includes(fatal)) expect([0, 137]).toContain(code);
    else expect({ code, stdout }).toEqual({ code: 137, stdout: "" });
    await eventually(
      "a service answers",
      async () => (await answersOn(read)) || (await answersOn(otherRead)),
    );

    expect(await update()).toMatchObject({ code: 0 });
    expect(await answersOn(otherRead)).toBe(true);
    expect(await answersOn(read)).toBe(false);
    expect(await host.run("ls /opt/elastic-fleet/data-access")).toBe("manifest.json\nreleases\n");
  });
});

test("an installation whose connection breaks still completes", async () => {
  await ship(host, release);
  const next = await anotherRelease("data-access");
  await copy(host, next);
  const { command, stdin } = shipmentOf(next, "");
  const { child, ended } = host.start(command, stdin({}), () => child.kill("SIGKILL"));
  expect((await ended).code).toBe("SIGKILL");
  await eventually("the installer has ended", () => host.processes(installer).length === 0);
  expect(await host.read("/opt/elastic-fleet/data-access/manifest.json")).toContain(next.sha256);
  expect(await host.run("ls /opt/elastic-fleet/data-access")).toBe("manifest.json\nreleases\n");
});

test("a service that is killed is back within 2 s", async () => {
  await ship(host, release);
  const pid = () => host.run("systemctl show -P MainPID data-access");
  let before = "";
  const seconds = await fastest(
    async () => expect(await value()).toBe(1000),
    async () => {
      before = await pid();
      await host.run(`sudo kill -KILL ${before}`);
    },
  );
  expect(seconds).toBeLessThan(2);
  expect(await pid()).not.toBe(before);
});

test("after a reboot the service is back, with its value", async () => {
  await ship(host, release);
  const boot = "cat /proc/sys/kernel/random/boot_id";
  const before = await host.run(boot);
  await host.reboot();
  expect(await host.run(boot)).not.toBe(before);
  expect(
    await eventually("the service answers", async () => {
      const outcome = await ask(url(read)).catch(() => undefined);
      return typeof outcome === "object" && outcome;
    }),
  ).toMatchObject({ status: 200, json: 1000 });
  expect(await install(host, release)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("unchanged") as string,
  });
});
