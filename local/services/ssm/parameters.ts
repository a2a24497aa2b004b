/** Systems Manager's Parameter Store, with public parameters only. */
import { AwsError } from "../../api/aws-error";

export class Parameters {
  /** The region's parameters are as old as the region. */
  readonly lastModified = new Date();

  /** @param values public parameters by name */
  constructor(readonly values: Readonly<Record<string, string>>) {}

  find(name: string): string | undefined {
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }

  /** @throws AwsError for an unknown parameter */
  get(name: string): string {
    const value = this.find(name);
    if (value !== undefined) return value;
    throw new AwsError("ParameterNotFound", `the local region has no SSM parameter ${name}`);
  }
}
