/** What a node shows of itself on the map. */
import type { InstanceNode, LoadBalancerNode, Node } from "../events";
import { html, icon, mark, onlySpoken, refresh } from "./dom";
import { shortCount } from "./format";
import type { PageState } from "./state";

type MarkName = "ok" | "wait" | "bad" | "drain";

interface Health {
  mark: MarkName;
  text: string;
}

/** Plain data, so that a node is only built again when what it shows has changed. */
interface NodeView {
  icon: string;
  name: string;
  lines: string[];
  number?: number;
  health?: Health;
  /** Percent. */
  cpu?: { used: number; target: number };
  hasLamp: boolean;
  dropped: number;
}

export function showNode(button: HTMLElement, state: PageState, node: Node): void {
  const view = nodeView(state, node);
  button.classList.toggle("unmade", node.kind === "instance" && node.state !== "running");
  refresh(button, view, () => [
    html("span", { class: "name" }, icon(view.icon), html("span", {}, view.name)),
    view.number !== undefined && html("span", { class: "number" }, String(view.number)),
    ...view.lines.map(line => html("span", { class: "line" }, line)),
    view.health && healthMark(view.health),
    ...(view.cpu ? cpuBar(view.cpu) : []),
    view.hasLamp && html("span", { class: "lamp" }, html("i"), "IMDS"),
    view.dropped > 0 &&
      html("span", { class: "badge" }, onlySpoken("dropped "), `✕ ${shortCount(view.dropped)}`),
  ]);
}

export function healthMark({ mark: name, text }: Health): HTMLElement {
  return html("span", { class: `health ${name === "drain" ? "mute" : name}` }, mark(name), text);
}

function cpuBar({ used, target }: { used: number; target: number }): HTMLElement[] {
  const filled = html("i");
  filled.style.width = `${Math.min(100, used)}%`;
  const tick = html("u");
  tick.style.left = `${target}%`;
  return [
    html("span", { class: "bar" }, filled, tick),
    html("span", { class: "line" }, `CPU ${Math.round(used)} %`),
  ];
}

function nodeView(state: PageState, node: Node): NodeView {
  const common = { name: state.name(node.key), hasLamp: false, dropped: droppedAt(state, node.key) };
  switch (node.kind) {
    case "internet":
      return { ...common, icon: "internet", lines: ["anyone", node.address] };
    case "operator":
      return { ...common, icon: "operator", lines: ["you, by SSH", node.address] };
    case "api":
      return { ...common, icon: "api", lines: ["AWS’s own, outside"] };
    case "load-balancer":
      return { ...common, icon: "load-balancer", lines: [listensOn(node)], health: healthOfTargets(node) };
    case "instance":
      return { ...common, ...instanceView(state, node) };
  }
}

function instanceView(
  state: PageState,
  node: InstanceNode,
): Pick<NodeView, "icon" | "lines" | "number" | "health" | "cpu" | "hasLamp"> {
  const { key, autoScalingGroupName, interfaces, metadataRequests } = node;
  const address = interfaces[0]?.privateIpAddress ?? "no address";
  const health = instanceHealth(state, node);
  const { storedOn, storedNumber, autoScalingGroups } = state.picture;
  const group = autoScalingGroupName === undefined ? undefined : state.group(autoScalingGroupName);
  if (group) {
    const used = state.cpuOf(group.autoScalingGroupName).at(-1)?.instances[node.instanceId] ?? 0;
    const cpu = { used, target: group.targetTracking?.targetValue ?? 100 };
    return { icon: "host", lines: [address], ...(health && { health }), cpu, hasLamp: false };
  }
  const isStore = storedOn === key;
  const lines = isStore ? [] : [address];
  if (autoScalingGroups.some(({ imageSource }) => imageSource === key))
    lines.push("its image starts the fleet");
  else if (isStore || node.targets.length === 0) lines.push(...portLines(node));
  return {
    icon: isStore ? "store" : "host",
    ...(isStore && storedNumber !== undefined && { number: storedNumber }),
    lines,
    ...(health && (health.mark !== "ok" || node.targets.length > 0) && { health }),
    hasLamp: metadataRequests.tokens > 0 && !isStore,
  };
}

function portLines({ services }: InstanceNode): string[] {
  return services.flatMap(({ name, ports: numbers, portNames }) =>
    portNames && numbers.length > 1
      ? Object.entries(portNames).map(([portName, port]) => `:${port} ${portName}`)
      : [`${name} ${numbers.map(port => `:${port}`).join(", ")}`],
  );
}

/** Undefined if nothing watches it and nothing is wrong. */
export function instanceHealth(state: PageState, node: InstanceNode): Health | undefined {
  const { instanceId, autoScalingGroupName, services, targets } = node;
  if (node.state === "pending") return { mark: "wait", text: "pending" };
  if (node.state === "stopped") return { mark: "bad", text: "stopped" };
  if (node.state !== "running") return { mark: "drain", text: node.state };
  const group = autoScalingGroupName === undefined ? undefined : state.group(autoScalingGroupName);
  const member = group?.instances.find(each => each.instanceId === instanceId);
  if (member?.lifecycleState === "Terminating") return { mark: "drain", text: "draining" };
  if (services.some(({ pid }) => pid === undefined)) return { mark: "bad", text: "process restarts" };
  if (member?.unhealthy) return { mark: "bad", text: "unhealthy" };
  if (member?.lifecycleState === "Pending") return { mark: "wait", text: "pending" };
  const states = new Set(targets.map(each => each.state));
  if (states.has("unhealthy")) return { mark: "bad", text: "unhealthy" };
  if (member?.warmingUp) return { mark: "wait", text: "warming up" };
  if (states.has("initial")) return { mark: "wait", text: "starting" };
  if (states.has("draining")) return { mark: "drain", text: "draining" };
  if (member) return { mark: "ok", text: "in service" };
  if (states.has("healthy")) return { mark: "ok", text: "healthy" };
  return undefined;
}

const listensOn = ({ listeners }: LoadBalancerNode) =>
  listeners.length === 0 ? "no listener" : `listens on ${listeners.map(({ port }) => `:${port}`).join(", ")}`;

function healthOfTargets({ targets }: LoadBalancerNode): Health {
  const healthy = targets.filter(({ state }) => state === "healthy").length;
  return {
    mark: healthy === targets.length && healthy > 0 ? "ok" : healthy > 0 ? "wait" : "bad",
    text: `${healthy} of ${targets.length} healthy`,
  };
}

/** Drops that no list on the map shows: at a group, a route … */
function droppedAt(state: PageState, key: string): number {
  let count = 0;
  for (const { where, from, count: more } of state.drops.values())
    if (where.component !== "network-acl" && (where.node ?? from) === key) count += more;
  return count;
}
