/** An action's output as elements of XML. Sources as for the input. */
import { elementName, type Dialect } from "./query-input";
import type { Shape } from "./members";
import type { Content, Elements } from "./xml";

/** @throws TypeError for what the model does not know: a mistake of ours */
export function queryOutput(output: object, shape: Shape, dialect: Dialect): Elements {
  const elements: Elements = {};
  for (const [member, value] of Object.entries(output) as [string, unknown][]) {
    if (value === undefined) continue;
    const memberShape = shape.getMemberSchema(member);
    elements[memberShape.getMemberTraits().xmlName ?? member] = content(value, memberShape, dialect);
  }
  return elements;
}

function content(value: unknown, shape: Shape, dialect: Dialect): Content {
  if (Array.isArray(value)) {
    // An empty set is sent too: a client takes a missing one for none at all.
    if (value.length === 0) return "";
    return { [elementName(shape)]: value.map(each => content(each, shape.getValueSchema(), dialect)) };
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null) {
    const elements = queryOutput(value, shape, dialect);
    return Object.keys(elements).length > 0 ? elements : "";
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new TypeError(`no way to say ${String(value)} in XML`);
}
