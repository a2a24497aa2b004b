import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { create } from "tar";
import { runtime } from "../../apps/shipping/runtime";
import { temporaryFolder } from "../../testing/folders";
import { placeRuntime } from "./runtime";

const { XDG_CACHE_HOME } = process.env;
afterEach(() => {
  if (XDG_CACHE_HOME === undefined) delete process.env["XDG_CACHE_HOME"];
  else process.env["XDG_CACHE_HOME"] = XDG_CACHE_HOME;
});

async function archiveWith(content: string): Promise<string> {
  const folder = temporaryFolder();
  const binary = join(folder, runtime.binary);
  mkdirSync(dirname(binary), { recursive: true });
  writeFileSync(binary, content);
  chmodSync(binary, 0o755);
  const file = join(folder, "runtime.tgz");
  await create({ cwd: folder, file, gzip: true }, [runtime.binary]);
  return file;
}

// On other platforms hosts run this machine's Node.
const onHostPlatform = process.platform === "linux" && process.arch === "x64" ? test : test.skip;

onHostPlatform("the runtime is unpacked once for all hosts, creating the cache", async () => {
  const cache = (process.env["XDG_CACHE_HOME"] = join(temporaryFolder(), "not", "there", "yet"));
  const hosts = temporaryFolder();
  const binaries = ["a", "b"].map(host => join(hosts, host, "node"));
  for (const binary of binaries) await placeRuntime(await archiveWith(`Node for ${binary}`), binary);
  const unpacked = join(cache, "elastic-fleet", runtime.sha256, runtime.binary);
  expect(binaries.map(binary => realpathSync(binary))).toEqual([unpacked, unpacked]);
  expect(readFileSync(unpacked, "utf8")).toBe(`Node for ${binaries[0] ?? ""}`);
});
