import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ports, sshPort, type ServiceName } from "../apps/ports";

const groups = {
  "data-access": "Data-access service",
  receiver: "Receiver service",
  "load-balancer": "Load balancers",
  stress: "Stress service",
} as const satisfies Record<ServiceName | "load-balancer", string>;

export type GroupName = keyof typeof groups;

/** The other end of a rule: an IPv4 range, or a group's members. */
type Peer = { cidr: string } | { group: GroupName };

interface Rule {
  group: GroupName;
  direction: "ingress" | "egress";
  peer: Peer;
  /** A TCP port; absent for every port of every protocol. */
  port?: number;
}

export interface SecurityGroupsArgs {
  vpcId: pulumi.Input<string>;
  sshCidr: string;
  dataCidr: string;
  receiverCidr: string;
}

const anywhere: Peer = { cidr: "0.0.0.0/0" };

/** Every rule of every group, keyed by its resource name. Nothing else is allowed. */
export function rulesOf(args: Omit<SecurityGroupsArgs, "vpcId">): Record<string, Rule> {
  const { read, update } = ports["data-access"];
  const { http } = ports.receiver;
  const ssh: Peer = { cidr: args.sshCidr };
  const data: Peer = { cidr: args.dataCidr };
  return {
    "data-access-in-read": { group: "data-access", direction: "ingress", port: read, peer: anywhere },
    "data-access-in-update": {
      group: "data-access",
      direction: "ingress",
      port: update,
      peer: { cidr: args.receiverCidr },
    },
    "data-access-in-ssh": { group: "data-access", direction: "ingress", port: sshPort, peer: ssh },
    // The group allows everything out; the subnet's ACL is what keeps replies from coming back.
    "data-access-out-all": { group: "data-access", direction: "egress", peer: anywhere },

    "receiver-in-http": { group: "receiver", direction: "ingress", port: http, peer: anywhere },
    "receiver-in-ssh": { group: "receiver", direction: "ingress", port: sshPort, peer: ssh },
    "receiver-out-read": { group: "receiver", direction: "egress", port: read, peer: data },
    "receiver-out-update": { group: "receiver", direction: "egress", port: update, peer: data },
    // The EC2 API.
    "receiver-out-https": { group: "receiver", direction: "egress", port: 443, peer: anywhere },

    "load-balancer-in-http": { group: "load-balancer", direction: "ingress", port: 80, peer: anywhere },
    "load-balancer-out-receiver": {
      group: "load-balancer",
      direction: "egress",
      port: http,
      peer: { group: "receiver" },
    },
    "load-balancer-out-stress": {
      group: "load-balancer",
      direction: "egress",
      port: ports.stress.http,
      peer: { group: "stress" },
    },

    // No egress: instances find everything they need in their image.
    "stress-in-http": {
      group: "stress",
      direction: "ingress",
      port: ports.stress.http,
      peer: { group: "load-balancer" },
    },
    "stress-in-ssh": { group: "stress", direction: "ingress", port: sshPort, peer: ssh },
  };
}

/** The stateful firewalls: a group for each kind of host, and one for load balancers. */
export class SecurityGroups extends pulumi.ComponentResource {
  readonly ids: Record<GroupName, pulumi.Output<string>>;
  readonly rules: pulumi.Resource[];

  constructor(name: string, args: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:SecurityGroups", name, args, opts);

    this.ids = Object.fromEntries(
      Object.entries(groups).map(([group, description]) => [
        group,
        new aws.ec2.SecurityGroup(
          group,
          { vpcId: args.vpcId, description, tags: { Name: group, part: "network" } },
          { parent: this },
        ).id,
      ]),
    ) as Record<GroupName, pulumi.Output<string>>;

    this.rules = Object.entries(rulesOf(args)).map(([rule, { group, direction, port, peer }]) => {
      const Kind =
        direction === "ingress" ? aws.vpc.SecurityGroupIngressRule : aws.vpc.SecurityGroupEgressRule;
      return new Kind(
        rule,
        {
          securityGroupId: this.ids[group],
          ...(port === undefined
            ? { ipProtocol: "-1" }
            : { ipProtocol: "tcp", fromPort: port, toPort: port }),
          ...("cidr" in peer ? { cidrIpv4: peer.cidr } : { referencedSecurityGroupId: this.ids[peer.group] }),
          tags: { Name: rule, part: "network" },
        },
        { parent: this },
      );
    });
    this.registerOutputs({ ids: this.ids });
  }
}
