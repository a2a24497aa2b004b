/** `npm run logs`: a service's journal, over SSH. */
import { spawn } from "node:child_process";
import { wholeNumber } from "../local/cli/whole-number";
import { command, commonHelp, exitCodes } from "./command";
import { describeInstances, type Instance } from "./instances";
import { withSsh, type SshArguments } from "./ssh";

export const logs = command({
  help: `Shows the journal of the service on a host, JSON lines, over SSH.

Usage: npm run logs -- HOST [options]

  HOST                     data, receiver-1, stress …, or an instance's id
  -f, --follow             the last ten lines, then what comes; Ctrl-C ends it
  -n, --lines N            only the last lines
${commonHelp}`,
  options: { follow: { type: "boolean", short: "f" }, lines: { type: "string", short: "n" } },
  positionals: ["HOST"],
  run: async ({ values: { follow = false, lines }, positionals: [host = ""], deployment: find, ...run }) => {
    const count = lines === undefined ? undefined : wholeNumber("--lines", lines, 0, 1_000_000);
    const deployment = await find();
    const instance = named(host, await describeInstances(deployment));
    const options = [...(follow ? ["-f"] : []), ...(count === undefined ? [] : ["-n", count])];
    const journal = ["sudo journalctl --no-pager -u", instance.service, ...options].join(" ");
    await withSsh(deployment, argumentsFor => show(argumentsFor, instance, journal, run));
    return exitCodes.ok;
  },
});

/** @throws if it is none, or several, with those that there are */
function named(name: string, instances: readonly Instance[]): Instance {
  const found = instances.filter(each => each.name === name || each.instanceId === name);
  if (found.length === 1 && found[0]) return found[0];
  if (found.length > 1)
    throw new Error(`${name} are several; name one: ${found.map(({ instanceId }) => instanceId).join(", ")}`);
  throw new Error(`there is no host ${name}; there are ${instances.map(each => each.name).join(", ")}`);
}

/** Passes on what a command prints on a host, until it ends. */
function show(
  argumentsFor: SshArguments,
  instance: Instance,
  command: string,
  { write, signal }: { write: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  const child = spawn("ssh", argumentsFor(instance, command), {
    env: process.env,
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8").on("data", write);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", code => {
      if (code === 0) resolve();
      else reject(new Error(`ssh to ${instance.name} failed: ${said.trim()}`));
    });
  });
}
