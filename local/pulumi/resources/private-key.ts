/** SSH keys as the TLS provider makes them; it calls nothing. */
import { generateKeyPairSync } from "node:crypto";
import { z } from "zod";
import { hex } from "../../identifiers";
import { opensshPrivateKey, opensshPublicKey } from "../../hosts/ssh/openssh-keys";
import { resourceType, type ResourceTypes } from "./resource-type";

export interface PrivateKeyContext {
  /** Keeps a new key for the operator. */
  savePrivateKey?: (name: string, privateKeyOpenssh: string) => Promise<void>;
}

export const privateKeyTypes = ({ savePrivateKey }: PrivateKeyContext): ResourceTypes => ({
  "tls:index/privateKey:PrivateKey": resourceType({
    inputs: z.strictObject({ algorithm: z.literal("ED25519") }),
    async create(_aws, _inputs, name) {
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      const privateKeyOpenssh = opensshPrivateKey(publicKey, privateKey);
      await savePrivateKey?.(name, privateKeyOpenssh);
      return {
        id: hex(40),
        outputs: {
          publicKeyOpenssh: `${opensshPublicKey(publicKey)}\n`,
          publicKeyPem: publicKey.export({ type: "spki", format: "pem" }),
          privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
          privateKeyOpenssh,
        },
      };
    },
  }),
});
