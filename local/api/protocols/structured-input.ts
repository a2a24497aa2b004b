/** An action's input from a parsed document, as in JSON and CBOR. */
import { membersBy, requiredMembers, type Shape } from "../schema";
import { expectedScalar, type Faults } from "./faults";
import { blob } from "./query-input";

/** A protocol's timestamp as a date; undefined if it isn't one. */
export type TimestampReader = (value: unknown) => Date | undefined;

/** @throws AwsError for an unknown member, a missing one, or a value of the wrong type */
export function structuredInput(
  value: unknown,
  shape: Shape,
  faults: Faults,
  timestamp: TimestampReader,
): Record<string, unknown> {
  return new Reader(faults, timestamp).structure(value, shape, "");
}

/** Seconds since 1970, as a date. */
export function dateOfSeconds(seconds: unknown): Date | undefined {
  if (typeof seconds !== "number") return undefined;
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

class Reader {
  constructor(
    private readonly faults: Faults,
    private readonly timestamp: TimestampReader,
  ) {}

  structure(value: unknown, shape: Shape, path: string): Record<string, unknown> {
    const members = membersBy(member => member, shape);
    const read: Record<string, unknown> = {};
    for (const [name, content] of this.entries(value, path)) {
      const at = path === "" ? name : `${path}.${name}`;
      const member = members.get(name);
      if (!member) throw this.faults.unknownParameter(at);
      if (content !== null) read[name] = this.value(content, member.shape, at);
    }
    for (const member of requiredMembers(shape)) {
      if (read[member] === undefined)
        throw this.faults.missingParameter(path === "" ? member : `${path}.${member}`);
    }
    return read;
  }

  private value(value: unknown, shape: Shape, path: string): unknown {
    if (shape.isStructSchema()) return this.structure(value, shape, path);
    if (shape.isListSchema()) {
      if (!Array.isArray(value)) throw this.faults.invalidValue(path, shown(value), "a list");
      return value.map((each, index) => this.value(each, shape.getValueSchema(), `${path}[${index}]`));
    }
    if (shape.isMapSchema()) {
      const entries = this.entries(value, path).map(([key, content]) => [
        key,
        this.value(content, shape.getValueSchema(), `${path}.${key}`),
      ]);
      return Object.fromEntries(entries) as object;
    }
    if (shape.isTimestampSchema()) {
      const date = this.timestamp(value);
      if (date) return date;
    } else if (shape.isBlobSchema()) {
      // CBOR has bytes, JSON their Base64.
      const bytes = typeof value === "string" ? blob(value) : value;
      if (bytes instanceof Uint8Array) return bytes;
      // Not the value: it may be a private key.
      throw this.faults.invalidValue(path, "this value", expectedScalar(shape));
    } else {
      const type = shape.isBooleanSchema() ? "boolean" : shape.isNumericSchema() ? "number" : "string";
      if (typeof value === type) return value;
    }
    throw this.faults.invalidValue(path, shown(value), expectedScalar(shape));
  }

  private entries(value: unknown, path: string): [string, unknown][] {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.faults.invalidValue(path || "The request's body", shown(value), "an object");
    return Object.entries(value);
  }
}

/** CBOR has integers beyond JSON's. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each));
}
