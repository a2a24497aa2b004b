import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Only what it refuses: what it takes, it would install on this machine. */
function installer(input: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--require", require.resolve("tsx/cjs"), join(__dirname, "main.ts")],
    { input, encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

test("input that is no JSON is refused with the reason", () => {
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
    service: "web",
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
