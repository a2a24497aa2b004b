import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Who a receiver is to AWS: a role that may describe network ACLs, and nothing else. */
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
          // This action takes no resource-level permission.
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
