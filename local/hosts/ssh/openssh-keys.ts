/** Keys in OpenSSH's formats: a line of authorized_keys, and a private key file. */
import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";

const ed25519 = "ssh-ed25519";
const rsa = "ssh-rsa";

/** An SSH string: four bytes of length, then the bytes (RFC 4251 section 5). */
function wire(data: string | Buffer): Buffer {
  const bytes = Buffer.from(data as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The SSH strings that make up a blob; undefined if it is cut short. */
function stringsIn(blob: Buffer): Buffer[] | undefined {
  const strings: Buffer[] = [];
  for (let start = 0; start < blob.length;) {
    if (start + 4 > blob.length) return undefined;
    const end = start + 4 + blob.readUInt32BE(start);
    if (end > blob.length) return undefined;
    strings.push(blob.subarray(start + 4, end));
    start = end;
  }
  return strings;
}

/** A positive number as an SSH mpint: with a leading zero if its first bit is set. */
function wireNumber(base64url: string | undefined): Buffer {
  const bytes = Buffer.from(base64url ?? "", "base64url");
  return wire((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** The 32 bytes of an Ed25519 key, public or private, without their ASN.1 wrapping. */
function rawKey(key: KeyObject): Buffer {
  const { x, d } = key.export({ format: "jwk" });
  return Buffer.from((key.type === "private" ? d : x) ?? "", "base64url");
}

function publicBlob(publicKey: KeyObject): Buffer {
  if (publicKey.asymmetricKeyType === "ed25519")
    return Buffer.concat([wire(ed25519), wire(rawKey(publicKey))]);
  const { e, n } = publicKey.export({ format: "jwk" });
  return Buffer.concat([wire(rsa), wireNumber(e), wireNumber(n)]);
}

/** A line for authorized_keys, without a comment (RFC 4253 section 6.6, RFC 8709 section 4). */
export function opensshPublicKey(publicKey: KeyObject): string {
  const type = publicKey.asymmetricKeyType === "ed25519" ? ed25519 : rsa;
  return `${type} ${publicBlob(publicKey).toString("base64")}`;
}

/** The key in a line of authorized_keys; undefined unless it is a valid RSA or Ed25519 key. */
export function parsePublicKey(line: string): KeyObject | undefined {
  const [type, base64 = ""] = line.trim().split(/\s+/);
  const [name, first, second, ...rest] = stringsIn(Buffer.from(base64, "base64")) ?? [];
  if (name?.toString() !== type || first === undefined || rest.length > 0) return undefined;
  const encode = (bytes: Buffer) => bytes.toString("base64url");
  if (type === ed25519 && second === undefined && first.length === 32)
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: encode(first) }, format: "jwk" });
  if (type === rsa && second !== undefined)
    return createPublicKey({ key: { kty: "RSA", e: encode(first), n: encode(second) }, format: "jwk" });
  return undefined;
}

/** A new Ed25519 key; one in 256 of ssh2's own is malformed. */
export function newKeyPair(): { publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { publicKey: opensshPublicKey(publicKey), privateKey: opensshPrivateKey(publicKey, privateKey) };
}

/** An Ed25519 key in the format of OpenSSH's PROTOCOL.key, without a passphrase. */
export function opensshPrivateKey(publicKey: KeyObject, privateKey: KeyObject): string {
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    publicBlob(publicKey),
    wire(Buffer.concat([rawKey(privateKey), rawKey(publicKey)])),
    wire(""),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    wire("none"),
    wire("none"),
    wire(""),
    one,
    wire(publicBlob(publicKey)),
    wire(Buffer.concat([secret, padding])),
  ]);
  const lines = body.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}

/** The authorized_keys line that matches an Ed25519 private key written here; undefined if there is no key in it. */
export function publicKeyOf(privateKeyOpenssh: string): string | undefined {
  const body = Buffer.from(privateKeyOpenssh.replaceAll(/-----[A-Z ]+-----|\s/g, ""), "base64");
  const start = body.indexOf(wire(ed25519));
  if (start < 0) return undefined;
  return `${ed25519} ${body.subarray(start, start + wire(ed25519).length + 36).toString("base64")}`;
}
