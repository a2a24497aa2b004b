/** Roles, policies, instance profiles and keys. */
import { generateKeyPairSync } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../../api/aws-error";
import { hex } from "../../identifiers";
import type { Ec2 } from "../../services/ec2/ec2";
import { opensshPrivateKey, opensshPublicKey, parsePublicKey } from "../../services/ec2/openssh-keys";
import { arn, policySchema, type Iam } from "../../services/iam/iam";
import { autoName } from "../auto-name";
import { handler, tags, type Handlers } from "./handler";

/** A schema for a JSON string whose value matches `inner`. */
function json<Inner extends z.ZodType>(inner: Inner) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "MalformedPolicyDocument: not JSON" });
        return z.NEVER;
      }
    })
    .pipe(inner);
}

const trustPolicy = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(
    z.strictObject({
      Effect: z.literal("Allow"),
      Principal: z.strictObject({ Service: z.literal("ec2.amazonaws.com") }),
      Action: z.literal("sts:AssumeRole"),
    }),
  ),
});

interface IdentityContext extends Pick<Ec2, "keyPairs"> {
  iam: Pick<Iam, "roles" | "instanceProfiles">;
}

export const identityHandlers = ({ iam, keyPairs }: IdentityContext): Handlers => ({
  "aws:iam/role:Role": handler({
    inputs: z.strictObject({ assumeRolePolicy: json(trustPolicy), tags }),
    create(name) {
      const roleName = autoName(name);
      const roleArn = arn("role", roleName);
      const id = `AROA${hex(16).toUpperCase()}`;
      iam.roles.set(roleName, { name: roleName, arn: roleArn, id, policies: new Map() });
      return { id: roleName, outputs: { name: roleName, arn: roleArn } };
    },
    delete: ({ id }) => iam.roles.delete(id),
  }),

  "aws:iam/rolePolicy:RolePolicy": handler({
    inputs: z.strictObject({ role: z.string(), policy: json(policySchema) }),
    create(name, { role, policy }) {
      const found = iam.roles.get(role);
      if (!found) throw new AwsError("NoSuchEntity", `The role with name ${role} cannot be found.`, 404);
      const policyName = autoName(name);
      found.policies.set(policyName, policy);
      return { id: `${role}:${policyName}`, outputs: { name: policyName } };
    },
    update({ outputs }, { role, policy }) {
      iam.roles.get(role)?.policies.set(String(outputs["name"]), policy);
      return outputs;
    },
    delete: ({ inputs, outputs }) => iam.roles.get(inputs.role)?.policies.delete(String(outputs["name"])),
  }),

  "aws:iam/instanceProfile:InstanceProfile": handler({
    inputs: z.strictObject({ role: z.string(), tags }),
    create(name, { role: roleName }) {
      const profile = autoName(name);
      const profileArn = arn("instance-profile", profile);
      const id = `AIPA${hex(16).toUpperCase()}`;
      iam.instanceProfiles.set(profile, { name: profile, arn: profileArn, id, roleName });
      return { id: profile, outputs: { name: profile, arn: profileArn } };
    },
    delete: ({ id }) => iam.instanceProfiles.delete(id),
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
    create(name, { publicKey, tags: given }) {
      const keyName = autoName(name);
      const key = parsePublicKey(publicKey);
      if (!key) throw new AwsError("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
      const { id } = keyPairs.import(key, { name: keyName, tags: given, createdAt: 0 });
      return { id: keyName, outputs: { keyName, keyPairId: id } };
    },
    delete: ({ outputs }) => keyPairs.delete(String(outputs["keyPairId"])),
  }),
});
