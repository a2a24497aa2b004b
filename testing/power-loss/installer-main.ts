/** apps/installer/main.ts for a host that is a folder. */
import { text } from "node:stream/consumers";
import { install } from "../../apps/installer/install";
import { Systemd } from "../../apps/installer/systemd";
import { manifestSchema } from "../../apps/manifest";

async function main(): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(await text(process.stdin)));
  return install(manifest, new Systemd(() => undefined, process.env["HOST_ROOT"]), { healthTimeout: 5_000 });
}

main().then(
  outcome => console.log(outcome),
  (error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = 1;
  },
);
