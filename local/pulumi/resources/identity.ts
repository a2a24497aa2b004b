/** Roles, policies, instance profiles and keys. */
import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../../api/aws-error";
import { hex, resourceId } from "../../identifiers";
import type { Ec2 } from "../../services/ec2/ec2";
import type { Iam } from "../../services/iam/iam";
import { identityPolicy, trustPolicy, type PolicyDocument } from "../../services/iam/policy-documents";
import { autoName } from "../auto-name";
import { handler, tags, type Handlers } from "./handler";

/** A schema for a policy document, as IAM reads it. */
function policy(read: (text: string) => PolicyDocument) {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      context.addIssue({ code: "custom", message: `${error.code}: ${error.message}` });
      return z.NEVER;
    }
  });
}

interface IdentityContext extends Pick<Ec2, "keyPairs"> {
  iam: Iam;
}

export const identityHandlers = ({ iam, keyPairs }: IdentityContext): Handlers => ({
  "aws:iam/role:Role": handler({
    inputs: z.strictObject({ assumeRolePolicy: policy(trustPolicy), tags }),
    create(name, { assumeRolePolicy, tags }) {
      const role = iam.createRole({
        name: autoName(name),
        path: "/",
        trustPolicy: assumeRolePolicy,
        maxSessionDuration: 3600,
        tags,
      });
      return { id: role.name, outputs: { name: role.name, arn: role.arn } };
    },
    delete: ({ id }) => iam.deleteRole(id),
  }),

  "aws:iam/rolePolicy:RolePolicy": handler({
    inputs: z.strictObject({ role: z.string(), policy: policy(identityPolicy) }),
    create(name, { role, policy }) {
      const policyName = autoName(name);
      iam.role(role).inlinePolicies.set(policyName, policy);
      return { id: `${role}:${policyName}`, outputs: { name: policyName } };
    },
    update({ outputs }, { role, policy }) {
      iam.role(role).inlinePolicies.set(String(outputs["name"]), policy);
      return outputs;
    },
    delete: ({ inputs, outputs }) => iam.role(inputs.role).inlinePolicies.delete(String(outputs["name"])),
  }),

  "aws:iam/instanceProfile:InstanceProfile": handler({
    inputs: z.strictObject({ role: z.string(), tags }),
    create(name, { role, tags }) {
      const { name: roleName } = iam.role(role);
      const profile = iam.createInstanceProfile({ name: autoName(name), path: "/", tags });
      iam.addRoleToInstanceProfile(profile.name, roleName);
      return { id: profile.name, outputs: { name: profile.name, arn: profile.arn } };
    },
    delete({ id, inputs }) {
      iam.removeRoleFromInstanceProfile(id, inputs.role);
      iam.deleteInstanceProfile(id);
    },
  }),

  "tls:index/privateKey:PrivateKey": handler({
    inputs: z.strictObject({ algorithm: z.literal("ED25519") }),
    create() {
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      return {
        id: hex(40),
        outputs: {
          publicKeyOpenssh: `${opensshPublicKey(publicKey)}\n`,
          publicKeyPem: publicKey.export({ type: "spki", format: "pem" }),
          privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
          privateKeyOpenssh: opensshPrivateKey(publicKey, privateKey),
        },
      };
    },
    delete: () => undefined, // a key exists only as outputs
  }),

  "aws:ec2/keyPair:KeyPair": handler({
    inputs: z.strictObject({
      publicKey: z.string().regex(/^ssh-ed25519 [A-Za-z0-9+/=]+/, "InvalidKey.Format"),
      tags,
    }),
    create(name, { publicKey }) {
      const keyName = autoName(name);
      // Type and key, without the comment.
      keyPairs.set(keyName, publicKey.split(/\s+/).slice(0, 2).join(" "));
      return { id: keyName, outputs: { keyName, keyPairId: resourceId("key") } };
    },
    delete: ({ id }) => keyPairs.delete(id),
  }),
});

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
