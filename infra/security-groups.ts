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
  /** Who may do what, and why; EC2 takes no apostrophe. */
  description: string;
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
  const operators = "Operators install the service over SSH";
  return {
    "data-access-in-read": allow("data-access", "ingress", anywhere, "Anyone reads the value", read),
    "data-access-in-update": allow("data-access", "ingress", receivers, "Receivers update the value", update),
    "data-access-in-ssh": allow("data-access", "ingress", ssh, operators, sshPort),
    "data-access-out-all": allow(
      "data-access",
      "egress",
      anywhere,
      "Everything goes out: the ACL of the subnet is what keeps replies from coming back",
    ),

    "receiver-in-http": allow(
      "receiver",
      "ingress",
      anywhere,
      "Anyone calls the service, with or without the load balancer",
      ports.receiver.http,
    ),
    "receiver-in-ssh": allow("receiver", "ingress", ssh, operators, sshPort),
    "receiver-out-read": allow("receiver", "egress", data, "Receivers read the value", read),
    "receiver-out-update": allow("receiver", "egress", data, "Receivers update the value", update),
    "receiver-out-https": allow(
      "receiver",
      "egress",
      anywhere,
      "Receivers ask the EC2 API for the ACL of the data subnet",
      443,
    ),

    "load-balancer-in-http": allow("load-balancer", "ingress", anywhere, "Anyone calls the services", 80),
    ...(args.https && {
      "load-balancer-in-https": allow("load-balancer", "ingress", anywhere, "Anyone calls the services", 443),
    }),
    "load-balancer-out-receiver": allow(
      "load-balancer",
      "egress",
      { group: "receiver" },
      "Requests and health checks go to the receivers",
      ports.receiver.http,
    ),
    "load-balancer-out-stress": allow(
      "load-balancer",
      "egress",
      { group: "stress" },
      "Requests and health checks go to the fleet",
      ports.stress.http,
    ),

    // No egress: instances find everything they need in their image.
    "stress-in-http": allow(
      "stress",
      "ingress",
      { group: "load-balancer" },
      "Only the load balancers call the service",
      ports.stress.http,
    ),
    "stress-in-ssh": allow("stress", "ingress", ssh, operators, sshPort),
  };
}

function allow(
  group: GroupName,
  direction: Rule["direction"],
  peer: Peer,
  description: string,
  port?: number,
): Rule {
  return { group, direction, peer, description, port };
}

/** The stateful firewalls: a group for each kind of host, one for load balancers, and the VPC's default group, closed. */
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

    // Every VPC comes with this group, and nothing here is in it. Without rules, what is put in it by mistake is cut off.
    new aws.ec2.DefaultSecurityGroup(
      "default",
      { vpcId: args.vpcId, tags: { Name: "default", part: "network" } },
      { parent: this },
    );

    this.rules = Object.entries(rulesOf(args)).map(
      ([rule, { group, direction, port, peer, description }]) => {
        const Kind =
          direction === "ingress" ? aws.vpc.SecurityGroupIngressRule : aws.vpc.SecurityGroupEgressRule;
        return new Kind(
          rule,
          {
            securityGroupId: this.ids[group],
            ...(port === undefined
              ? { ipProtocol: "-1" }
              : { ipProtocol: "tcp", fromPort: port, toPort: port }),
            description,
            ...("cidr" in peer
              ? { cidrIpv4: peer.cidr }
              : { referencedSecurityGroupId: this.ids[peer.group] }),
            tags: { Name: rule, part: "network" },
          },
          { parent: this },
        );
      },
    );
    this.registerOutputs({ ids: this.ids });
  }
}
