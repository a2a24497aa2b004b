import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** The key for provisioning hosts: generated for this stack and stored in its encrypted state. */
export class SshKey extends pulumi.ComponentResource {
  readonly keyName: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: Record<string, never>, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:SshKey", name, args, opts);
    const key = new tls.PrivateKey(name, { algorithm: "ED25519" }, { parent: this });
    const pair = new aws.ec2.KeyPair(
      name,
      { publicKey: key.publicKeyOpenssh, tags: { Name: name, part: "hosts" } },
      { parent: this },
    );
    this.keyName = pair.keyName;
    this.privateKey = pulumi.secret(key.privateKeyOpenssh);
    this.registerOutputs({ keyName: this.keyName });
  }
}
