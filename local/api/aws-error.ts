/** A refusal in AWS's own words. As with the SDK's errors, its name is AWS's code. */
export class AwsError extends Error {
  /** @param status of the HTTP response that carries it */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = code;
  }
}
