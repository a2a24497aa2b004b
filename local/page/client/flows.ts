/** The table of flows: one row a pair, what was dropped first. Rows never change places under the pointer. */
import type { RuleKey } from "../events";
import { byId, html, refresh, setText } from "./dom";
import { entryNumber, shortCount, timeOfDay } from "./format";
import type { FlowRow, PageState } from "./state";

interface Shown {
  key: string;
  flow: FlowRow;
  from: string;
  to: string;
  by: string;
}

export class FlowTable {
  private readonly body = byId("flow-rows");
  private readonly form = byId("filter") as HTMLFormElement;

  constructor(private readonly state: PageState) {
    this.form.addEventListener("input", () => this.show());
    this.form.addEventListener("submit", event => event.preventDefault());
  }

  show(): void {
    const rows = this.rows();
    const identity = rows.map(({ key, from, to, by }) => [key, from, to, by]);
    refresh(this.body, rows.length > 0 ? identity : this.emptyText(), () =>
      rows.length > 0
        ? rows.map(row)
        : [html("tr", {}, html("td", { colspan: 6, class: "empty" }, this.emptyText()))],
    );
    rows.forEach(({ flow }, index) => {
      const cells = this.body.children[index]?.children;
      if (!cells) return;
      const [last, count] = [cells[0], cells[4]];
      if (last) setText(last, timeOfDay(this.state.region.startedAt, flow.at));
      if (count) setText(count, shortCount(flow.count));
    });
  }

  private emptyText(): string {
    const { query, verdict } = this.filter();
    return this.state.flows.size > 0 && (query || verdict)
      ? "No flow is like this."
      : "No flows yet besides health checks.";
  }

  private filter(): { query: string; verdict: string; healthChecks: boolean } {
    const data = new FormData(this.form);
    return {
      query: asText(data.get("query")).toLowerCase(),
      verdict: asText(data.get("verdict")),
      healthChecks: data.has("health-checks"),
    };
  }

  private rows(): Shown[] {
    const { state } = this;
    const { query, verdict, healthChecks } = this.filter();
    return [...state.flows]
      .filter(([, flow]) => healthChecks || !flow.healthCheck)
      .filter(([, flow]) => !verdict || (verdict === "dropped") === (flow.verdict === "dropped"))
      .map(([key, flow]) => ({
        ...{ key, flow, from: state.name(flow.from), to: `${state.name(flow.to)} :${flow.port}` },
        by: decidedBy(state, flow),
      }))
      .filter(
        shown =>
          !query ||
          [shown.from, shown.to, shown.by, ...addresses(state, shown.flow)].some(text =>
            text.toLowerCase().includes(query),
          ),
      )
      .sort((one, other) => order(one) - order(other));
  }
}

const order = ({ flow }: Shown) => (flow.verdict === "dropped" ? 0 : 1);

function row({ flow: { verdict }, from, to, by }: Shown): HTMLElement {
  const isDropped = verdict === "dropped";
  const text = { dropped: "✕ dropped", allowed: "✓ passed", refused: "↩ refused" }[verdict];
  return html(
    "tr",
    { class: isDropped ? "drop" : "" },
    html("td"),
    html("td", {}, from),
    html("td", {}, to),
    html("td", { class: `is ${isDropped ? "dropped" : "ok"}` }, text, html("small", {}, by)),
    html("td", { class: "count" }),
    html("td", { class: "by" }, by),
  );
}

function decidedBy(state: PageState, { rules, verdict, packet, healthCheck }: FlowRow): string {
  const last = rules.at(-1);
  const isDropped = verdict === "dropped";
  const deciding = isDropped
    ? last === undefined
      ? ["no rule"]
      : [ruleName(state, last)]
    : rules.map(key => ruleName(state, key));
  const notes = [
    isDropped && packet === "reply" && ", the reply",
    verdict === "refused" && ", nobody listens",
    healthCheck && " (health check)",
  ];
  return deciding.join(" · ") + notes.filter(Boolean).join("");
}

/** "ACL data in 200", "SG data-access-in-read" */
export function ruleName(state: PageState, key: RuleKey): string {
  const found = state.entry(key);
  if (found) {
    const { acl, entry } = found;
    const direction = entry.direction === "egress" ? "out" : "in";
    return `ACL ${acl.isDefault ? "default" : acl.name} ${direction} ${entryNumber(entry)}`;
  }
  for (const group of state.picture.securityGroups) {
    const rule = group.rules.find(each => each.key === key);
    if (rule) return `SG ${rule.name}`;
  }
  return key;
}

function addresses(state: PageState, { from, to }: FlowRow): string[] {
  return [from, to].flatMap(key => {
    const node = state.node(key);
    if (!node) return [key];
    if (!("interfaces" in node)) return [node.address];
    return node.interfaces.flatMap(each => [each.privateIpAddress, each.publicIpAddress ?? ""]);
  });
}

const asText = (value: FormDataEntryValue | null) => (typeof value === "string" ? value : "");
