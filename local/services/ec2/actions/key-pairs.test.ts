/** Key pairs, by the API. Source of the fingerprints: EC2 User Guide, "Verify the fingerprint of your key pair". */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { openRegion } from "../../../../testing/sample-resources";
import { opensshPublicKey, publicKeyOf } from "../../../hosts/ssh/openssh-keys";

async function setUp() {
  const { region } = await openRegion();
  return { region, ec2: region.calls.ec2 };
}

const colons = (hex: string) => (hex.match(/../g) ?? []).join(":");

test("an RSA pair: its private key is answered once, and its fingerprint is SHA-1 of it", async () => {
  const { region, ec2 } = await setUp();
  const { KeyMaterial, KeyFingerprint } = await ec2.CreateKeyPair({ KeyName: "one" });
  expect(KeyMaterial).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
  const privateKey = createPrivateKey(KeyMaterial);
  const der = privateKey.export({ type: "pkcs8", format: "der" });
  expect(KeyFingerprint).toBe(colons(createHash("sha1").update(der).digest("hex")));
  const [kept] = region.ec2.keyPairs.values();
  expect(kept?.publicKey).toBe(opensshPublicKey(createPublicKey(privateKey)));
  expect(JSON.stringify(kept)).not.toContain("PRIVATE");
});

test("an Ed25519 pair: its fingerprint is OpenSSH's", async () => {
  const { region, ec2 } = await setUp();
  const { KeyMaterial, KeyFingerprint } = await ec2.CreateKeyPair({
    KeyName: "one",
    KeyType: "ed25519",
  });
  const publicKey = publicKeyOf(KeyMaterial) ?? "";
  expect([...region.ec2.keyPairs.values()]).toMatchObject([{ publicKey }]);
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  expect(KeyFingerprint).toBe(createHash("sha256").update(blob).digest("base64"));
});

test("an imported RSA key: its fingerprint is MD5 of the public key, and its comment is dropped", async () => {
  const { ec2 } = await setUp();
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const line = opensshPublicKey(publicKey);
  const { KeyFingerprint } = await ec2.ImportKeyPair({
    KeyName: "one",
    PublicKeyMaterial: Buffer.from(`${line} me@home\n`),
  });
  const der = publicKey.export({ type: "spki", format: "der" });
  expect(KeyFingerprint).toBe(colons(createHash("md5").update(der).digest("hex")));
  const { KeyPairs } = await ec2.DescribeKeyPairs({ KeyNames: ["one"], IncludePublicKey: true });
  expect(KeyPairs).toMatchObject([{ KeyType: "rsa", PublicKey: `${line} one` }]);
});

test("a pair is deleted by name or id; an unknown one is deleted too", async () => {
  const { ec2 } = await setUp();
  for (const KeyName of ["one", "other"]) await ec2.CreateKeyPair({ KeyName, KeyType: "ed25519" });
  const { KeyPairs } = await ec2.DescribeKeyPairs({ Filters: [{ Name: "key-name", Values: ["other"] }] });
  await ec2.DeleteKeyPair({ KeyName: "one" });
  await ec2.DeleteKeyPair({ KeyPairId: KeyPairs[0]?.KeyPairId });
  await expect(ec2.DeleteKeyPair({ KeyName: "one" })).resolves.toEqual({ Return: true });
  await expect(ec2.DescribeKeyPairs({})).resolves.toEqual({ KeyPairs: [] });
  await expect(ec2.DescribeKeyPairs({ KeyNames: ["one"] })).rejects.toMatchObject({
    code: "InvalidKeyPair.NotFound",
  });
});

test("of two key pairs made at once with the same name, one is refused", async () => {
  const { ec2 } = await setUp();
  const calls = [ec2.CreateKeyPair({ KeyName: "one" }), ec2.CreateKeyPair({ KeyName: "one" })];
  const statuses = (await Promise.allSettled(calls)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual(["fulfilled", "rejected"]);
});
