/**
 * Errors that any action can return, per protocol and in the words of the services that speak it. Sources: "Error codes
 * for the Amazon EC2 API", "Common Error Types" (Auto Scaling and ELB API References), "Common Errors" (CloudWatch API
 * Reference), and published responses.
 */
import { AwsError, validationError } from "../aws-error";
import type { Shape } from "../schema";

export interface Faults {
  unknownAction(name: string, version: string): AwsError;
  /** For actions that AWS supports but the region doesn't. */
  unsupportedAction(name: string, nearest: readonly string[], source: string): AwsError;
  unknownParameter(name: string): AwsError;
  /** For parameters that AWS supports but the region doesn't. */
  unsupportedParameter(name: string): AwsError;
  missingParameter(name: string): AwsError;
  invalidValue(name: string, value: string, expected: string): AwsError;
  malformed(why: string): AwsError;
  internal(): AwsError;
}

const unsupported = (name: string) => `The local region does not support the parameter ${name}`;

/** Never worded like a typing mistake: the caller is right, and the region lacks something. */
const unsupportedAction =
  (code: string): Faults["unsupportedAction"] =>
  (name, nearest, source) =>
    new AwsError(
      code,
      `The local region does not support the action ${name}. The nearest that it supports: ` +
        `${nearest.join(", ")}. To add it, extend ${source}.`,
    );

export const ec2Faults: Faults = {
  unknownAction: name =>
    new AwsError("InvalidAction", `The action ${name} is not valid for this web service.`),
  unsupportedAction: unsupportedAction("UnsupportedOperation"),
  unknownParameter: name => new AwsError("UnknownParameter", `The parameter ${name} is not recognized`),
  unsupportedParameter: name => new AwsError("UnsupportedOperation", unsupported(name)),
  missingParameter: name =>
    new AwsError("MissingParameter", `The request must contain the parameter ${name}`),
  invalidValue: (name, value, expected) =>
    new AwsError(
      "InvalidParameterValue",
      `Value ( ${value} ) for parameter ${name} is invalid. Expecting ${expected}.`,
    ),
  malformed: why => new AwsError("MalformedQueryString", why),
  internal: () => new AwsError("InternalError", "An internal error has occurred", 500),
};

export const queryFaults: Faults = {
  unknownAction: (name, version) =>
    new AwsError("InvalidAction", `Could not find operation ${name} for version ${version}`),
  unsupportedAction: unsupportedAction("UnsupportedOperation"),
  unknownParameter: name => new AwsError("InvalidQueryParameter", `The parameter ${name} is not recognized`),
  unsupportedParameter: name => new AwsError("InvalidQueryParameter", unsupported(name)),
  missingParameter: name => failsConstraint("null", name, "Member must not be null"),
  invalidValue: (name, value, expected) =>
    new AwsError("MalformedInput", `Value '${value}' at '${name}' is not valid: expected ${expected}`),
  malformed: why => new AwsError("MalformedQueryString", why),
  internal: () => new AwsError("InternalFailure", "We encountered an internal error. Please try again.", 500),
};

export const jsonFaults: Faults = {
  unknownAction: name => new AwsError("UnknownOperationException", `Unknown operation ${name}`),
  unsupportedAction: unsupportedAction("UnsupportedOperationException"),
  unknownParameter: name => new AwsError("InvalidParameterValue", `The parameter ${name} is not recognized.`),
  unsupportedParameter: name => new AwsError("InvalidParameterValue", unsupported(name)),
  missingParameter: name => new AwsError("MissingParameter", `The parameter ${name} is required.`),
  invalidValue: (name, value, expected) =>
    new AwsError("SerializationException", `${name}: expected ${expected}, not ${value}`),
  malformed: why => new AwsError("SerializationException", why),
  internal: () => new AwsError("InternalServiceError", "An internal error has occurred.", 500),
};

/** The wording of services that validate their input against a model. */
export function failsConstraint(value: string, parameter: string, constraint: string): AwsError {
  const name = parameter.charAt(0).toLowerCase() + parameter.slice(1);
  const subject = value === "null" ? "Value null" : `Value '${value}'`;
  return validationError(
    `1 validation error detected: ${subject} at '${name}' failed to satisfy constraint: ${constraint}`,
  );
}

/** @throws AwsError unless it is a whole number and at least the minimum */
export function assertAtLeast(minimum: number, value: number, parameter: string): void {
  if (Number.isInteger(value) && value >= minimum) return;
  const constraint = `Member must have value greater than or equal to ${minimum}`;
  throw failsConstraint(String(value), parameter, constraint);
}

export function expectedScalar(shape: Shape): string {
  if (shape.isBooleanSchema()) return "true or false";
  if (shape.isNumericSchema()) return "a number";
  if (shape.isTimestampSchema()) return "a timestamp";
  if (shape.isBlobSchema()) return "Base64";
  return "a string";
}
