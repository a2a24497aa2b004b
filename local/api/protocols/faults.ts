/**
 * Errors that any action can return, per protocol and in the words of the services that speak it. Sources: "Error codes
 * for the Amazon EC2 API", "Common Error Types" (Auto Scaling and ELB API References), "Common Errors" (CloudWatch API
 * Reference), and published responses.
 */
import { AwsError, lacking, validationError } from "../aws-error";
import type { Shape } from "../schema";

export interface Faults {
  unknownAction(name: string, version: string): AwsError;
  /** For what AWS supports but the region doesn't: never worded like a typing mistake. */
  unsupported(message: string): AwsError;
  unknownParameter(name: string): AwsError;
  missingParameter(name: string): AwsError;
  invalidValue(name: string, value: string, expected: string): AwsError;
  malformed(why: string): AwsError;
  unauthenticated(code: AuthenticationCode, message: string): AwsError;
  internal(): AwsError;
}

type AuthenticationCode = "MissingAuthenticationToken" | "IncompleteSignature" | "SignatureDoesNotMatch";

const unauthenticated: Faults["unauthenticated"] = (code, message) =>
  new AwsError(code, message, code === "IncompleteSignature" ? 400 : 403);

export const ec2Faults: Faults = {
  unknownAction: name =>
    new AwsError("InvalidAction", `The action ${name} is not valid for this web service.`),
  unsupported: lacking,
  unknownParameter: name => new AwsError("UnknownParameter", `The parameter ${name} is not recognized`),
  missingParameter: name =>
    new AwsError("MissingParameter", `The request must contain the parameter ${name}`),
  invalidValue: (name, value, expected) =>
    new AwsError(
      "InvalidParameterValue",
      `Value ( ${value} ) for parameter ${name} is invalid. Expecting ${expected}.`,
    ),
  malformed: why => new AwsError("MalformedQueryString", why),
  unauthenticated,
  internal: () => new AwsError("InternalError", "An internal error has occurred", 500),
};

export const queryFaults: Faults = {
  unknownAction: (name, version) =>
    new AwsError("InvalidAction", `Could not find operation ${name} for version ${version}`),
  unsupported: lacking,
  unknownParameter: name => new AwsError("InvalidQueryParameter", `The parameter ${name} is not recognized`),
  missingParameter: name => failsConstraint("null", name, "Member must not be null"),
  invalidValue: (name, value, expected) =>
    new AwsError("MalformedInput", `Value '${value}' at '${name}' is not valid: expected ${expected}`),
  malformed: why => new AwsError("MalformedQueryString", why),
  unauthenticated,
  internal: () => new AwsError("InternalFailure", "We encountered an internal error. Please try again.", 500),
};

/** Also of CBOR, whose services name their exceptions alike. */
export const jsonFaults: Faults = {
  unknownAction: name => new AwsError("UnknownOperationException", `Unknown operation ${name}`),
  unsupported: message => new AwsError("UnsupportedOperationException", message),
  unknownParameter: name => new AwsError("InvalidParameterValue", `The parameter ${name} is not recognized.`),
  missingParameter: name => new AwsError("MissingParameter", `The parameter ${name} is required.`),
  invalidValue: (name, value, expected) =>
    new AwsError("SerializationException", `${name}: expected ${expected}, not ${value}`),
  malformed: why => new AwsError("SerializationException", why),
  unauthenticated: (code, message) => {
    const { status } = unauthenticated(code, message);
    const name = code === "SignatureDoesNotMatch" ? "InvalidSignature" : code;
    return new AwsError(`${name}Exception`, message, status);
  },
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
