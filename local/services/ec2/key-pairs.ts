/** Key pairs: the public keys that instances accept. A private key is never kept. Source: EC2 User Guide, "Verify the fingerprint of your key pair". */
import { createHash, generateKeyPair, type KeyObject, type KeyPairKeyObjectResult } from "node:crypto";
import { promisify } from "node:util";
import { resourceId } from "../../identifiers";
import type { Tags } from "../../network/reachability/vpc-model";
import { opensshPrivateKey, opensshPublicKey } from "../../hosts/ssh/openssh-keys";
import { computeRefusals as refusals } from "./compute-refusals";

export type KeyType = "rsa" | "ed25519";

export interface KeyPair {
  id: string;
  name: string;
  type: KeyType;
  fingerprint: string;
  /** As in authorized_keys, without a comment. */
  publicKey: string;
  tags: Tags;
  /** In region milliseconds. */
  createdAt: number;
}

export type NewKeyPair = Pick<KeyPair, "name" | "tags" | "createdAt">;

/** Key pairs by id. */
export class KeyPairs extends Map<string, KeyPair> {
  named(name: string): KeyPair | undefined {
    return [...this.values()].find(each => each.name === name);
  }

  /** @throws AwsError if there is no key pair of this name */
  findNamed(name: string): KeyPair {
    const found = this.named(name);
    if (!found) throw refusals.keyPairNotFound([name]);
    return found;
  }

  /** Makes a key pair of new keys; its private key, in PEM, is returned and forgotten. */
  create(
    { publicKey, privateKey }: KeyPairKeyObjectResult,
    request: NewKeyPair,
  ): { keyPair: KeyPair; privateKey: string } {
    const keyPair = this.add(publicKey, request, createdFingerprint(privateKey, publicKey));
    const material =
      keyPair.type === "rsa"
        ? privateKey.export({ type: "pkcs1", format: "pem" }).toString()
        : opensshPrivateKey(publicKey, privateKey);
    return { keyPair, privateKey: material };
  }

  import(publicKey: KeyObject, request: NewKeyPair): KeyPair {
    return this.add(publicKey, request, importedFingerprint(publicKey));
  }

  private add(publicKey: KeyObject, request: NewKeyPair, fingerprint: string): KeyPair {
    const type = publicKey.asymmetricKeyType === "rsa" ? "rsa" : "ed25519";
    const keyPair = {
      id: resourceId("key"),
      type,
      fingerprint,
      publicKey: opensshPublicKey(publicKey),
      ...request,
    } as const;
    this.set(keyPair.id, keyPair);
    return keyPair;
  }
}

/** Off the main thread: an RSA key takes some tenths of a second. */
export function generateKeys(type: KeyType): Promise<KeyPairKeyObjectResult> {
  return type === "rsa"
    ? promisify(generateKeyPair)("rsa", { modulusLength: 2048 })
    : promisify(generateKeyPair)("ed25519");
}

/** Of a pair that EC2 created: SHA-1 of an RSA private key; SHA-256 of an Ed25519 public key. */
function createdFingerprint(privateKey: KeyObject, publicKey: KeyObject): string {
  if (publicKey.asymmetricKeyType !== "rsa") return ed25519Fingerprint(publicKey);
  return hexadecimal("sha1", privateKey.export({ type: "pkcs8", format: "der" }));
}

/** Of an imported key: MD5 of an RSA public key; SHA-256 of an Ed25519 one. */
function importedFingerprint(publicKey: KeyObject): string {
  if (publicKey.asymmetricKeyType !== "rsa") return ed25519Fingerprint(publicKey);
  return hexadecimal("md5", publicKey.export({ type: "spki", format: "der" }));
}

/** As OpenSSH computes it, but with padding. */
function ed25519Fingerprint(publicKey: KeyObject): string {
  const [, blob = ""] = opensshPublicKey(publicKey).split(" ");
  return createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64");
}

function hexadecimal(algorithm: "sha1" | "md5", der: Buffer): string {
  const digest = createHash(algorithm).update(der).digest("hex");
  return (digest.match(/../g) ?? []).join(":");
}
