/** Key pairs. Sources: EC2 API Reference, "CreateKeyPair", "ImportKeyPair", "DeleteKeyPair", "DescribeKeyPairs". */
import type { KeyPairInfo } from "@aws-sdk/client-ec2";
import type { Ec2 } from "../ec2";
import { generateKeys, type KeyPair } from "../key-pairs";
import { parsePublicKey } from "../../../hosts/ssh/openssh-keys";
import { computeRefusals as refusals } from "../compute-refusals";
import { notFound } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import type { Ec2Actions } from "./context";
import { assertNoDryRun, describe, type ResourceKind } from "./describe";
import { oneOf, required } from "./validation";

export const keyPairActions = {
  CreateKeyPair: {
    parameters: ["KeyName", "KeyType", "KeyFormat", "TagSpecifications", "DryRun"],
    async handle({ ec2, now }, input) {
      const name = newName(ec2, input.KeyName);
      const type = oneOf("keyType", input.KeyType ?? "rsa", ["rsa", "ed25519"]);
      if (oneOf("keyFormat", input.KeyFormat ?? "pem", ["pem", "ppk"]) === "ppk")
        throw refusals.puttyFormat();
      const tags = tagsFor("key-pair", input.TagSpecifications);
      assertNoDryRun(input);
      const keys = await generateKeys(type);
      newName(ec2, name); // another call may have taken it meanwhile
      const { keyPair, privateKey } = ec2.keyPairs.create(keys, { name, tags, createdAt: now() });
      return { ...identityOf(keyPair), KeyMaterial: privateKey };
    },
  },

  ImportKeyPair: {
    parameters: ["KeyName", "PublicKeyMaterial", "TagSpecifications", "DryRun"],
    handle({ ec2, now }, input) {
      const name = newName(ec2, input.KeyName);
      const material = Buffer.from(required(input.PublicKeyMaterial, "publicKeyMaterial"));
      const publicKey = parsePublicKey(material.toString());
      if (!publicKey) throw refusals.publicKeyFormat();
      const { modulusLength } = publicKey.asymmetricKeyDetails ?? {};
      if (modulusLength !== undefined && ![1024, 2048, 4096].includes(modulusLength))
        throw refusals.publicKeyFormat();
      const tags = tagsFor("key-pair", input.TagSpecifications);
      assertNoDryRun(input);
      return identityOf(ec2.keyPairs.import(publicKey, { name, tags, createdAt: now() }));
    },
  },

  DeleteKeyPair: {
    parameters: ["KeyName", "KeyPairId", "DryRun"],
    handle({ ec2 }, { KeyName, KeyPairId, ...input }) {
      if (KeyName === undefined && KeyPairId === undefined) throw refusals.keyPairUnnamed();
      const found = KeyPairId === undefined ? ec2.keyPairs.named(KeyName ?? "") : ec2.keyPairs.get(KeyPairId);
      if (found && KeyName !== undefined && found.name !== KeyName) throw refusals.keyPairMismatch();
      assertNoDryRun(input);
      if (found) ec2.keyPairs.delete(found.id);
      return { Return: true, ...(found && { KeyPairId: found.id }) };
    },
  },

  DescribeKeyPairs: {
    parameters: ["KeyNames", "KeyPairIds", "IncludePublicKey", "Filters", "DryRun"],
    handle({ ec2, wallClock }, { KeyNames = [], KeyPairIds = [], IncludePublicKey = false, ...input }) {
      assertNoDryRun(input);
      const keyPairs = [...ec2.keyPairs.values()];
      const unknownName = KeyNames.filter(name => !keyPairs.some(each => each.name === name));
      if (unknownName.length > 0) throw refusals.keyPairNotFound(unknownName);
      const unknownId = KeyPairIds.filter(id => !ec2.keyPairs.has(id));
      if (unknownId.length > 0) throw notFound("key-pair", unknownId);
      const isWanted = ({ id, name }: KeyPair) =>
        (KeyNames.length === 0 && KeyPairIds.length === 0) ||
        KeyNames.includes(name) ||
        KeyPairIds.includes(id);
      const described = keyPairs.filter(isWanted).map((keyPair): KeyPairInfo => ({
        ...identityOf(keyPair),
        KeyType: keyPair.type,
        CreateTime: wallClock.show(keyPair.createdAt),
        ...(IncludePublicKey && { PublicKey: `${keyPair.publicKey} ${keyPair.name}` }),
      }));
      return { KeyPairs: describe(described, kind, input).page };
    },
  },
} satisfies Partial<Ec2Actions>;

const kind: ResourceKind<KeyPairInfo> = {
  type: "key-pair",
  idOf: keyPair => keyPair.KeyPairId,
  filterable: {
    "key-pair-id": keyPair => keyPair.KeyPairId,
    fingerprint: keyPair => keyPair.KeyFingerprint,
    "key-name": keyPair => keyPair.KeyName,
  },
};

/** A name that no key pair has. Up to 255 ASCII characters ("CreateKeyPair"). */
function newName({ keyPairs }: Ec2, given: string | undefined): string {
  const name = required(given, "KeyName");
  if (!/^[ -~]{1,255}$/.test(name)) throw refusals.keyPairName(name);
  if (keyPairs.named(name)) throw refusals.keyPairExists(name);
  return name;
}

function identityOf({ id, name, fingerprint, tags }: KeyPair) {
  return { KeyPairId: id, KeyName: name, KeyFingerprint: fingerprint, Tags: tagList(tags) };
}
