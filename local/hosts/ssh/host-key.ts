/** The region's SSH host key, the bastion's and every host's. */
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { utils } from "ssh2";
import { newKeyPair } from "./openssh-keys";

export interface HostKey {
  /** In OpenSSH's format. */
  privateKey: string;
  /** As in known_hosts, without the hosts. */
  publicKey: string;
}

/**
 * The key kept in a folder, made there if there is none. It outlives regions, for clients that remember it, and is the
 * same for all hosts: those of a later region have the same addresses.
 * @throws if the file holds no such key
 */
export async function hostKeyIn(folder: string): Promise<HostKey> {
  const file = join(folder, "ssh_host_ed25519_key");
  const privateKey = await readFile(file, "utf8").catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return makeKey(folder, file);
  });
  const key = utils.parseKey(privateKey);
  if (key instanceof Error || !key.isPrivateKey())
    throw new Error(`${file} holds no SSH private key; delete it, and the next start makes another`);
  return { privateKey, publicKey: `${key.type} ${key.getPublicSSH().toString("base64")}` };
}

/** Complete as soon as it is there; where two regions start at once, both use the first one's. */
async function makeKey(folder: string, file: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, newKeyPair().privateKey, { mode: 0o600, flag: "wx" });
  try {
    await link(draft, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft);
  }
  return readFile(file, "utf8");
}
