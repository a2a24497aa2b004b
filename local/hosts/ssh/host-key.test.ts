import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../testing/folders";
import { hostKeyIn } from "./host-key";

const name = "ssh_host_ed25519_key";

test("a key is made once, for its owner's eyes only, and kept", async () => {
  const folder = join(temporaryFolder(), "not", "there");
  const key = await hostKeyIn(folder);
  expect(key.publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68}$/);
  expect(readFileSync(join(folder, name), "utf8")).toBe(key.privateKey);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(await hostKeyIn(folder)).toEqual(key);
});

test("regions that start at once use one key, and leave no draft", async () => {
  const folder = temporaryFolder();
  const keys = await Promise.all(Array.from({ length: 8 }, () => hostKeyIn(folder)));
  expect(new Set(keys.map(({ publicKey }) => publicKey)).size).toBe(1);
  expect(readdirSync(folder)).toEqual([name]);
});

test("a file that holds no key is reported, not replaced", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), "no key");
  await expect(hostKeyIn(folder)).rejects.toThrow(`${join(folder, name)} holds no SSH private key`);
  expect(readFileSync(join(folder, name), "utf8")).toBe("no key");
});
