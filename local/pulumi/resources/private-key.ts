/** SSH keys as the TLS provider makes them; it calls nothing. */
import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { z } from "zod";
import { hex } from "../../identifiers";
import { resourceType, type ResourceTypes } from "./resource-type";

export const privateKeyTypes: ResourceTypes = {
  "tls:index/privateKey:PrivateKey": resourceType({
    inputs: z.strictObject({ algorithm: z.literal("ED25519") }),
    create() {
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      return Promise.resolve({
        id: hex(40),
        outputs: {
          publicKeyOpenssh: `${opensshPublicKey(publicKey)}\n`,
          publicKeyPem: publicKey.export({ type: "spki", format: "pem" }),
          privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
          privateKeyOpenssh: opensshPrivateKey(publicKey, privateKey),
        },
      });
    },
  }),
};

/** An SSH string: four bytes of length, then the bytes (RFC 4251 section 5). */
function wire(data: string | Buffer): Buffer {
  const bytes = Buffer.from(data as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const keyType = "ssh-ed25519";

/** The 32 bytes of an Ed25519 key, public or private, without their ASN.1 wrapping. */
function rawKey(key: KeyObject): Buffer {
  const { x, d } = key.export({ format: "jwk" });
  return Buffer.from((key.type === "private" ? d : x) ?? "", "base64url");
}

function publicBlob(publicKey: KeyObject): Buffer {
  return Buffer.concat([wire(keyType), wire(rawKey(publicKey))]);
}

/** A line for authorized_keys (RFC 8709 section 4). */
function opensshPublicKey(publicKey: KeyObject): string {
  return `${keyType} ${publicBlob(publicKey).toString("base64")}`;
}

/** In the format of OpenSSH's PROTOCOL.key, without a passphrase. */
function opensshPrivateKey(publicKey: KeyObject, privateKey: KeyObject): string {
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

/** The authorized_keys line that matches an OpenSSH private key created here; undefined if there is no key in it. */
export function publicKeyOf(privateKeyOpenssh: string): string | undefined {
  const body = Buffer.from(privateKeyOpenssh.replaceAll(/-----[A-Z ]+-----|\s/g, ""), "base64");
  const start = body.indexOf(wire(keyType));
  if (start < 0) return undefined;
  return `${keyType} ${body.subarray(start, start + wire(keyType).length + 36).toString("base64")}`;
}
