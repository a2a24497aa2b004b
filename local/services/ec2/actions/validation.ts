/** Checks that several actions make of their parameters. */
import { ec2Faults } from "../../../api/protocols/faults";
import { networkOf } from "../../../network/ipv4";
import { networkRefusals } from "../network-refusals";

/** @throws AwsError if the parameter is missing */
export function required<Value>(value: Value | undefined, parameter: string): Value {
  if (value === undefined || value === "") throw ec2Faults.missingParameter(parameter);
  return value;
}

/** The range with its host bits cleared, as EC2 keeps it. */
export function ipv4Range(parameter: string, cidr: string): string {
  const range = networkOf(cidr);
  if (range === undefined) throw networkRefusals.invalidCidr(parameter, cidr);
  return range;
}

/** @throws AwsError unless it is one of the values */
export function oneOf<Value extends string>(
  parameter: string,
  value: string,
  values: readonly Value[],
): Value {
  const found = values.find(each => each === value);
  if (found === undefined) throw networkRefusals.invalidEnum(parameter, value);
  return found;
}

/**
 * The one attribute that a Modify action changes, by its parameter's name and value.
 * @throws AwsError unless exactly one is given
 */
export function oneAttribute<Attributes extends object>(
  attributes: Attributes,
): { [Name in keyof Attributes]-?: [Name, NonNullable<Attributes[Name]>] }[keyof Attributes] {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const [first] = given;
  if (!first) throw networkRefusals.noAttribute();
  if (given.length > 1) throw networkRefusals.severalAttributes(given.map(([name]) => name));
  return first as never;
}
