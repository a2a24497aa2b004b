/** The map's elements: nodes as buttons on a grid, in front of one SVG with boxes and wires. */
import type { Node, NodeKey, OutsideNode, RuleKey } from "../events";
import { arrange, type Arrangement, type Cell, type Tier } from "./arrange";
import type { Controls } from "./controls";
import { html, refresh, svg } from "./dom";
import type { Rect } from "./geometry";
import { GroupViews } from "./group-views";
import { showNode } from "./nodes";
import type { Measures } from "./routes";
import { Wall } from "./wall";
import type { Anchor } from "./wires";

const lampMs = 900;

export const phone = matchMedia("(max-width: 1023px)");

export class Board {
  arrangement: Arrangement;
  readonly wires = svg("svg", { class: "wires", "aria-hidden": "true" });
  readonly layers = {
    boxes: svg("g"),
    wires: svg("g"),
    traces: svg("g"),
    pulses: svg("g"),
    rates: svg("g"),
    crosses: svg("g"),
  };
  private readonly buttons = new Map<NodeKey, HTMLButtonElement>();
  /** By subnet. */
  private readonly walls = new Map<string, Wall>();
  private readonly groups: GroupViews;
  private readonly tokens = new Map<NodeKey, number>();
  /** What isn't a node: tiers, groups, the VPCs' labels. */
  private areas = new Map<Anchor, HTMLElement>();

  constructor(
    private readonly element: HTMLElement,
    private readonly controls: Controls,
  ) {
    this.arrangement = arrange(controls.state.picture);
    this.groups = new GroupViews(controls.state, node => this.button(node));
    this.wires.append(...Object.values(this.layers));
  }

  /** Shows the state; builds the grid anew only if something came, went or moved. */
  show(): void {
    const { state } = this.controls;
    const arrangement = arrange(state.picture);
    this.arrangement = arrangement;
    for (const group of arrangement.below.groups) this.groups.keepPlaces(group);
    const skeleton = {
      ...arrangement,
      outside: keys(arrangement.outside),
      columns: arrangement.columns.map(tierKeys),
      others: arrangement.others.map(tierKeys),
      below: {
        loadBalancers: keys(arrangement.below.loadBalancers),
        groups: arrangement.below.groups.map(group => [
          group.autoScalingGroupName,
          this.groups.placesOf(group),
        ]),
        instances: keys(arrangement.below.instances),
      },
      ready: state.picture.progress.ready,
    };
    this.element.style.gridTemplateColumns = phone.matches ? "" : columnTemplate(arrangement);
    refresh(this.element, skeleton, () => this.build(arrangement));
    this.showContents();
  }

  /** What the nodes, walls and groups show. */
  showContents(): void {
    const { state, selection } = this.controls;
    for (const node of state.picture.nodes) {
      const button = this.buttons.get(node.key);
      if (!button?.isConnected) continue;
      showNode(button, state, node);
      button.setAttribute("aria-pressed", String(selection() === node.key));
      if (node.kind === "instance") this.lightLamp(button, node.key, node.metadataRequests);
    }
    for (const { cells } of [...this.arrangement.columns, ...this.arrangement.others])
      for (const { subnet, wall } of cells) if (wall) this.walls.get(subnet.id)?.show(wall);
    for (const group of this.arrangement.below.groups) this.groups.showTitle(group);
  }

  wall(subnetId: string): Wall | undefined {
    return this.walls.get(subnetId);
  }

  /** Measured once for all that is drawn in a frame. */
  measures(): Measures {
    const origin = this.element.getBoundingClientRect();
    const measured = new Map<Element, Rect>();
    const rectOf = (element: Element | undefined): Rect | undefined => {
      if (!element?.isConnected) return undefined;
      const known = measured.get(element);
      if (known) return known;
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const rect = {
        left: left - origin.left,
        right: right - origin.left,
        top: top - origin.top,
        bottom: bottom - origin.top,
      };
      measured.set(element, rect);
      return rect;
    };
    const { state } = this.controls;
    const groupOf = (anchor: Anchor) => {
      const node = state.node(anchor);
      const name = node?.kind === "instance" ? node.autoScalingGroupName : /^group:(.*)/.exec(anchor)?.[1];
      return name === undefined ? undefined : this.areas.get(`group:${name}`);
    };
    return {
      rect: anchor => rectOf(this.buttons.get(anchor) ?? this.areas.get(anchor)),
      row: entry => this.rowRect(entry, rectOf),
      vpc: () => rectOf(this.areas.get("vpc")),
      group: anchor => rectOf(groupOf(anchor)),
      isOutside: anchor => ["internet", "operator", "api"].includes(state.node(anchor)?.kind ?? ""),
      isApi: anchor => state.node(anchor)?.kind === "api",
      isPhone: phone.matches,
      width: origin.width,
    };
  }

