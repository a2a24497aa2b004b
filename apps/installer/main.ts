/** Installs the manifest on standard input, JSON, on this host; exits with 1 if that fails. */
import { text } from "node:stream/consumers";
import * as z from "zod";
import { manifestSchema } from "../manifest";
import { install } from "./install";
import { Systemd } from "./systemd";

async function main(): Promise<string> {
  let input: unknown;
  try {
    input = JSON.parse(await text(process.stdin));
  } catch (error) {
    throw new Error(`the manifest on standard input is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const manifest = manifestSchema.safeParse(input);
  if (!manifest.success) throw new Error(`the manifest is not valid:\n${z.prettifyError(manifest.error)}`);
  // On standard error, because standard output is for the outcome.
  const report = (step: string) => console.error(`${manifest.data.service}: ${step}`);
  return install(manifest.data, new Systemd(report), { report });
}

// A broken connection must not stop it half-way, or before it has rolled back a failed release.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

main().then(
  outcome => console.log(outcome),
  (error: unknown) => {
    console.error(`install failed: ${(error as Error).message}`);
    process.exitCode = 1;
  },
);
