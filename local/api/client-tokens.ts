/**
 * Idempotency by client token: a repeated request gets the first one's answer. Source: "Ensuring idempotency in Amazon
 * EC2 API requests" (EC2 Developer Guide).
 */
import { AwsError } from "./aws-error";

/** Far more than any client repeats; the oldest tokens are forgotten. */
const remembered = 1000;

export class ClientTokens {
  private readonly calls = new Map<string, { parameters: string; output: Promise<object> }>();

  /**
   * The output of the first call with the input's client token; calls without one are always made. A failed call is
   * forgotten, so that it can be retried.
   * @throws AwsError if the token was used with other parameters
   */
  async once(action: string, input: object, call: () => object | Promise<object>): Promise<object> {
    const token = "ClientToken" in input ? String(input.ClientToken) : "";
    if (token === "") return call();
    const key = `${action} ${token}`;
    const parameters = JSON.stringify(input);
    const earlier = this.calls.get(key);
    if (earlier && earlier.parameters !== parameters)
      throw new AwsError(
        "IdempotentParameterMismatch",
        `Arguments on this idempotent request are inconsistent with arguments used in previous request(s) with client token ${token}.`,
      );
    if (earlier) return earlier.output;
    const output = Promise.resolve().then(call);
    this.calls.set(key, { parameters, output });
    output.catch(() => this.calls.delete(key));
    for (const oldest of this.calls.keys()) {
      if (this.calls.size <= remembered) break;
      this.calls.delete(oldest);
    }
    return output;
  }
}
