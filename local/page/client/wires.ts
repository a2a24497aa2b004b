/** Which wires the map has: those that the rules are made for, and those that flows have taken. */
import type {
  FlowCount,
  InstanceNode,
  NetworkAclEntry,
  Node,
  NodeKey,
  RuleKey,
  SecurityGroupRule,
} from "../events";
import { contains, decidingEntry, mostInstances, type Arrangement } from "./arrange";
import type { PageState } from "./state";

/** An end of a wire: a node's key, or of what stands for many nodes `subnet:ID` or `group:NAME`. */
export type Anchor = string;

export interface Wire {
  key: string;
  from: Anchor;
  to: Anchor;
  /** The entry of a drawn network ACL through which it leaves, and through which it enters. */
  exit?: RuleKey;
  entry?: RuleKey;
  /** All nodes whose wire it is. */
  nodes: Set<NodeKey>;
}

type Ends = Pick<FlowCount, "from" | "to" | "port">;

export class Wires {
  readonly all = new Map<string, Wire>();
  private readonly anchors = new Map<NodeKey, Anchor>();
  /** The drawn network ACL in front of a node. */
  private readonly walls = new Map<NodeKey, string>();

  constructor(
    private readonly state: PageState,
    arrangement: Arrangement,
  ) {
    for (const { cells } of [...arrangement.columns, ...arrangement.others])
      for (const { subnet, wall, shown, hidden } of cells)
        for (const { key } of [...shown, ...hidden]) {
          if (hidden.length > 0) this.anchors.set(key, `subnet:${subnet.id}`);
          if (wall) this.walls.set(key, subnet.id);
        }
    for (const { autoScalingGroupName, instances } of state.picture.autoScalingGroups)
      if (instances.length > 2 * mostInstances)
        for (const { instanceId } of instances) this.anchors.set(instanceId, `group:${autoScalingGroupName}`);
    this.expect();
    for (const flow of state.flows.values()) if (!flow.healthCheck) this.add(flow);
  }

  /** The wire of a flow that passed; undefined if an end isn't on the map. */
  add(flow: Ends & { rules: RuleKey[]; verdict: string }): Wire | undefined {
    if (flow.verdict === "dropped") return undefined;
    const through = (direction: "ingress" | "egress", subnetId: string | undefined) =>
      flow.rules.find(key => {
        const found = this.state.entry(key);
        return found?.entry.direction === direction && found.acl.subnetIds.includes(subnetId ?? "");
      });
    return this.connect(flow, {
      exit: through("egress", this.walls.get(flow.from)),
      entry: through("ingress", this.walls.get(flow.to)),
    });
  }

  anchor(key: NodeKey): Anchor {
    return this.anchors.get(key) ?? key;
  }

  /** The subnet of a node whose network ACL is drawn. */
  wallOf(key: NodeKey): string | undefined {
    return this.walls.get(key);
  }

  private connect(
    { from, to }: Ends,
    { exit, entry }: { exit?: RuleKey | undefined; entry?: RuleKey | undefined },
  ): Wire | undefined {
    if (from === to || !this.state.node(from) || !this.state.node(to)) return undefined;
    const ends = { from: this.anchor(from), to: this.anchor(to) };
    const key = [ends.from, ends.to, exit, entry].filter(part => part !== undefined).join(">");
    const wire = this.all.get(key) ?? {
      ...{ key, ...ends, nodes: new Set<NodeKey>() },
      ...(exit !== undefined && { exit }),
      ...(entry !== undefined && { entry }),
    };
    wire.nodes.add(from).add(to);
    this.all.set(key, wire);
    return wire;
  }

  private expect(): void {
    const { nodes } = this.state.picture;
    const internet = nodes.find(({ kind }) => kind === "internet");
    const api = nodes.find(({ kind }) => kind === "api");
    const instances = nodes.filter(node => node.kind === "instance");
    for (const node of nodes) {
      if (node.kind !== "load-balancer") continue;
      for (const { port } of node.listeners) if (internet) this.expectOne(internet, node, port);
      for (const { target, port } of node.targets) this.expectOne(node, this.state.node(target), port);
    }
    for (const instance of instances) {
      if (internet && instance.targets.length === 0 && this.walls.has(instance.key))
        for (const port of servicePorts(instance))
          if (this.isOpenToAll(instance, port)) this.expectOne(internet, instance, port);
      if (instance.autoScalingGroupName) continue;
      for (const { fromPort: port, toPort, peer } of this.egress(instance)) {
        if (port === undefined || port !== toPort) continue;
        if (peer === "0.0.0.0/0") {
          if (port === 443) this.expectOne(instance, api, port);
        } else
          for (const other of instances)
            if (servicePorts(other).includes(port) && this.isIn(other, peer))
              this.expectOne(instance, other, port);
      }
    }
  }

  private expectOne(from: Node, to: Node | undefined, port: number): void {
    if (!to) return;
    const wall = this.walls.get(to.key);
    if (wall === undefined || wall === this.walls.get(from.key)) {
      this.connect({ from: from.key, to: to.key, port }, {});
      return;
    }
    const subnet = this.state.subnet(wall);
    const acl = subnet && this.state.aclOf(subnet);
    const source = "interfaces" in from ? from.interfaces[0]?.privateIpAddress : from.address;
    if (!acl || source === undefined) return;
    const entry = decidingEntry({ ...acl, entries: acl.entries.map(asDeclared) }, "ingress", port, source);
    if (entry?.ruleAction === "allow")
      this.connect({ from: from.key, to: to.key, port }, { entry: entry.key });
  }

  private isOpenToAll(instance: InstanceNode, port: number): boolean {
    return this.rules(instance).some(
      ({ direction, peer, fromPort = 0, toPort = 65535 }) =>
        direction === "ingress" && peer === "0.0.0.0/0" && fromPort <= port && port <= toPort,
    );
  }

  private isIn({ interfaces }: InstanceNode, peer: string): boolean {
    return peer.includes("/") && interfaces.some(each => contains(peer, each.privateIpAddress));
  }

  private egress(instance: InstanceNode): SecurityGroupRule[] {
    return this.rules(instance).filter(({ direction }) => direction === "egress");
  }

  private rules({ securityGroupIds }: InstanceNode): SecurityGroupRule[] {
    return securityGroupIds.flatMap(id => this.state.securityGroup(id)?.rules ?? []);
  }
}

const servicePorts = ({ services }: InstanceNode) => services.flatMap(({ ports }) => ports);

/** A wire stays where it is while its entry is removed. */
const asDeclared = (entry: NetworkAclEntry): NetworkAclEntry => ({ ...entry, removedAt: undefined });
