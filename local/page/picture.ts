/** Draws up what a region holds, for the page. */
import type { NetworkInterface, VpcModel } from "../network/reachability/vpc-model";
import { networkAclOf } from "../network/reachability/network-acl";
import { isEnding } from "../services/ec2/instance-records";
import { targetGroupsOf } from "../services/elbv2/routing-actions";
import type { Listener } from "../services/elbv2/state";
import type {
  InstanceNode,
  LoadBalancerNode,
  Node,
  NodeInterface,
  OutsideNode,
  Picture,
  Subnet,
  Suggestion,
  TargetHealth,
  Vpc,
} from "./events";
import { autoScalingGroups } from "./fleet";
import { nameOf } from "./names";
import {
  anyoneAddress,
  ec2Api,
  internet,
  operator,
  type NamedSuggestion,
  type PageOptions,
  type RegionView,
} from "./region-view";
import { networkAcls, securityGroups, type RemovedRules } from "./rules";

export function pictureOf(
  region: RegionView,
  options: PageOptions,
  removed: RemovedRules,
): Omit<Picture, "storedNumber" | "storedOn"> {
  const { vpc: model } = region.ec2;
  const nodes = nodesOf(region, options);
  return {
    progress: options.progress(),
    outputs: options.outputs(),
    vpcs: vpcsOf(model),
    subnets: subnetsOf(model, options),
    nodes,
    securityGroups: securityGroups(model, removed),
    networkAcls: networkAcls(model, removed),
    autoScalingGroups: autoScalingGroups(region, options),
    suggestions: suggestionsOf(options.arrangement?.suggestions ?? [], nodes),
  };
}

function vpcsOf({ vpcs }: VpcModel): Vpc[] {
  return [...vpcs.values()].map(vpc => ({
    id: vpc.id,
    name: nameOf(vpc),
    cidrBlock: vpc.cidrBlock,
    isDefault: vpc.isDefault,
  }));
}

function subnetsOf(model: VpcModel, { arrangement }: PageOptions): Subnet[] {
  return [...model.subnets.values()].map(subnet => {
    const { id, vpcId, cidrBlock, availabilityZone } = subnet;
    const name = nameOf(subnet);
    return {
      ...{ id, name, vpcId, cidrBlock, availabilityZone },
      networkAclId: networkAclOf(model, subnet).id,
      place: arrangement?.places.subnets[name],
    };
  });
}

function nodesOf(region: RegionView, options: PageOptions): Node[] {
  const nodes: Node[] = [...outside(options), ...loadBalancers(region, options), ...instances(region)];
  const places = options.arrangement?.places.nodes ?? {};
  return nodes.map(node => ({ ...node, place: places[node.name] }));
}

function outside({ operatorAddress, ec2ApiAddress }: PageOptions): OutsideNode[] {
  return [
    { key: internet, kind: "internet", name: "Internet", address: anyoneAddress },
    { key: operator, kind: "operator", name: "Operator", address: operatorAddress },
    { key: ec2Api, kind: "api", name: "EC2 API", address: ec2ApiAddress },
  ];
}

function loadBalancers(region: RegionView, { listenerUrl }: PageOptions): LoadBalancerNode[] {
  const { elbv2, ec2 } = region;
  return [...elbv2.loadBalancers.values()].map(running => {
    const { arn, label, dnsName, vpcId, interfaceIds, securityGroupIds, listeners } = running;
    const groups = [...new Set([...listeners.values()].flatMap(targetGroupsOfListener))];
    return {
      ...{ key: arn, kind: "load-balancer", name: label, arn, dnsName, vpcId },
      interfaces: interfaceIds.flatMap(id => interfaceOf(ec2.vpc, id)),
      securityGroupIds,
      listeners: [...listeners.values()].map(({ arn, port }) => ({ port, url: listenerUrl(arn) })),
      targets: targetHealth(region, groups),
    };
  });
}

function targetGroupsOfListener({ defaultAction, rules }: Listener): string[] {
  return [defaultAction, ...[...rules.values()].map(({ action }) => action)].flatMap(targetGroupsOf);
}

function instances(region: RegionView): InstanceNode[] {
  const { ec2, autoScaling, options } = region;
  const groups = [...autoScaling.groups.values()];
  const targets = targetHealth(region);
  return ec2.instances.records.visible(options.clock.now()).flatMap((instance): InstanceNode[] => {
    const { specification, state, interfaceId } = instance;
    if (state === "terminated") return [];
    const { instanceId, name, subnetId, securityGroupIds } = specification;
    const host = ec2.instances.hosts.get(instanceId);
    const attached = ec2.vpc.networkInterfaces.get(interfaceId);
    const { token: tokens = 0, credentials = 0 } = host?.metadataRequests ?? {};
    return [
      {
        ...{ key: instanceId, kind: "instance", name, instanceId, state },
        vpcId: ec2.vpc.subnets.get(attached?.subnetId ?? subnetId)?.vpcId ?? "",
        interfaces: interfaceOf(ec2.vpc, interfaceId),
        securityGroupIds: attached?.groupIds ?? securityGroupIds,
        services: isEnding(instance)
          ? []
          : [...(host?.services.values() ?? [])].map(({ options: { unit }, pid }) => ({
              name: unit.service,
              release: /\/releases\/([0-9a-f]{12})/.exec(unit.command[1])?.[1] ?? "",
              ports: Object.values(unit.ports),
              portNames: unit.ports,
              pid,
            })),
        autoScalingGroupName: groups.find(group => group.instances.has(instanceId))?.name,
        targets: targets.filter(({ target }) => target === instanceId),
        metadataRequests: { tokens, credentials },
      },
    ];
  });
}

function interfaceOf({ networkInterfaces }: VpcModel, id: string): NodeInterface[] {
  const attached = networkInterfaces.get(id);
  return attached ? [addressesOf(attached)] : [];
}

function addressesOf({ id, subnetId, privateIpAddress, publicIpAddress }: NetworkInterface): NodeInterface {
  return { id, subnetId, privateIpAddress, publicIpAddress };
}

function targetHealth({ elbv2 }: RegionView, arns = [...elbv2.targetGroups.keys()]): TargetHealth[] {
  return [...elbv2.targetGroups.values()]
    .filter(({ arn }) => arns.includes(arn))
    .flatMap(({ label, group }) =>
      group.describe().map(({ target, targetHealth }) => ({
        targetGroup: label,
        target: target.id,
        port: target.port,
        ...targetHealth,
      })),
    );
}

/** Those whose nodes exist, by the nodes' keys. */
function suggestionsOf(suggestions: readonly NamedSuggestion[], nodes: readonly Node[]): Suggestion[] {
  const keyOf = (name: string) => nodes.find(node => node.name === name || node.key === name)?.key;
  return suggestions.flatMap(({ title, explanation, command }): Suggestion[] => {
    if ("load" in command) {
      const to = keyOf(command.load.to);
      return to === undefined ? [] : [{ title, explanation, command: { load: { ...command.load, to } } }];
    }
    const [from, to] = [keyOf(command.send.from), keyOf(command.send.to)];
    if (from === undefined || to === undefined) return [];
    return [{ title, explanation, command: { send: { ...command.send, from, to } } }];
  });
}
