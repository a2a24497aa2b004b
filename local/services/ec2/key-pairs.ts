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
    const keyPair = this.add(publicKey, request, () =>
      hexadecimal("sha1", privateKey.export({ type: "pkcs8", format: "der" })),
    );
    const material =
      keyPair.type === "rsa"
        ? privateKey.export({ type: "pkcs1", format: "pem" }).toString()
        : opensshPrivateKey(publicKey, privateKey);
    return { keyPair, privateKey: material };
  }

  import(publicKey: KeyObject, request: NewKeyPair): KeyPair {
    return this.add(publicKey, request, () =>
      hexadecimal("md5", publicKey.export({ type: "spki", format: "der" })),
    );
  }

  /** @param rsaFingerprint MD5 of an imported public key, SHA-1 of a created private key */
  private add(publicKey: KeyObject, request: NewKeyPair, rsaFingerprint: () => string): KeyPair {
    const type = publicKey.asymmetricKeyType === "rsa" ? "rsa" : "ed25519";
    const keyPair = {
      id: resourceId("key"),
      type,
      fingerprint: type === "rsa" ? rsaFingerprint() : ed25519Fingerprint(publicKey),
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

/** Imported or created: SHA-256, as OpenSSH computes it, but with padding. */
function ed25519Fingerprint(publicKey: KeyObject): string {
  const [, blob = ""] = opensshPublicKey(publicKey).split(" ");
  return createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64");
}

function hexadecimal(algorithm: "sha1" | "md5", der: Buffer): string {
  const digest = createHash(algorithm).update(der).digest("hex");
  return (digest.match(/../g) ?? []).join(":");
}
