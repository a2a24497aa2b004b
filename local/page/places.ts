/** Nodes as places in the network: where their requests come from, by which address others reach them, and back. */
import { isIPv4 } from "node:net";
import { AwsError } from "../api/aws-error";
import type { NetworkInterface } from "../network/reachability/vpc-model";
import type { Purpose } from "../network/router";
import type { Source } from "../network/virtual-network";
import { targetGroupsOf } from "../services/elbv2/routing-actions";
import type { RunningLoadBalancer } from "../services/elbv2/state";
import type { NodeKey } from "./events";
import { anyoneAddress, ec2Api, internet, operator, type PageOptions, type RegionView } from "./region-view";

export class Places {
  constructor(
    private readonly region: RegionView,
    private readonly options: Pick<PageOptions, "operatorAddress" | "ec2ApiAddress">,
  ) {}

  /** @throws AwsError unless it is outside, or has an interface */
  sourceOf(key: NodeKey, outsideAddress = anyoneAddress): Source {
    if (key === internet) return { internetAddress: outsideAddress };
    if (key === operator) return { internetAddress: this.options.operatorAddress };
    const [attached] = this.interfacesOf(key);
    if (!attached) throw unknownNode(key);
    return { interfaceId: attached.id };
  }

  /**
   * The address that one node reaches another by: the private one within a VPC, otherwise the public one. Addresses and
   * DNS names stand for themselves.
   * @throws AwsError for what is neither
   */
  addressOf(to: string, from: NodeKey): string {
    if (to === internet) return anyoneAddress;
    if (to === operator) return this.options.operatorAddress;
    if (to === ec2Api) return this.options.ec2ApiAddress;
    if (isIPv4(to)) return to;
    const target = this.interfacesOf(to);
    const vpcOf = ({ subnetId }: NetworkInterface) => this.region.ec2.vpc.subnets.get(subnetId)?.vpcId;
    const [source] = this.interfacesOf(from);
    const near = source && target.find(each => vpcOf(each) === vpcOf(source));
    const address =
      near?.privateIpAddress ??
      target.find(each => each.publicIpAddress !== undefined)?.publicIpAddress ??
      target[0]?.privateIpAddress ??
      this.region.dns.resolve(to);
    if (address === undefined) throw unknownNode(to);
    return address;
  }

  /** A load balancer's DNS name, which its clients name it by. */
  hostOf(key: NodeKey): string | undefined {
    return this.region.elbv2.loadBalancers.get(key)?.dnsName;
  }

  /**
   * Where a load balancer takes requests for its targets, by the first listener that has any.
   * @throws AwsError if it has no listener
   */
  loadBalancer(key: NodeKey): { dnsName: string; port: number } {
    const found = this.region.elbv2.loadBalancers.get(key);
    const listeners = [...(found?.listeners.values() ?? [])];
    const listener = listeners.find(each => targetGroupsOf(each.defaultAction).length > 0) ?? listeners[0];
    if (!found || !listener) throw new AwsError("LoadBalancerNotFound", `${key} has no listener`);
    return { dnsName: found.dnsName, port: listener.port };
  }

  /** Whether an HTTPS listener is at this address of a load balancer's. */
  speaksTls(address: string, port: number): boolean {
    const { ec2, elbv2 } = this.region;
    const isThere = ({ interfaceIds }: RunningLoadBalancer) =>
      interfaceIds.some(id => {
        const { privateIpAddress, publicIpAddress } = ec2.vpc.networkInterfaces.get(id) ?? {};
        return address === privateIpAddress || address === publicIpAddress;
      });
    return [...elbv2.loadBalancers.values()]
      .filter(isThere)
      .some(({ listeners }) => [...listeners.values()].some(each => each.port === port && each.tls));
  }

  /** What SSH comes from is the operator; everything else outside is the Internet. */
  nodeOfSource(from: Source, purpose: Purpose): NodeKey {
    if ("interfaceId" in from) return this.nodeOfInterface(from.interfaceId) ?? internet;
    return purpose === "ssh" ? operator : internet;
  }

  /** @param interfaceId of the destination, if there is one */
  nodeOfDestination(interfaceId: string | undefined, address: string): NodeKey {
    if (interfaceId !== undefined) return this.nodeOfInterface(interfaceId) ?? internet;
    return address === this.options.ec2ApiAddress ? ec2Api : internet;
  }

  nodeOfInterface(id: string): NodeKey | undefined {
    const { ec2, elbv2, options } = this.region;
    const running = [...elbv2.loadBalancers.values()].find(({ interfaceIds }) => interfaceIds.includes(id));
    if (running) return running.arn;
    return ec2.instances.records.visible(options.clock.now()).find(({ interfaceId }) => interfaceId === id)
      ?.specification.instanceId;
  }

  private interfacesOf(key: NodeKey): NetworkInterface[] {
    const { ec2, elbv2 } = this.region;
    const instance = ec2.instances.records.get(key);
    const ids = instance ? [instance.interfaceId] : (elbv2.loadBalancers.get(key)?.interfaceIds ?? []);
    return ids.flatMap(id => ec2.vpc.networkInterfaces.get(id) ?? []);
  }
}

const unknownNode = (key: string) => new AwsError("NodeNotFound", `${key} is no node, address or name here`);
