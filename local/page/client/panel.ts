/** The panel beside the map: what to try or the chosen part, and "Ask why"; on a phone a sheet over the map's lower part. */
import type { CommandName, Commands, Drop, NodeKey } from "../events";
import { Answer } from "./answer";
import { aclPanel, subnetPanel } from "./area-panels";
import { phone } from "./board";
import type { Controls, Selection } from "./controls";
import { byId, html, refresh, setText } from "./dom";
import { plural } from "./format";
import { nodePanel } from "./node-panel";
import { tryIt, type PanelView } from "./try-it";
import { WhyPanel } from "./why-panel";

type Tab = "act" | "why";

export class Panel {
  private readonly element = byId("panel");
  private readonly close = byId("close");
  private readonly removed = html("div", { class: "removed-rules" });
  private readonly answer: Answer;
  private readonly why: WhyPanel;
  private view?: PanelView & { selection: Selection | undefined };
  /** Asking why on a phone opens the sheet without a chosen part. */
  private isSheetForWhy = false;

  constructor(
    private readonly controls: Controls,
    private readonly deselect: () => void,
  ) {
    this.answer = new Answer(controls.state);
    this.why = new WhyPanel(controls);
    this.element.querySelector(".tabs")?.after(this.removed);
    this.close.addEventListener("click", () => this.shut());
    for (const tab of ["act", "why"] as const) {
      byId(`tab-${tab}`).addEventListener("click", () => this.open(tab));
      byId(`tab-${tab}`).addEventListener("keydown", event => this.onKey(event, tab));
    }
    document.addEventListener("keydown", event => {
      if (event.key === "Escape" && !this.close.hidden) this.shut();
    });
  }

  show(): void {
    const selection = this.controls.selection();
    if (!this.view || this.view.selection !== selection) {
      this.view = { ...this.viewOf(selection), selection };
      this.answer.reset();
      byId("panel-act").replaceChildren(...this.view.elements);
    }
    this.answer.element.hidden = false;
    this.view.update();
    this.why.update();
    this.showRemoved();
    setText(byId("tab-act"), this.title(selection));
    this.close.hidden = selection === undefined && !this.isSheetForWhy;
    this.element.classList.toggle("sheet", selection !== undefined || this.isSheetForWhy);
  }

  /** Does something by an action of AWS's API, and shows how. */
  act<Name extends CommandName>(name: Name, body: Commands[Name]["body"]): Promise<void> {
    return this.answer.act(name, body);
  }

  open(tab: Tab): void {
    for (const each of ["act", "why"] as const) {
      const isOpen = each === tab;
      const button = byId(`tab-${each}`);
      button.setAttribute("aria-selected", String(isOpen));
      button.tabIndex = isOpen ? 0 : -1;
      byId(`panel-${each}`).hidden = !isOpen;
    }
  }

  focus(tab: Tab): void {
    byId(`panel-${tab}`).focus({ preventScroll: true });
    this.element.scrollTop = 0;
  }

  askFrom(node: NodeKey): void {
    this.openWhy();
    void this.why.ask(node);
  }

  explain(drop: Drop): void {
    this.openWhy();
    this.why.explain(drop);
    this.focus("why");
  }

  private openWhy(): void {
    this.isSheetForWhy = phone.matches;
    this.open("why");
    this.show();
  }

  private shut(): void {
    const selection = this.controls.selection();
    this.isSheetForWhy = false;
    this.deselect();
    this.open("act");
    this.show();
    if (selection !== undefined)
      document.querySelector<HTMLElement>(`#board [data-select="${CSS.escape(selection)}"]`)?.focus();
  }

  private onKey(event: KeyboardEvent, tab: Tab): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tab === "act" ? "why" : "act";
    this.open(other);
    byId(`tab-${other}`).focus();
  }

  private viewOf(selection: Selection | undefined): PanelView {
    const { controls, answer } = this;
    if (selection === undefined) return tryIt(controls, answer);
    const [kind, id] = selection.split(/:(.*)/, 2);
    if (kind === "acl" && id !== undefined) return aclPanel(controls, answer, id);
    if (kind === "subnet" && id !== undefined) return subnetPanel(controls, id);
    return nodePanel(controls, answer, selection);
  }

  private title(selection: Selection | undefined): string {
    if (selection === undefined) return "Try it";
    if (selection.startsWith("acl:")) return "Network ACL";
    if (selection.startsWith("subnet:")) return "Instances";
    return this.controls.state.name(selection);
  }

  private showRemoved(): void {
    const { networkAcls, securityGroups } = this.controls.state.picture;
    const rules = [
      ...networkAcls.flatMap(({ entries }) => entries),
      ...securityGroups.flatMap(({ rules }) => rules),
    ];
    const count = rules.filter(({ removedAt }) => removedAt !== undefined).length;
    this.removed.hidden = count === 0;
    refresh(this.removed, count, () => [
      html("span", {}, `${plural(count, "rule")} ${count === 1 ? "is" : "are"} removed.`),
      html(
        "button",
        { class: "button", "data-acts": true, click: () => this.controls.run("restoreAll", {}) },
        "Restore all",
      ),
    ]);
  }
}
