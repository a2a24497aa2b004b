import { pino, type DestinationStream, type Logger } from "pino";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON lines on standard output; written at once, so that the last line before an exit is never lost. */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, serializers: { err: describeError } };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * What the log says of an error: its type, message, code and status, and those of its causes. Nothing else of it,
 * as pino would do: the errors of HTTP clients carry whole requests, bodies and tokens included.
 */
export function describeError(error: unknown): object {
  return {
    ...describe(error),
    stack: (error as Partial<Error> | null | undefined)?.stack,
    causes: causesOf(error),
  };
}

function describe(error: unknown): object {
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const { name, message, code, statusCode } = error as Record<string, unknown>;
  return { type: name, message, code, statusCode };
}

function causesOf(error: unknown): object[] | undefined {
  const causes = [];
  let cause = (error as Partial<Error> | null | undefined)?.cause;
  // The limit is for a cause that leads back to itself.
  while (cause !== undefined && causes.length < 8) {
    causes.push(describe(cause));
    cause = (cause as Partial<Error> | null)?.cause;
  }
  return causes.length > 0 ? causes : undefined;
}
