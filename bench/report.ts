/** The table of figures. */
import { isMet, missedOf, ratioOf, spreadOf, type Figure, type Target } from "./figures";

export interface Results {
  /** ISO 8601. */
  date: string;
  /** Undefined if it isn't known. */
  commit: string | undefined;
  machine: string;
  command: string;
  figures: readonly Figure[];
}

const columns = ["figure", "unit", "ours", "baseline", "", "ratio", "least to most", "target", "met"];

/** In Markdown, with its date, commit, machine and command. */
export function tableOf({ date, commit, machine, command, figures }: Results): string {
  const missed = missedOf(figures);
  const rows = figures.map(figure => {
    const { name, unit, ours, baseline, target } = figure;
    const { median, least, most } = ratioOf(figure);
    const met = isMet(figure);
    return [
      name,
      unit,
      number(spreadOf(ours).median),
      baseline.name,
      number(spreadOf(baseline.values).median),
      number(median),
      `${number(least)} to ${number(most)}`,
      target ? text(target) : "",
      met === undefined ? "" : met ? "yes" : missed.includes(figure) ? "no" : "no; the other is",
    ];
  });
  const lines = [columns, columns.map(() => "---"), ...rows].map(cells => `| ${cells.join(" | ")} |`);
  const when = [date.slice(0, 10), ...(commit === undefined ? [] : [`commit ${commit}`])].join(", ");
  return [`${when}, \`${command}\` on ${machine}.`, "", ...lines, ""].join("\n");
}

function text(target: Target): string {
  return "atLeast" in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
}

/** With three significant digits. */
function number(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString("en-US")
    : Number(value.toPrecision(value < 1 ? 2 : 3)).toString();
}

const begin = "<!-- figures -->\n";
const end = "<!-- end of figures -->";

/** Replaces the table that a text has between its marks. */
export function withTable(text: string, table: string): string {
  const [before = "", rest = ""] = text.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`no ${begin.trim()} and ${end} for the table`);
  return `${before}${begin}\n${table}\n${end}${after}`;
}
