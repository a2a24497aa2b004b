import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface HostArgs {
  instanceType: string;
  /** The image to launch from. */
  ami: pulumi.Input<string>;
  /** Replaces the host when the image changes; otherwise it keeps the one that it was launched from. */
  followsImage: boolean;
  subnetId: pulumi.Input<string>;
  securityGroupId: pulumi.Input<string>;
  keyName: pulumi.Input<string>;
  /** Grants the host's AWS permissions; without one it gets no credentials. */
  instanceProfileName?: pulumi.Input<string>;
  /** Value of the `part` tag: the service it runs. */
  part: string;
  /** Must exist before the host is launched. */
  dependsOn: pulumi.Resource[];
}

export function isBurstable(instanceType: string): boolean {
  return /^t\d/.test(instanceType); // but not trn1
}

/** Settings shared by all instances, the fleet's included. */
export function instanceDefaults(instanceType: string) {
  return {
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    // Out of credits, a burstable instance is throttled below the scaling target.
    ...(isBurstable(instanceType) && { creditSpecification: { cpuCredits: "unlimited" } }),
  };
}

/** An instance that is provisioned over SSH. */
export class Host extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  readonly publicIp: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    // A newer image that the host doesn't follow would show as a change of the component.
    const { ami, followsImage, ...inputs } = args;
    super("elastic-fleet:infra:Host", name, { ...inputs, dependsOn: undefined }, opts);
    const tags = { Name: name, part: args.part };

    const instance = new aws.ec2.Instance(
      name,
      {
        ami,
        instanceType: args.instanceType,
        subnetId: args.subnetId,
        vpcSecurityGroupIds: [args.securityGroupId],
        associatePublicIpAddress: true,
        keyName: args.keyName,
        iamInstanceProfile: args.instanceProfileName,
        ...instanceDefaults(args.instanceType),
        rootBlockDevice: { volumeType: "gp3", encrypted: true, tags },
        tags,
      },
      { parent: this, dependsOn: args.dependsOn, ignoreChanges: followsImage ? [] : ["ami"] },
    );

    this.instanceId = instance.id;
    this.publicIp = instance.publicIp;
    this.privateIp = instance.privateIp;
    this.registerOutputs({ instanceId: this.instanceId, publicIp: this.publicIp, privateIp: this.privateIp });
  }
}
