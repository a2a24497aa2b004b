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
  /** Whether the load balancers serve HTTPS. */
  https?: boolean;
}

const anywhere: Peer = { cidr: "0.0.0.0/0" };

/** Every rule of every group, keyed by its resource name. Nothing else is allowed. */
export function rulesOf(args: Omit<SecurityGroupsArgs, "vpcId">): Record<string, Rule> {
  const { read, update } = ports["data-access"];
  const ssh: Peer = { cidr: args.sshCidr };
  const data: Peer = { cidr: args.dataCidr };
  const receivers: Peer = { cidr: args.receiverCidr };
  return {
    "data-access-in-read": allow("data-access", "ingress", anywhere, read),
    "data-access-in-update": allow("data-access", "ingress", receivers, update),
    "data-access-in-ssh": allow("data-access", "ingress", ssh, sshPort),
    // The group allows everything out; the subnet's ACL is what keeps replies from coming back.
    "data-access-out-all": allow("data-access", "egress", anywhere),

    "receiver-in-http": allow("receiver", "ingress", anywhere, ports.receiver.http),
    "receiver-in-ssh": allow("receiver", "ingress", ssh, sshPort),
    "receiver-out-read": allow("receiver", "egress", data, read),
    "receiver-out-update": allow("receiver", "egress", data, update),
    // The EC2 API.
    "receiver-out-https": allow("receiver", "egress", anywhere, 443),

    "load-balancer-in-http": allow("load-balancer", "ingress", anywhere, 80),
    ...(args.https && { "load-balancer-in-https": allow("load-balancer", "ingress", anywhere, 443) }),
    "load-balancer-out-receiver": allow(
      "load-balancer",
      "egress",
      { group: "receiver" },
      ports.receiver.http,
    ),
    "load-balancer-out-stress": allow("load-balancer", "egress", { group: "stress" }, ports.stress.http),

    // No egress: instances find everything they need in their image.
    "stress-in-http": allow("stress", "ingress", { group: "load-balancer" }, ports.stress.http),
    "stress-in-ssh": allow("stress", "ingress", ssh, sshPort),
  };
}

function allow(group: GroupName, direction: Rule["direction"], peer: Peer, port?: number): Rule {
  return { group, direction, peer, port };
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