  area(anchor: Anchor): HTMLElement | undefined {
    return this.areas.get(anchor);
  }

  private rowRect(
    entry: RuleKey,
    rectOf: (element: Element | undefined) => Rect | undefined,
  ): ReturnType<Measures["row"]> {
    const acl = this.controls.state.entry(entry)?.acl;
    for (const subnetId of acl?.subnetIds ?? []) {
      const drawn = this.walls.get(subnetId);
      const [wall, row] = [rectOf(drawn?.element), rectOf(drawn?.row(entry))];
      if (wall && row) return { wall, row };
    }
    return undefined;
  }

  private build(arrangement: Arrangement): (HTMLElement | SVGElement)[] {
    const { outside, columns, below, others } = arrangement;
    this.areas = new Map();
    const [first, ...more] = columns;
    const hasBelow = below.groups.length + below.instances.length + below.loadBalancers.length > 0;
    const vpcs = arrangement.vpcs.map(({ id, name, cidrBlock, isDefault }) => {
      const title = isDefault ? "Default VPC" : name === id || !name ? "VPC" : `VPC ${name}`;
      return this.keep(`vpc:${id}`, html("div", { class: "vpc" }, label(title, cidrBlock)));
    });
    const main = this.areas.get(`vpc:${first?.vpcId ?? arrangement.vpcs[0]?.id ?? ""}`);
    if (main) this.areas.set("vpc", main);
    const board = [
      this.wires,
      ...vpcs,
      html("div", { class: "outside" }, ...outside.map(node => this.outsideNode(node, columns.length))),
      first &&
        this.keep(
          "edge",
          html(
            "div",
            { class: "edge" },
            this.inColumn(this.tier(first, "tier first"), 3),
            below.loadBalancers.length > 0 &&
              html("div", { class: "entrance" }, ...below.loadBalancers.map(each => this.button(each))),
          ),
        ),
      ...more.map((tier, index) => this.inColumn(this.tier(tier, "tier"), 5 + 2 * index)),
      hasBelow && this.inColumn(this.keep("low", html("div", { class: "low-tier" })), "3 / -1"),
      hasBelow && this.inColumn(this.keep("launched", this.launched(arrangement)), "5 / -1"),
      ...this.othersByVpc(others, columns),
      this.nothing(arrangement),
    ];
    const known = new Set(this.controls.state.picture.nodes.map(({ key }) => key));
    for (const key of this.buttons.keys()) if (!known.has(key)) this.buttons.delete(key);
    return board.filter(element => element !== undefined && element !== false);
  }

  private outsideNode(node: OutsideNode, columns: number): HTMLElement {
    const element = html("div", { class: node.kind }, this.button(node));
    // Above the gap where the wires of the second column turn.
    return node.kind === "api" ? this.inColumn(element, columns > 2 ? "5 / 7" : "3 / -1") : element;
  }

  private tier({ key, title, cidrBlocks, loadBalancers, cells }: Tier, classes: string): HTMLElement {
    const walled = cells.filter(({ wall }) => wall);
    const plain = cells.filter(({ wall }) => !wall).flatMap(cell => this.instancesOf(cell));
    const element = html(
      "div",
      { class: classes },
      label(title, cidrBlocks.join(", ")),
      ...loadBalancers.map(node => this.button(node)),
      plain.length > 0 && html("div", { class: "plain" }, ...plain),
      ...walled.map(cell => this.walledCell(cell)),
    );
    for (const { subnet } of cells) this.areas.set(`subnet:${subnet.id}`, element);
    return this.keep(`tier:${key}`, element);
  }

  private walledCell(cell: Cell): HTMLElement {
    const { subnet } = cell;
    const wall = this.walls.get(subnet.id) ?? new Wall(this.controls);
    this.walls.set(subnet.id, wall);
    return html(
      "div",
      { class: "walled" },
      wall.element,
      html("div", { class: "behind" }, ...this.instancesOf(cell)),
      this.keep(`sentence:${subnet.id}`, html("p", { class: "sentence" }, "Nothing was dropped here yet.")),
    );
  }

