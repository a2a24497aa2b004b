/** The program in a local region, on the clock of `npm start`. */
import { join } from "node:path";
import { preload } from "../../local/api/dispatch";
import { realClock } from "../../local/clock";
import { readStack } from "../../local/pulumi/stack";
import { startRegion, type RunningRegion } from "../../local/start";
import { onCleanUp } from "../../testing/clean-up";
import { temporaryFolder } from "../../testing/folders";

const root = join(__dirname, "..", "..");

/** `cleanUp` closes it. */
export async function startProgramRegion(): Promise<RunningRegion> {
  const running = await startRegion({
    root,
    stack: readStack(root, "dev"),
    folder: join(temporaryFolder(), ".local"),
    clock: realClock(60),
    operatorAddress: "198.51.100.10",
    port: 0,
    sshPort: 0,
    without: [],
    report: () => undefined,
  });
  onCleanUp(() => running.close());
  await preload(running.region.services);
  return running;
}
