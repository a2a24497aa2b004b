/** An error in AWS's words. Its name is AWS's error code, as in the SDK. */
export class AwsError extends Error {
  /**
   * @param status of the HTTP response that carries it
   * @param exception its name in the service's model, where several exceptions share its code
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly exception?: string,
  ) {
    super(message);
    this.name = code;
  }
}

/** The error that Auto Scaling and Elastic Load Balancing return for most invalid requests. */
export const validationError = (message: string) => new AwsError("ValidationError", message);

/** Something that AWS has and the region lacks. */
export const lacking = (message: string) => new AwsError("UnsupportedOperation", message);

/** Turns an AwsError into an ordinary error whose message starts with the code; returns other errors unchanged. */
export function withCode(error: unknown): unknown {
  return error instanceof AwsError ? new Error(`${error.code}: ${error.message}`, { cause: error }) : error;
}
