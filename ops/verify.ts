/** `npm run verify`: is all as the tutorial has it? */
import { command, commonHelp, exitCodes, messageOf } from "./command";
import type { Deployment } from "./deployment";
import { ask } from "./http";
import { withSsh } from "./ssh";
import { part1, receiverUrl } from "./verify/part-1";
import { part2 } from "./verify/part-2";
import { Subject, type Check } from "./verify/subject";

export const checks: readonly Check[] = [...part1, ...part2];

interface Result extends Pick<Check, "step" | "title"> {
  seconds: number;
  /** What is wrong. */
  problem?: string;
}

export const verify = command({
  help: `Checks what a user of the tutorial checks by hand, step by step: what must answer,
and what must be silent, refused or denied. It sets the stored number a few times
and puts it back. It starts no CPU load: npm run load shows the fleet scale.
Exit code 1: a check has failed.

Usage: npm run verify -- [options]

  --only TEXT              only the checks with this in their step, or in what
                           they prove
  --timeout SECONDS        how long an answer may take; a receiver takes up to 1.7
                           itself (default: 5)
${commonHelp}`,
  options: { only: { type: "string" }, timeout: { type: "string" } },
  run: async ({ values: { only = "", timeout = "5" }, deployment: find, print, json, signal }) => {
    const patience = Number(timeout) * 1000;
    if (!(patience > 0))
      throw new Error(`--timeout takes seconds, such as 5, not ${JSON.stringify(timeout)}`);
    const chosen = checks.filter(({ step, title }) => `${step}: ${title}`.includes(only));
    if (chosen.length === 0) throw new Error(`no check has ${JSON.stringify(only)} in its step`);
    const deployment = await find();
    const started = performance.now();
    const results: Result[] = [];
    await withSsh(deployment, async argumentsFor => {
      const subject = await Subject.of(deployment, argumentsFor, signal, patience);
      const waiting = new Map(
        chosen.filter(({ waits }) => waits).map(check => [check, resultOf(check, subject)]),
      );
      try {
        for (const check of chosen) {
          const result = await (waiting.get(check) ?? resultOf(check, subject));
          signal.throwIfAborted();
          results.push(result);
          if (!json) print(lineOf(result));
        }
      } finally {
        // What can't be read isn't changed either: each check that sets the number reads it first.
        const before = await subject.numberBefore();
        if (before !== undefined) await restore(deployment, before, patience);
      }
    });
    const failed = results.filter(({ problem }) => problem !== undefined);
    const steps = [...new Set(failed.map(({ step }) => step))];
    if (json) print(JSON.stringify(results, undefined, 2));
    else if (failed.length > 0)
      print(`FAILED ${failed.length} of ${results.length} checks, in these steps: ${steps.join("; ")}`);
    else
      print(
        `all ${results.length} checks passed for ${deployment.name} in ${secondsSince(started).toFixed(0)} s`,
      );
    return failed.length > 0 ? exitCodes.no : exitCodes.ok;
  },
});

async function resultOf({ step, title, run }: Check, subject: Subject): Promise<Result> {
  const started = performance.now();
  try {
    await run(subject);
    return { step, title, seconds: secondsSince(started) };
  } catch (error) {
    return { step, title, seconds: secondsSince(started), problem: messageOf(error) };
  }
}

function lineOf({ step, title, seconds, problem }: Result): string {
  const line = `${problem === undefined ? "ok  " : "FAIL"}  ${step}: ${title} (${seconds.toFixed(1)} s)`;
  return problem === undefined ? line : `${line}\n        ${problem}`;
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

/** Puts the stored number back if it has changed, through whatever takes it; also after Ctrl-C. */
async function restore(
  { proxy: through, outputs }: Deployment,
  before: number,
  patience: number,
): Promise<void> {
  const number = async () => {
    const outcome = await ask(outputs.dataReadUrl, { through, patience });
    return typeof outcome === "object" ? outcome.json : undefined;
  };
  const receivers = Object.entries(outputs.hosts).filter(([name]) => name.startsWith("receiver-"));
  for (const url of [outputs.receiverLoadBalancerUrl, ...receivers.map(([, host]) => receiverUrl(host))]) {
    if ((await number()) === before) return;
    // Whatever is wrong with one way, the next may work.
    await ask(url, { through, method: "POST", body: { num: before }, patience }).catch(() => undefined);
  }
  if ((await number()) !== before)
    throw new Error(`the stored number was ${before}, and no receiver puts it back`);
}
