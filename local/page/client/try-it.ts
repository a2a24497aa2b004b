/** Things to try, as the program suggests them, and every group's rules with their hits. */
import type { Suggestion } from "../events";
import type { Answer } from "./answer";
import type { Controls } from "./controls";
import { html, refresh } from "./dom";
import { allRulesTable } from "./rule-table";

export interface PanelView {
  elements: HTMLElement[];
  update: () => void;
}

export function tryIt(controls: Controls, answer: Answer): PanelView {
  const { state } = controls;
  const list = html("ol", { class: "tries" });
  const rules = html("div");
  const details = html(
    "details",
    { open: innerWidth >= 1240 },
    html("summary", {}, "Security-group rules, and how often each let something in or out"),
    rules,
  );
  return {
    elements: [list, answer.element, details],
    update() {
      const { suggestions, progress, nodes } = state.picture;
      // Not a VPC's default group, unless something has it.
      const inUse = new Set(nodes.flatMap(node => ("securityGroupIds" in node ? node.securityGroupIds : [])));
      const securityGroups = state.picture.securityGroups.filter(({ id }) => inUse.has(id));
      refresh(list, [suggestions, progress.ready], () =>
        suggestions.length > 0
          ? suggestions.map(each => item(each, answer))
          : [
              html(
                "li",
                { class: "mute" },
                progress.ready
                  ? "Choose a part of the map to act on it."
                  : "What to try appears here once the start is over.",
              ),
            ],
      );
      answer.element.hidden = suggestions.length === 0 && answer.isUnused;
      details.hidden = securityGroups.length === 0;
      refresh(rules, securityGroups, () => [allRulesTable(controls, securityGroups)]);
    },
  };
}

function item(suggestion: Suggestion, answer: Answer): HTMLElement {
  return html(
    "li",
    {},
    suggestionButton(suggestion, answer),
    html("span", { class: "mute" }, suggestion.explanation),
  );
}

export function suggestionButton({ title, command }: Suggestion, answer: Answer): HTMLElement {
  const click = () => ("send" in command ? answer.send(command.send) : answer.load(command.load));
  return html("button", { class: "button", "data-acts": true, "data-focus": title, click }, title);
}
