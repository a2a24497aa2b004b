/** What the project's documents tell a user to type. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./region";

/** A fenced block of a document. */
export interface Block {
  document: string;
  /** The headings above it, from the top. */
  headings: string[];
  /** What follows the opening fence. */
  language: string;
  text: string;
}

/** The paths of all documents for people, README first. */
export const documents = [
  "README.md",
  ...readdirSync(root).filter(name => name.endsWith(".md") && name !== "README.md"),
  ...readdirSync(join(root, "docs"), { encoding: "utf8", recursive: true })
    .filter(name => name.endsWith(".md"))
    .map(name => `docs/${name}`),
];

/** Those whose commands readme.test.ts pastes, all of them. */
export const pasted = ["docs/local-region.md", "docs/operating.md", "docs/customising.md"];

export function textOf(document: string): string {
  return readFileSync(join(root, document), "utf8");
}

export function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  const headings: string[] = [];
  let open: string[] | undefined;
  let indentation = "";
  for (const indented of textOf(document).split("\n")) {
    const fence = /^( *)```(.*)$/.exec(indented);
    // A block in a list is as far to the right as its fences.
    const line = open && indented.startsWith(indentation) ? indented.slice(indentation.length) : indented;
    const heading = /^(#+) (.*)$/.exec(line);
    if (fence && open) {
      const block = blocks.at(-1);
      if (block) block.text = open.join("\n");
      open = undefined;
    } else if (fence) {
      open = [];
      indentation = fence[1] ?? "";
      blocks.push({ document, headings: [...headings], language: fence[2] ?? "", text: "" });
    } else if (open) open.push(line);
    else if (heading) headings.splice((heading[1] ?? "").length - 1, Infinity, heading[2] ?? "");
  }
  return blocks;
}

/** What stands between backticks in running text and tables. */
export function inlineCodeOf(document: string): string[] {
  const prose = textOf(document).replace(/^ *```[^]*?^ *```$/gm, "");
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code]) => (code ?? "").replace(/\s+/g, " "));
}