  private instancesOf({ subnet, shown, hidden }: Cell): HTMLElement[] {
    const selection = `subnet:${subnet.id}`;
    return [
      ...shown.map(node => this.button(node)),
      ...(hidden.length > 0
        ? [
            html(
              "button",
              { class: "node more", "data-select": selection, "data-focus": selection },
              `+${hidden.length} more`,
            ),
          ]
        : []),
    ];
  }

  private launched({ below: { groups, instances } }: Arrangement): HTMLElement {
    return html(
      "div",
      { class: "launched" },
      html(
        "div",
        { class: "groups" },
        ...groups.map(group => this.keep(`group:${group.autoScalingGroupName}`, this.groups.element(group))),
      ),
      instances.length > 0 && html("div", { class: "beside" }, ...instances.map(node => this.button(node))),
    );
  }

  private othersByVpc(others: Tier[], columns: Tier[]): HTMLElement[] {
    const vpcIds = [...new Set(others.map(({ vpcId }) => vpcId))];
    return vpcIds.map((vpcId, index) => {
      const isApart = columns.every(tier => tier.vpcId !== vpcId);
      const members = others.filter(tier => tier.vpcId === vpcId).map(tier => this.tier(tier, "tier"));
      const element = html("div", { class: isApart ? "others apart" : "others" }, ...members);
      element.style.gridRow = String(6 + index);
      return element;
    });
  }

  private nothing({ outside, columns, others }: Arrangement): HTMLElement | undefined {
    const { nodes, progress } = this.controls.state.picture;
    if (nodes.length > outside.length || columns.length > 0) return undefined;
    const text = progress.ready
      ? `Nothing runs here yet. Whatever is made by AWS’s API at ${location.origin} appears here: by pulumi up, Terraform or the AWS CLI.`
      : "The program is being evaluated; what it declares appears here as it is made.";
    return html("p", { class: others.length > 0 ? "nothing above" : "nothing" }, text);
  }

  private button(node: Node): HTMLButtonElement {
    const known = this.buttons.get(node.key);
    if (known) return known;
    const button = html("button", {
      class: "node",
      "data-select": node.key,
      "data-focus": node.key,
      "aria-pressed": "false",
    });
    this.buttons.set(node.key, button);
    return button;
  }

  private lightLamp(
    button: HTMLElement,
    key: NodeKey,
    { tokens, credentials }: { tokens: number; credentials: number },
  ): void {
    const before = this.tokens.get(key);
    const now = tokens + credentials;
    this.tokens.set(key, now);
    if (before === undefined || now <= before) return;
    const lamp = button.querySelector(".lamp");
    lamp?.classList.add("on");
    setTimeout(() => lamp?.classList.remove("on"), lampMs);
  }

  private keep<E extends HTMLElement>(anchor: Anchor, element: E): E {
    this.areas.set(anchor, element);
    return element;
  }

  private inColumn<E extends HTMLElement>(element: E, column: number | string): E {
    element.style.gridColumn = String(column);
    return element;
  }

  /** What a subnet's wall has stopped last, in words. */
  sentence(subnetId: string): HTMLElement | undefined {
    return this.areas.get(`sentence:${subnetId}`);
  }
}

function label(title: string, cidrs: string): HTMLElement {
  return html("span", { class: "label" }, html("b", {}, title), " ", html("span", {}, cidrs));
}

/** Outside, then the columns with the gaps in which wires turn. */
function columnTemplate({ columns, below }: Arrangement): string {
  const isWalled = ({ cells }: Tier) => cells.some(({ wall }) => wall);
  const template = ["106px", "44px"];
  columns.forEach((tier, index) => {
    if (index > 0) template.push(isWalled(tier) ? "78px" : "52px");
    template.push(isWalled(tier) ? "minmax(378px, 1.7fr)" : index === 0 ? "140px" : "minmax(150px, 1fr)");
  });
  if (columns.length === 0) template.push("minmax(0, 1fr)");
  if (columns.length === 1 && below.groups.length + below.instances.length > 0)
    template.push("52px", "minmax(300px, 1fr)");
  if (columns.length === 1 && template.length === 3) template[2] = "minmax(0, 1fr)";
  return template.join(" ");
}

const keys = (nodes: { key: NodeKey }[]) => nodes.map(({ key }) => key);

const tierKeys = ({ title, cidrBlocks, vpcId, loadBalancers, cells }: Tier) => ({
  ...{ title, cidrBlocks, vpcId },
  loadBalancers: keys(loadBalancers),
  cells: cells.map(({ subnet, wall, shown, hidden }) => [subnet.id, wall?.id, keys(shown), hidden.length]),
});
