/** Installations that fail: each exits with an error and one cause, and the release before still answers. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ports, sshPort } from "../../apps/ports";
import { buildRelease, type Release } from "../../apps/shipping/release";
import { remoteRelease, shipmentOf } from "../../apps/shipping/ship";
import { answerTo } from "../../testing/client";
import { DebianHost } from "./debian-host";
import { anotherRelease, releaseWith } from "./releases";
import { copy, install, manifestWithPorts, ship } from "./shipping";

const { read, update } = ports["data-access"];
let host: DebianHost;
let before: Release;
const short = ({ sha256 }: Release) => sha256.slice(0, 12);
const value = async () => (await answerTo(`http://${host.address}:${read}/`)).json;

beforeAll(async () => {
  host = await DebianHost.create("failing", 31, { megabytes: 600 });
  await host.boot();
  before = await buildRelease("data-access");
  await ship(host, before);
  await answerTo(`http://${host.address}:${update}/`, { method: "POST", body: { num: 1000 } });
});
afterAll(() => host.remove());
afterEach(async () => {
  // Whatever went wrong, the release before answers, and the next installation finds it.
  expect(await value()).toBe(1000);
  expect((await install(host, before)).stdout).toBe(
    `data-access unchanged: release ${short(before)} is installed and healthy\n`,
  );
});

/** Why an installation failed, without the steps that it reported. */
const causeIn = (stderr: string) =>
  stderr
    .split("\n")
    .filter(line => !line.startsWith("data-access: "))
    .join("\n");

test.each([
  ["exited with code 7", "process.exit(7)"],
  ["was killed by SIGKILL", 'process.kill(process.pid, "SIGKILL")'],
  ["ended, and the journal tells of no error", "process.exit(0)"],
])("a release whose process %s", async (end, statement) => {
  const crashing = await releaseWith("data-access", () => `console.log("in the dark"); ${statement};`);
  await copy(host, crashing);
  const { code, stdout, stderr } = await install(host, crashing);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const [cause, heading, ...journal] = causeIn(stderr).split("\n");
  expect(cause).toBe(
    `install failed: data-access release ${short(crashing)} failed: its process ${end}; ` +
      `release ${short(before)} runs again`,
  );
  expect(heading).toBe("its journal:");
  // And nothing earlier, neither of the release before nor of its stop.
  expect(journal).toContain("in the dark");
  expect(journal.join("\n")).not.toContain("listening");
  expect(journal.join("\n")).not.toContain("stopping");
});

test("a port that another program uses", async () => {
  const next = await anotherRelease("data-access");
  await copy(host, next);
  const { command } = shipmentOf(next, "");
  const manifest = manifestWithPorts(next, { read: sshPort, update });
  const { code, stdout, stderr } = await host.try(command, manifest);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(causeIn(stderr)).toMatch(
    /^install failed: .* systemctl restart data-access-read\.socket: .*; release \w+ runs again\n/,
  );
  expect(stderr).toContain("Address already in use");
});

test("a release that never becomes healthy", async () => {
  const silent = await releaseWith("data-access", () => 'console.log("hm"); setInterval(() => 0, 1000);');
  await copy(host, silent);
  const { code, stderr } = await install(host, silent);
  expect(code).toBe(1);
  const [cause, heading, ...journal] = causeIn(stderr).split("\n");
  expect(cause).toBe(
    `install failed: data-access release ${short(silent)} failed: it is not healthy after 30 s: ` +
      "GET /health on port 5000: no answer within 1 s; " +
      `release ${short(before)} runs again`,
  );
  expect(heading).toBe("its journal:");
  expect(journal).toContain("hm");
});

test("a tarball that arrived incomplete", async () => {
  const next = await anotherRelease("data-access");
  await copy(host, next);
  await host.run(`truncate --size=100000 ${remoteRelease(next)}`);
  const { code, stdout, stderr } = await install(host, next);
  expect({ code, stdout }).toEqual({ code: 1, stdout: `${remoteRelease(next)}: FAILED\n` });
  expect(stderr).toBe("sha256sum: WARNING: 1 computed checksum did NOT match\n");
});

test("a manifest with a wrong field", async () => {
  const { command, stdin } = shipmentOf(before, "");
  const { code, stdout, stderr } = await host.try(command, stdin({ "not a name": "" }));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe(
    "install failed: the manifest is not valid:\n" +
      "✖ the key must be an environment variable's name in upper case\n" +
      '  → at environment["not a name"]\n',
  );
});

test("a user that may not use sudo", async () => {
  const rules = "/etc/sudoers.d/90-ec2-user";
  const text = await host.read(rules);
  await rm(join(host.disk, rules));
  try {
    const { code, stdout, stderr } = await install(host, before, { LOG_LEVEL: "debug" });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr: "sudo: a password is required\n",
    });
  } finally {
    await writeFile(join(host.disk, rules), text, { mode: 0o440 });
  }
});

test("a host without sudo", async () => {
  const rename = (from: string, to: string) => host.asRoot(`mv /usr/bin/${from} /usr/bin/${to}`);
  await rename("sudo", "sudo.away");
  try {
    const { code, stdout, stderr } = await install(host, before, { LOG_LEVEL: "debug" });
    expect({ code, stdout }).toEqual({ code: 127, stdout: "" });
    expect(stderr).toMatch(/^bash: line \d+: sudo: command not found\n$/);
  } finally {
    await rename("sudo.away", "sudo");
  }
});

test("a full disk", async () => {
  const next = await anotherRelease("data-access");
  await copy(host, next);
  await host.asRoot("dd if=/dev/zero of=/var/filler bs=4k status=none || sync");
  try {
    const unpacking = await install(host, next);
    expect(unpacking).toMatchObject({ code: 1, stdout: "" });
    expect(causeIn(unpacking.stderr)).toMatch(/^install failed: .*ENOSPC: no space left on device.*\n$/);
    const starting = await install(host, before, { LOG_LEVEL: "debug" });
    expect(starting).toMatchObject({ code: 1, stdout: "" });
    expect(causeIn(starting.stderr)).toMatch(/^install failed: .*ENOSPC: no space left on device.*\n/);
    expect(await value()).toBe(1000);
  } finally {
    await host.asRoot("rm /var/filler");
  }
  await ship(host, next);
  expect(await value()).toBe(1000);
  await ship(host, before);
});
