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

/** A refusal of AWS's as an ordinary error that says its code, then its message; any other error as it is. */
export function withCode(error: unknown): unknown {
  return error instanceof AwsError ? new Error(`${error.code}: ${error.message}`, { cause: error }) : error;
}
