/** XML as AWS's query protocols answer it. */

/** What an element holds: text, or elements by name; several of one name are an array. */
export type Content = string | number | boolean | Elements;

export interface Elements {
  [name: string]: Content | Content[];
}

export function xmlDocument(elements: Elements): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml(elements)}`;
}

/** Elements in XML. */
export function xml(elements: Elements, indent = ""): string {
  let written = "";
  for (const [name, contents] of Object.entries(elements)) {
    const end = `</${name.replace(/ .*/, "")}>\n`; // a name may bring attributes along
    for (const content of [contents].flat()) {
      if (content === "") written += `${indent}<${name}/>\n`;
      else if (typeof content === "object") {
        written += `${indent}<${name}>\n${xml(content, `${indent}  `)}${indent}${end}`;
      } else written += `${indent}<${name}>${escaped(String(content))}${end}`;
    }
  }
  return written;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

/** Characters that XML 1.0 has no way to say are replaced. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[&<>\r]/g, character => entities[character] ?? character);
}
