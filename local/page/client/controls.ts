/** What every part of the page needs of the others. */
import type { CommandName, Commands, NetworkAclEntry, NodeKey, SecurityGroupRule } from "../events";
import { entryNumber } from "./format";
import { html } from "./dom";
import type { PageState } from "./state";

/** A node's key, `acl:ID`, or `subnet:ID` for the instances of a crowded subnet. */
export type Selection = string;

export interface Controls {
  state: PageState;
  selection: () => Selection | undefined;
  select: (selection: Selection) => void;
  /** Sends a command; a refusal is shown and spoken. */
  run: <Name extends CommandName>(name: Name, body: Commands[Name]["body"]) => void;
  askFrom: (node: NodeKey) => void;
  announce: (text: string) => void;
}

/** − removes an entry, ↺ restores it. */
export function changeButton(run: Controls["run"], entry: NetworkAclEntry): HTMLElement {
  const isRemoved = entry.removedAt !== undefined;
  const verb = isRemoved ? "Restore" : "Remove";
  const direction = entry.direction === "ingress" ? "in" : "out";
  return html(
    "button",
    {
      class: "change",
      "data-focus": entry.key,
      "data-acts": true,
      "aria-label": `${verb} entry ${entryNumber(entry)} ${direction}`,
      title: verb,
      click: () => run(isRemoved ? "restore" : "remove", { rule: entry.key }),
    },
    isRemoved ? "↺" : "−",
  );
}

/** Stays the same when a rule is restored under a new id. */
export const ruleFocus = (group: string, { direction, name }: SecurityGroupRule) =>
  `${group} ${direction} ${name}`;
