/** Systems Manager's Parameter Store, as far as public parameters go. */
import { AwsError } from "../../api/aws-error";

export class Parameters {
  /** @param values of public parameters, by their names */
  constructor(private readonly values: Readonly<Record<string, string>>) {}

  /** @throws AwsError when there is no such parameter */
  get(name: string): string {
    const value = Object.hasOwn(this.values, name) ? this.values[name] : undefined;
    if (value !== undefined) return value;
    throw new AwsError("ParameterNotFound", `the local region has no SSM parameter ${name}`);
  }
}
