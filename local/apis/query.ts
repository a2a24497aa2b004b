/** The EC2 query protocol: form parameters in, XML out. Source: EC2 API Reference, "Query requests". */
import { randomUUID } from "node:crypto";
import type http from "node:http";
import { XMLBuilder } from "fast-xml-parser";

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

const builder = new XMLBuilder({ format: true, suppressEmptyNode: true, ignoreAttributes: false });

export function answerXml(res: http.ServerResponse, status: number, document: object): void {
  const body = builder.build(document);
  res
    .writeHead(status, { "content-type": "text/xml;charset=UTF-8", server: "AmazonEC2" })
    .end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
}

export function answerResult(res: http.ServerResponse, action: string, result: object): void {
  answerXml(res, 200, {
    [`${action}Response`]: {
      "@_xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
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
