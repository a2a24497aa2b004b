import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** The receivers' IAM role, which may only describe network ACLs. */
export class ReceiverIdentity extends pulumi.ComponentResource {
  readonly instanceProfileName: pulumi.Output<string>;
  readonly policy: pulumi.Resource;

  constructor(name: string, args: Record<string, never>, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:ReceiverIdentity", name, args, opts);
    const tags = { Name: name, part: "receiver" };

    const role = new aws.iam.Role(
      name,
      {
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
          ],
        }),
        tags,
      },
      { parent: this },
    );
    this.policy = new aws.iam.RolePolicy(
      `${name}-describe-network-acls`,
      {
        role: role.name,
        policy: JSON.stringify({
          Version: "2012-10-17",
          // This action doesn't support resource-level permissions.
          Statement: [{ Effect: "Allow", Action: "ec2:DescribeNetworkAcls", Resource: "*" }],
        }),
      },
      { parent: this },
    );
    const profile = new aws.iam.InstanceProfile(name, { role: role.name, tags }, { parent: this });

    this.instanceProfileName = profile.name;
    this.registerOutputs({ instanceProfileName: this.instanceProfileName });
  }
}
