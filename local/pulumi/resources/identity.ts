/** Roles, policies, instance profiles and key pairs. */
import { z } from "zod";
import { autoName } from "../auto-name";
import {
  required,
  resourceType,
  tagList,
  tags,
  tagSpecifications,
  type ResourceTypes,
} from "./resource-type";

export const identityTypes: ResourceTypes = {
  "aws:iam/role:Role": resourceType({
    inputs: z.strictObject({
      name: z.string().optional(),
      path: z.string().default("/"),
      description: z.string().optional(),
      assumeRolePolicy: z.string(),
      maxSessionDuration: z.int().default(3600),
      tags,
    }),
    async create({ iam }, inputs, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      const { Role } = await iam.CreateRole({
        RoleName: name,
        Path: inputs.path,
        Description: inputs.description,
        AssumeRolePolicyDocument: inputs.assumeRolePolicy,
        MaxSessionDuration: inputs.maxSessionDuration,
        Tags: tagList(inputs.tags),
      });
      return { id: name, outputs: { name, arn: required(Role.Arn, "Arn"), uniqueId: Role.RoleId } };
    },
  }),

  "aws:iam/rolePolicy:RolePolicy": resourceType({
    inputs: z.strictObject({ name: z.string().optional(), role: z.string(), policy: z.string() }),
    async create({ iam }, { role, policy, ...inputs }, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      await iam.PutRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: policy });
      return { id: `${role}:${name}`, outputs: { name } };
    },
  }),

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": resourceType({
    inputs: z.strictObject({ role: z.string(), policyArn: z.string() }),
    async create({ iam }, { role, policyArn }) {
      await iam.AttachRolePolicy({ RoleName: role, PolicyArn: policyArn });
      return { id: `${role}-${policyArn}` };
    },
  }),

  "aws:iam/instanceProfile:InstanceProfile": resourceType({
    inputs: z.strictObject({
      name: z.string().optional(),
      path: z.string().default("/"),
      role: z.string().optional(),
      tags,
    }),
    async create({ iam }, { role, path, tags, ...inputs }, logicalName) {
      const name = inputs.name ?? autoName(logicalName);
      const { InstanceProfile } = await iam.CreateInstanceProfile({
        InstanceProfileName: name,
        Path: path,
        Tags: tagList(tags),
      });
      if (role !== undefined)
        await iam.AddRoleToInstanceProfile({ InstanceProfileName: name, RoleName: role });
      return { id: name, outputs: { name, arn: required(InstanceProfile.Arn, "Arn") } };
    },
  }),

  "aws:ec2/keyPair:KeyPair": resourceType({
    inputs: z.strictObject({ keyName: z.string().optional(), publicKey: z.string(), tags }),
    async create({ ec2 }, { publicKey, tags, ...inputs }, logicalName) {
      const keyName = inputs.keyName ?? autoName(logicalName);
      const { KeyPairId, KeyFingerprint } = await ec2.ImportKeyPair({
        KeyName: keyName,
        PublicKeyMaterial: Buffer.from(publicKey),
        ...tagSpecifications("key-pair", tags),
      });
      return { id: keyName, outputs: { keyName, keyPairId: KeyPairId, fingerprint: KeyFingerprint } };
    },
  }),
};
