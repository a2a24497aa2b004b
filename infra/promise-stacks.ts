/**
 * Pulumi's SDK records a stack trace for every promise, and source-map-support maps each back to the sources, for texts
 * that are only printed with PULUMI_DEBUG_PROMISE_LEAKS. Other errors keep their stacks.
 */
type PrepareStackTrace = (error: Error, frames: NodeJS.CallSite[]) => unknown;

const errors = Error as { prepareStackTrace?: PrepareStackTrace };
const mapped = errors.prepareStackTrace;
if (mapped && process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) {
  errors.prepareStackTrace = (error, frames) =>
    frames[0]?.getFunctionName() === "debuggablePromise" ? String(error) : mapped(error, frames);
}
