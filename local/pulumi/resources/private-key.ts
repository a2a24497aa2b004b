/** SSH keys as the TLS provider makes them; it calls nothing. */
import { generateKeyPairSync } from "node:crypto";
import { z } from "zod";
import { hex } from "../../identifiers";
import { opensshPrivateKey, opensshPublicKey } from "../../services/ec2/openssh-keys";
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
