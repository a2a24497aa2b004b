/** The EC2 query protocol: form parameters in, XML out. Source: EC2 API Reference, "Query requests". */
import { randomUUID } from "node:crypto";
import type http from "node:http";

/** A refusal in AWS's own words. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The values of a numbered list: `NetworkAclId.1=a&NetworkAclId.2=b` gives ["a", "b"]. Lists nest, so each
 * element is what follows its number, the empty name standing for the element itself.
 */
export function list(parameters: URLSearchParams, name: string): Map<string, string[]>[] {
  const elements = new Map<number, Map<string, string[]>>();
  for (const [key, value] of parameters) {
    const [, number, rest = ""] = new RegExp(`^${name}\\.(\\d+)(?:\\.(.+))?$`).exec(key) ?? [];
    if (number === undefined) continue;
    const element = elements.get(Number(number)) ?? new Map<string, string[]>();
    const field = rest.replace(/\.\d+$/, "");
    element.set(field, [...(element.get(field) ?? []), value]);
    elements.set(Number(number), element);
  }
  return [...elements].sort(([a], [b]) => a - b).map(([, element]) => element);
}

/** What an element holds: text, or elements by name; several of one name are an array. */
type Content = string | number | boolean | Elements;

export interface Elements {
  [name: string]: Content | Content[];
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

function answerXml(res: http.ServerResponse, status: number, document: Elements): void {
  res
    .writeHead(status, { "content-type": "text/xml;charset=UTF-8", server: "AmazonEC2" })
    .end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml(document)}`);
}

export function answerResult(res: http.ServerResponse, action: string, result: Elements): void {
  answerXml(res, 200, {
    [`${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"`]: {
      requestId: randomUUID(),
      ...result,
    },
  });
}

export function answerError(res: http.ServerResponse, { status, code, message }: ApiError): void {
  answerXml(res, status, {
    Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: randomUUID() },
  });
}
