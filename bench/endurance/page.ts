/** The live page in Chromium, told of 300 flows a second. */
import { startBrowser } from "../../testing/browser";
import { storm } from "../../testing/page-storm";
import type { Suite } from "./suite";

export const pageSuite: Suite = {
  numbers: "[minutes]",
  help: `  The live page in Chromium, told of 300 flows and 4 drops a second, by default for 10 minutes; the seed has no
  effect. It proves that
  - its frames are less than four times as far apart as an idle page's;
  - after the first ten seconds neither its memory nor its document grows by 20 % or more;
  - it logs no error, and asks no other host.
`,
  run: async (_seed, [minutes = 10], fail) => {
    const { early, late, frameGaps, problems } = await storm(await startBrowser(), minutes * 60_000);
    for (const problem of problems) fail(problem);
    if (frameGaps.busy >= 4 * frameGaps.idle)
      fail(`${frameGaps.busy} ms between frames, ${frameGaps.idle} of an idle page`);
    for (const what of ["heap", "nodes"] as const)
      if (late[what] >= 1.2 * early[what]) fail(`${what} grew from ${early[what]} to ${late[what]}`);
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    return `${minutes} minutes: heap ${megabytes(early.heap)} to ${megabytes(late.heap)} MB, ${early.nodes} to ${late.nodes} nodes, frames ${frameGaps.busy.toFixed(1)} ms apart (idle ${frameGaps.idle.toFixed(1)})`;
  },
};
