/** Errors as JSON and CBOR name them: by the exception in the service's model. */
import type { AwsError } from "../aws-error";
import { exceptionsByQueryCode } from "../schema";
import type { Service } from "../service";

export type ModelledService = Pick<Service<never>, "model" | "query" | "serviceName">;

/**
 * The error's name, and the header by which services that also speak the query protocol send its code (Smithy's
 * `awsQueryCompatible`).
 */
export async function exceptionOf(
  { code, exception, status }: AwsError,
  service: ModelledService | undefined,
): Promise<{ type: string; headers: Record<string, string> }> {
  const type = exception ?? (service && exceptionsByQueryCode(await service.model()).get(code)) ?? code;
  const fault = status < 500 ? "Sender" : "Receiver";
  return { type, headers: service?.query ? { "x-amzn-query-error": `${code};${fault}` } : {} };
}
