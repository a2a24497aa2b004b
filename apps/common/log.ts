import { pino, type DestinationStream, type Logger } from "pino";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON lines on standard output; written at once, so that the last line before an exit is never lost. */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, serializers: { err: describeError } };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * What the log says of an error: its type, message and code, and those of its causes. Nothing else of it, as
 * pino would do: the errors of HTTP clients carry whole requests, bodies and tokens included.
 */
export function describeError(error: unknown): object {
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const { name, message, code, stack, cause } = error as Partial<Error & { code: unknown }>;
  return { type: name, message, code, stack, causes: causes(cause) };
}

function causes(cause: unknown): object[] | undefined {
  const chain = [];
  // The limit is for a cause that leads back to itself.
  while (typeof cause === "object" && cause !== null && chain.length < 8) {
    const { name, message, code, cause: next } = cause as Partial<Error & { code: unknown }>;
    chain.push({ type: name, message, code });
    cause = next;
  }
  return chain.length > 0 ? chain : undefined;
}
