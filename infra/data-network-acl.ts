import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ports, sshPort } from "../apps/ports";

export interface DataNetworkAclArgs {
  vpcId: pulumi.Input<string>;
  subnetId: pulumi.Input<string>;
  /** The range whose hosts may update the value. */
  receiverCidr: string;
}

const tcp = "6";
const everywhere = "0.0.0.0/0";

function ingress(ruleNumber: number, cidrBlock: string, port: number) {
  return { ruleNumber, egress: false, cidrBlock, fromPort: port, toPort: port };
}

/**
 * The data subnet's stateless firewall. It allows requests in on three ports and everything out, but no ephemeral port
 * in, so the data host can respond but never gets a reply to a request it sends.
 */
export class DataNetworkAcl extends pulumi.ComponentResource {
  readonly networkAclId: pulumi.Output<string>;
  readonly association: pulumi.Resource;

  constructor(name: string, args: DataNetworkAclArgs, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:DataNetworkAcl", name, args, opts);

    const acl = new aws.ec2.NetworkAcl(
      name,
      { vpcId: args.vpcId, tags: { Name: name, part: "network" } },
      { parent: this },
    );

    const { read, update } = ports["data-access"];
    const entries = Object.entries({
      "ingress-ssh": ingress(100, everywhere, sshPort),
      "ingress-update": ingress(200, args.receiverCidr, update),
      "ingress-read": ingress(300, everywhere, read),
      "egress-all": { ruleNumber: 100, egress: true, cidrBlock: everywhere, fromPort: 0, toPort: 65535 },
    }).map(
      ([entry, rule]) =>
        new aws.ec2.NetworkAclRule(
          `${name}-${entry}`,
          { networkAclId: acl.id, protocol: tcp, ruleAction: "allow", ...rule },
          // A changed entry keeps its number, and AWS rejects duplicates.
          { parent: this, deleteBeforeReplace: true },
        ),
    );

    this.association = new aws.ec2.NetworkAclAssociation(
      name,
      { networkAclId: acl.id, subnetId: args.subnetId },
      // Without its entries, an ACL denies everything.
      { parent: this, dependsOn: entries },
    );
    this.networkAclId = acl.id;
    this.registerOutputs({ networkAclId: this.networkAclId });
  }
}
