import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../testing/folders";
import { manifestFor } from "../shipping/ship";

const command = ["--require", require.resolve("tsx/cjs"), join(__dirname, "main.ts")];

/** For invalid input only: anything valid would be installed on this machine. */
function installer(input: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { input, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("input that is not JSON is refused with the reason", () => {
  const { status, stdout, stderr } = installer('{"service":');
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^install failed: the manifest on standard input is not JSON: .+\n$/);
});

test("no input at all is refused", () => {
  expect(installer("")).toMatchObject({ status: 1, stdout: "" });
});

test("a manifest that is not valid is refused with every problem", () => {
  const digest = "0".repeat(64);
  const manifest = {
    service: "Web",
    release: { sha256: digest, archive: "here" },
    runtime: { binary: "/opt/node" },
    ports: { http: 0 },
    environment: {},
  };
  const { status, stdout, stderr } = installer(JSON.stringify(manifest));
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^install failed: the manifest is not valid:\n/);
  for (const key of ["service", "release.archive", "ports.http"]) expect(stderr).toContain(`→ at ${key}\n`);
});

test("it completes even if whoever started it is gone", async () => {
  const done = join(temporaryFolder(), "done");
  const instead = join(temporaryFolder(), "install.js");
  writeFileSync(
    instead,
    `async function install(manifest, platform, { report }) {
      for (const step of ["one", "two", "three"]) {
        report(step);
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      require("node:fs").writeFileSync(${JSON.stringify(done)}, manifest.service);
    }
    require.cache[${JSON.stringify(require.resolve("./install"))}] = { loaded: true, exports: { install } };`,
  );
  const child = spawn(process.execPath, ["--require", instead, ...command]);
  child.stdin.end(JSON.stringify(manifestFor({ service: "stress", sha256: "0".repeat(64) }, {})));
  expect(String((await once(child.stderr, "data"))[0])).toBe("stress: one\n");
  child.stdout.destroy();
  child.stderr.destroy();
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(readFileSync(done, "utf8")).toBe("stress");
});
