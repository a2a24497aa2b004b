/** Systems Manager's Parameter Store, with public parameters only. */
import { AwsError } from "../../api/aws-error";

export class Parameters {
  /** @param values public parameters by name */
  constructor(private readonly values: Readonly<Record<string, string>>) {}

  /** @throws AwsError for an unknown parameter */
  get(name: string): string {
    const value = Object.hasOwn(this.values, name) ? this.values[name] : undefined;
    if (value !== undefined) return value;
    throw new AwsError("ParameterNotFound", `the local region has no SSM parameter ${name}`);
  }
}
