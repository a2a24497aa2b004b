/**
 * Pulumi's SDK records a stack trace for every promise, which source-map-support maps back to the sources: a quarter of
 * a preview's time, for texts that are only printed with PULUMI_DEBUG_PROMISE_LEAKS. Other errors keep their stacks.
 */
const prepare = Error.prepareStackTrace;
if (prepare && process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) {
  Error.prepareStackTrace = (error, frames) =>
    frames[0]?.getFunctionName() === "debuggablePromise"
      ? String(error)
      : (prepare(error, frames) as unknown);
}
