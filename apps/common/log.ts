import { pino, type DestinationStream, type Logger } from "pino";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON lines on standard output; written at once, so that the last line before an exit is never lost. */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, serializers: { err: (error: unknown) => describeError(error) } };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * What the log shows of an error: its type, message, code and status, and those of its causes. Nothing else, unlike
 * pino: HTTP clients' errors carry whole requests, with bodies and tokens.
 */
export function describeError(error: unknown, depth = 0): object {
  // Not `instanceof Error`: an abort rejects with a DOMException, and anything at all can be thrown.
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const { name, message, code, statusCode, stack, cause } = error as Record<string, unknown>;
  return {
    type: name,
    message,
    code,
    statusCode,
    stack: depth === 0 ? stack : undefined,
    // The limit is for a cause that leads back to itself.
    cause: cause === undefined || depth === 8 ? undefined : describeError(cause, depth + 1),
  };
}
