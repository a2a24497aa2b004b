/** Reads CBOR. Source: RFC 8949, "Concise Binary Object Representation". */
import { AwsError } from "../aws-error";
import type { Faults } from "./faults";
import { assertNesting } from "./nesting";

/**
 * Decodes with the SDK's decoder, which is loaded for the first request.
 * @throws AwsError unless it is one well-formed value
 */
export async function cborValue(bytes: Buffer, faults: Faults): Promise<unknown> {
  const { cbor } = await import("@smithy/core/cbor");
  try {
    if (endOf(bytes, 0, 0, faults) !== bytes.length) throw new RangeError("bytes follow the value");
    return cbor.deserialize(bytes);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw faults.malformed(`The request's body is not CBOR: ${(error as Error).message}`);
  }
}

/**
 * Where the value that starts at an offset ends. The SDK's decoder trusts counts, recurses without limit and builds
 * numbers of any size, so this comes first.
 * @throws RangeError where the value isn't well-formed
 */
function endOf(bytes: Buffer, start: number, depth: number, faults: Faults): number {
  assertNesting(depth, faults);
  const initial = bytes.readUInt8(start);
  const [major, info] = [initial >> 5, initial & 0x1f];
  if (info === indefinite && major >= 2 && major <= 5) {
    let at = start + 1;
    while (bytes.readUInt8(at) !== stop) at = endOf(bytes, at, depth + 1, faults);
    return at + 1;
  }
  const { argument, end } = argumentAt(bytes, start, info);
  // Numbers, true, false and null are in the head.
  if (major === 0 || major === 1 || major === 7) return end;
  if (major === 2 || major === 3) return end + argument;
  if (major === 6 && argument !== epochSeconds) throw new RangeError(`tag ${argument} is not supported`);
  const values = major === 4 ? argument : major === 5 ? 2 * argument : 1;
  let at = end;
  for (let index = 0; index < values; index++) at = endOf(bytes, at, depth + 1, faults);
  return at;
}

const indefinite = 31;
const stop = 0xff;
/** The only tag that Smithy's timestamps use. */
const epochSeconds = 1;

function argumentAt(bytes: Buffer, start: number, info: number): { argument: number; end: number } {
  const at = start + 1;
  if (info < 24) return { argument: info, end: at };
  if (info === 24) return { argument: bytes.readUInt8(at), end: at + 1 };
  if (info === 25) return { argument: bytes.readUInt16BE(at), end: at + 2 };
  if (info === 26) return { argument: bytes.readUInt32BE(at), end: at + 4 };
  if (info === 27) return { argument: Number(bytes.readBigUInt64BE(at)), end: at + 8 };
  throw new RangeError(`additional information ${info} is not allowed`);
}
