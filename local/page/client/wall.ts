/** A network ACL drawn as what it is: a numbered list that stands in the way. */
import type { NetworkAcl, NetworkAclEntry, RuleKey } from "../events";
import { html, onlySpoken, refresh } from "./dom";
import { entryNumber, isLast, ports, shortPeer } from "./format";
import { changeButton, type Controls } from "./controls";

export class Wall {
  readonly element = html("div", { class: "wall" });
  private readonly rows = new Map<RuleKey, HTMLElement>();
  private readonly flashes = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly controls: Controls) {}

  show(acl: NetworkAcl): void {
    const selection = `acl:${acl.id}`;
    const isChosen = this.controls.selection() === selection;
    this.element.classList.toggle("chosen", isChosen);
    refresh(this.element, [acl.id, acl.name, acl.entries], () => {
      this.rows.clear();
      return [
        html(
          "button",
          {
            class: "wall-title",
            "data-select": selection,
            "data-focus": selection,
            "aria-pressed": "false",
          },
          "Network ACL ",
          html("span", {}, "stateless"),
        ),
        html(
          "div",
          { class: "entries" },
          html(
            "table",
            {},
            html("caption", { class: "visually-hidden" }, `Entries of network ACL ${acl.name}, with hits`),
            html(
              "colgroup",
              {},
              ...["number", "port", "peer", "hits", "change"].map(name =>
                html("col", { class: `col-${name}` }),
              ),
            ),
            ...this.section(acl, "ingress"),
            ...this.section(acl, "egress"),
          ),
        ),
      ];
    });
    this.element.querySelector(".wall-title")?.setAttribute("aria-pressed", String(isChosen));
  }

  row(entry: RuleKey): HTMLElement | undefined {
    return this.rows.get(entry);
  }

  /** Colours an entry's row for a while: it has let something pass, or something has ended there. */
  flash(entry: RuleKey, how: "passing" | "fatal"): void {
    const row = this.rows.get(entry);
    if (!row) return;
    const key = `${how} ${entry}`;
    clearTimeout(this.flashes.get(key));
    row.classList.add(how);
    this.flashes.set(
      key,
      setTimeout(
        () => {
          row.classList.remove(how);
          this.flashes.delete(key);
        },
        how === "fatal" ? 4600 : 500,
      ),
    );
  }

  private section(acl: NetworkAcl, direction: "ingress" | "egress"): HTMLElement[] {
    const isIn = direction === "ingress";
    const titles = [isIn ? "in" : "out", "port", isIn ? "from" : "to"];
    return [
      html(
        "tbody",
        {},
        html(
          "tr",
          {},
          ...titles.map(title => html("th", { scope: "col" }, title)),
          html("th", { scope: "col", class: "count" }, "hits"),
          html("th", { scope: "col" }, onlySpoken("change")),
        ),
        ...acl.entries.filter(entry => entry.direction === direction).map(entry => this.entryRow(entry)),
      ),
    ];
  }

  private entryRow(entry: NetworkAclEntry): HTMLElement {
    const last = isLast(entry);
    const denies = entry.ruleAction === "deny";
    const classes = [denies && "deny", entry.removedAt !== undefined && "removed"].filter(Boolean).join(" ");
    const row = html(
      "tr",
      { class: classes },
      html("td", { class: "what" }, entryNumber(entry)),
      ...(last
        ? [html("td", { colspan: 2 }, "✕ deny the rest")]
        : [
            html("td", { class: "what" }, `${denies ? "✕ " : ""}${ports(entry)}`),
            html("td", { class: "what" }, shortPeer(entry.cidrBlock)),
          ]),
      html("td", { class: "count", "data-hits": entry.key }),
      html("td", {}, !last && changeButton(this.controls.run, entry)),
    );
    this.rows.set(entry.key, row);
    return row;
  }
}
