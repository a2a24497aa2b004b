/** The ends of a path as an operator names them, and what to ask Reachability Analyzer about them. */
import type { CreateNetworkInsightsPathRequest, NetworkInterface } from "@aws-sdk/client-ec2";

/** What a stack's VPC has. */
export interface Vpc {
  interfaces: readonly NetworkInterface[];
  gatewayId?: string;
  /** Instance ids by host name. */
  hosts: Readonly<Record<string, string>>;
  /** DNS names by the load balancers' names. */
  balancers: Readonly<Record<string, string>>;
}

/** An end on the Internet has no interface; an address is there if it was named by it. */
export interface End {
  name: string;
  networkInterface?: NetworkInterface;
  address?: string;
}

export type PathRequest = Pick<
  CreateNetworkInsightsPathRequest,
  "Source" | "Destination" | "Protocol" | "FilterAtSource"
>;

/** Linux's: an answer must find its way back to one of them. */
const ephemeralPorts = { FromPort: 32768, ToPort: 60999 };

/**
 * A load balancer is several, one for each of its nodes.
 * @throws if nothing in the VPC is called so
 */
export function endsNamed(vpc: Vpc, name: string): End[] {
  if (name === "internet") return [{ name }];
  const dnsName = vpc.balancers[name];
  if (dnsName !== undefined) {
    const nodes = vpc.interfaces.filter(({ Description = "" }) => isNodeOf(dnsName, Description));
    // Clients find a load balancer by its public addresses.
    return nodes.map(node => ({ name, networkInterface: node, address: node.Association?.PublicIp }));
  }
  const instanceId = vpc.hosts[name] ?? name;
  const networkInterface = vpc.interfaces.find(
    ({ NetworkInterfaceId, Attachment, PrivateIpAddress, Association }) =>
      [NetworkInterfaceId, Attachment?.InstanceId, PrivateIpAddress, Association?.PublicIp].includes(
        instanceId,
      ),
  );
  const address = isAddress(name) ? name : undefined;
  if (networkInterface) return [{ name, networkInterface, address }];
  if (address !== undefined) return [{ name, address }];
  const known = [...Object.keys(vpc.hosts), ...Object.keys(vpc.balancers), "internet"].join(", ");
  throw new Error(
    `the stack has no ${name}: name an instance or a network interface by its id, an address, or one of ${known}`,
  );
}

/** "ELB app/receiver-lb/0123456789abcdef" is a node of "receiver-lb-123456789.us-east-1.elb.amazonaws.com". */
function isNodeOf(dnsName: string, description: string): boolean {
  const name = /^ELB app\/([^/]+)\//.exec(description)?.[1] ?? "";
  return name !== "" && new RegExp(`^${name}-\\d+\\.`).test(dnsName);
}

/** @throws if there is no path to ask about */
export function pathBetween({ gatewayId }: Vpc, from: End, to: End, port: number): PathRequest {
  const source = from.networkInterface;
  const filter = {
    SourcePortRange: ephemeralPorts,
    DestinationPortRange: { FromPort: port, ToPort: port },
    ...(!source && from.address !== undefined && { SourceAddress: from.address }),
  };
  const gateway = (): string => {
    if (gatewayId === undefined) throw new Error("the stack's VPC has no internet gateway");
    return gatewayId;
  };
  const target = to.networkInterface;
  const isPublic = to.address !== undefined && to.address !== target?.PrivateIpAddress;
  if (!source) {
    if (!target) throw new Error(`neither ${from.name} nor ${to.name} is in the stack's VPC`);
    const DestinationAddress = isPublic ? to.address : target.Association?.PublicIp;
    return path(gateway(), idOf(target), { ...filter, DestinationAddress });
  }
  if (target && !isPublic) return path(idOf(source), idOf(target), filter);
  return path(idOf(source), gateway(), { ...filter, DestinationAddress: to.address });
}

function path(
  Source: string,
  Destination: string,
  FilterAtSource: PathRequest["FilterAtSource"],
): PathRequest {
  return { Source, Destination, Protocol: "tcp", FilterAtSource };
}

function idOf({ Attachment, NetworkInterfaceId = "" }: NetworkInterface): string {
  return Attachment?.InstanceId ?? NetworkInterfaceId;
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}
