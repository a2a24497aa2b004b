/** docs/security.md's table: what checkers of best practice find, and what this program says to it. */
import { textOf } from "./markdown";

export interface Row {
  matter: string;
  checkov: string[];
  cdkNag: string[];
  /** "held", "waived", or the configuration key that mends it. */
  status: string;
  reason: string;
}

export const document = "docs/security.md";

export function securityTable(): Row[] {
  const [, ...rows] = textOf(document).match(/^\|.*\|$/gm) ?? [];
  return rows
    .filter(row => !/^[| -]+$/.test(row))
    .map(row => {
      const [, matter = "", checkov = "", cdkNag = "", status = "", reason = ""] = row
        .split("|")
        .map(cell => cell.trim());
      return {
        matter,
        checkov: idsIn(checkov),
        cdkNag: idsIn(cdkNag),
        status: /`(.*)`/.exec(status)?.[1] ?? status,
        reason,
      };
    });
}

function idsIn(cell: string): string[] {
  return cell === "" ? [] : cell.split(", ");
}
