/** An action's input from JSON. Source: Smithy 2.0 specification, "AWS JSON 1.0 protocol". */
import { membersBy, requiredMembers, type Shape } from "../schema";
import { expectedScalar, type Faults } from "./faults";

/** @throws AwsError for an unknown member, a missing one, or a value of the wrong type */
export function jsonInput(text: string, shape: Shape, faults: Faults): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text === "" ? "{}" : text);
  } catch {
    throw faults.malformed("The request's body is not JSON");
  }
  return structure(value, shape, "", faults);
}

function structure(value: unknown, shape: Shape, path: string, faults: Faults): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw faults.invalidValue(path || "The request's body", JSON.stringify(value), "an object");
  const members = membersBy(member => member, shape);
  const read: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    const at = path === "" ? name : `${path}.${name}`;
    const member = members.get(name);
    if (!member) throw faults.unknownParameter(at);
    if (content !== null) read[name] = input(content, member.shape, at, faults);
  }
  for (const member of requiredMembers(shape)) {
    if (read[member] === undefined) throw faults.missingParameter(path === "" ? member : `${path}.${member}`);
  }
  return read;
}

function input(value: unknown, shape: Shape, path: string, faults: Faults): unknown {
  if (shape.isStructSchema()) return structure(value, shape, path, faults);
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) throw faults.invalidValue(path, JSON.stringify(value), "a list");
    return value.map((each, index) => input(each, shape.getValueSchema(), `${path}[${index}]`, faults));
  }
  if (shape.isTimestampSchema() && typeof value === "number") {
    const date = new Date(value * 1000);
    if (!Number.isNaN(date.getTime())) return date;
  }
  const type = shape.isBooleanSchema() ? "boolean" : shape.isNumericSchema() ? "number" : "string";
  if (typeof value === type && !shape.isTimestampSchema()) return value;
  throw faults.invalidValue(path, JSON.stringify(value), expectedScalar(shape));
}
