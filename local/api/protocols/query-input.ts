/**
 * Reads an action's input from form parameters. Sources: Smithy 2.0 specification, "AWS query protocol" and "AWS EC2
 * query protocol".
 */
import { membersBy, requiredMembers, type Shape } from "../schema";
import { expectedScalar, type Faults } from "./faults";
import { assertNesting } from "./nesting";

export type Dialect = "ec2" | "query";

/** A parameter, or the common prefix of several: "Filter" of `Filter.1.Name=a&Filter.2.Name=b`. */
interface Node {
  value?: string;
  children: Map<string, Node>;
}

/** @throws AwsError for an unknown parameter, a missing one, or a value of the wrong type */
export function queryInput(
  parameters: Iterable<[string, string]>,
  shape: Shape,
  dialect: Dialect,
  faults: Faults,
): Record<string, unknown> {
  return new Reader(dialect, faults).structure(treeOf(parameters, faults), shape, "");
}

/** Of the parameters that sign a presigned request, which aren't the action's. */
const signaturePrefix = "X-Amz-";

function treeOf(parameters: Iterable<[string, string]>, faults: Faults): Node {
  const root: Node = { children: new Map() };
  for (const [name, value] of parameters) {
    if (name === "Action" || name === "Version" || name.startsWith(signaturePrefix)) continue;
    const parts = name.split(".");
    assertNesting(parts.length, faults);
    let node = root;
    for (const part of parts) {
      const next = node.children.get(part) ?? { children: new Map<string, Node>() };
      node.children.set(part, next);
      node = next;
    }
    if (node.value !== undefined) throw faults.malformed(`The parameter ${name} is given twice`);
    node.value = value;
  }
  return root;
}

class Reader {
  constructor(
    private readonly dialect: Dialect,
    private readonly faults: Faults,
  ) {}

  structure(node: Node, shape: Shape, path: string): Record<string, unknown> {
    if (node.value !== undefined) throw this.faults.unknownParameter(path);
    const members = membersBy((member, memberShape) => this.nameOf(member, memberShape), shape);
    const read: Record<string, unknown> = {};
    const required = requiredMembers(shape);
    for (const [name, child] of node.children) {
      const at = path === "" ? name : `${path}.${name}`;
      const found = members.get(name);
      if (!found) throw this.faults.unknownParameter(at);
      const isOptional = !required.includes(found.member);
      if (isOptional && isUnset(name, child, found.shape)) continue;
      read[found.member] = this.value(child, found.shape, at);
    }
    for (const member of required) {
      if (read[member] !== undefined) continue;
      const name = this.nameOf(member, shape.getMemberSchema(member));
      throw this.faults.missingParameter(path === "" ? name : `${path}.${name}`);
    }
    return read;
  }

  private value(node: Node, shape: Shape, path: string): unknown {
    if (shape.isStructSchema()) return this.structure(node, shape, path);
    if (shape.isListSchema()) return this.list(node, shape, path);
    const [child] = node.children.keys();
    if (child !== undefined || node.value === undefined)
      throw this.faults.unknownParameter(`${path}.${child ?? ""}`);
    const read = scalar(node.value, shape);
    if (read === undefined) throw this.faults.invalidValue(path, node.value, expectedScalar(shape));
    return read;
  }

  private list(node: Node, shape: Shape, path: string): unknown[] {
    // The query protocol's spelling of an empty list.
    if (node.value === "" && node.children.size === 0) return [];
    if (node.value !== undefined) throw this.faults.unknownParameter(path);
    let numbered = node;
    let at = path;
    if (this.dialect === "query") {
      const [wrapper = "", ...others] = node.children.keys();
      at = `${path}.${wrapper}`;
      if (wrapper !== elementName(shape) || others.length > 0) throw this.faults.unknownParameter(at);
      numbered = node.children.get(wrapper) ?? node;
      if (numbered.value !== undefined) throw this.faults.unknownParameter(at);
    }
    return [...numbered.children]
      .map(([number, element]) => {
        if (!/^[1-9]\d{0,8}$/.test(number)) throw this.faults.unknownParameter(`${at}.${number}`);
        return { number: Number(number), element };
      })
      .sort((a, b) => a.number - b.number)
      .map(({ number, element }) => this.value(element, shape.getValueSchema(), `${at}.${number}`));
  }

  private nameOf(member: string, shape: Shape): string {
    const { ec2QueryName, xmlName } = shape.getMemberTraits();
    if (this.dialect === "query") return xmlName ?? member;
    const name = typeof ec2QueryName === "string" ? ec2QueryName : (xmlName ?? member);
    return name.charAt(0).toUpperCase() + name.slice(1);
  }
}

/** Those that may be empty: a tag's or attribute's value, a description, the query that a redirect drops. */
const meaningfulWhenEmpty = ["Value", "Description", "Query"];

/** Whether an empty text counts as not given, as clients mean it that send every optional parameter. */
function isUnset(name: string, { value, children }: Node, shape: Shape): boolean {
  if (value !== "" || children.size > 0 || meaningfulWhenEmpty.includes(name)) return false;
  return !shape.isListSchema() && !shape.isStructSchema();
}

/** The element name of a list that isn't flattened. */
export function elementName(list: Shape): string {
  return list.getValueSchema().getMemberTraits().xmlName ?? "member";
}

function scalar(text: string, shape: Shape): unknown {
  if (shape.isBooleanSchema()) return text === "true" ? true : text === "false" ? false : undefined;
  if (shape.isNumericSchema())
    return /^-?\d{1,20}(\.\d{1,20})?(e[-+]?\d{1,3})?$/i.test(text) ? Number(text) : undefined;
  if (shape.isTimestampSchema()) return timestamp(text);
  if (shape.isBlobSchema()) return blob(text);
  return text;
}

export function blob(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, "base64");
  return bytes.toString("base64") === base64 ? new Uint8Array(bytes) : undefined;
}

/** ISO 8601 as clients send it; in UTC unless it has an offset. */
function timestamp(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return undefined;
  const date = new Date(/T.*(Z|[+-]\d\d:?\d\d)$|^[^T]*$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
