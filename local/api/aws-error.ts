/** A refusal in AWS's own words: its error code, its message, and the HTTP status that carries them. */
export class AwsError extends Error {
  override name = "AwsError";

  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** A refusal of AWS's as an ordinary error that says its code, then its message; any other error as it is. */
export function withCode(error: unknown): unknown {
  return error instanceof AwsError ? new Error(`${error.code}: ${error.message}`, { cause: error }) : error;
}
