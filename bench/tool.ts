/** What the commands of bench/ have in common. */
import { constants } from "node:os";
import { cleanUpAll } from "../testing/clean-up";

/** Runs a command line and ends with its exit code, or with that of a signal; whatever was started ends before. */
export function runTool(main: (args: string[]) => Promise<number>): void {
  const end = async (code: number) => {
    await cleanUpAll().catch((error: unknown) => console.error(textOf(error)));
    process.exit(code);
  };
  let isEnding = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      void end(128 + constants.signals[signal]);
    });
  main(process.argv.slice(2)).then(
    code => isEnding || void end(code),
    (error: unknown) => {
      if (isEnding) return;
      console.error(textOf(error));
      void end(1);
    },
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
