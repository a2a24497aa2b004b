/** `npm run NAME`: what an operator runs, here and on AWS. */
import { join } from "node:path";
import { runCommand, type Command } from "./command";
import { cost } from "./cost";
import { hosts } from "./hosts";
import { load } from "./load";
import { logs } from "./logs";
import { verify } from "./verify";
import { why } from "./why";

/** They load AWS's clients when they run: each takes a tenth of a second. */
const commands: Record<string, Command> = { cost, hosts, load, logs, verify, why };

// The clients run on Node 20, whatever later versions of them will need.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => interrupted.abort(signal));

// The reader has gone, as with `| head`.
process.stdout.on("error", () => process.exit(1));
process.stderr.on("error", () => undefined);

async function main([name = "", ...args]: string[]): Promise<number> {
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(`its first argument is one of ${Object.keys(commands).join(", ")}\n`);
    return 2;
  }
  const { signal } = interrupted;
  const { stdout, stderr } = process;
  return runCommand(name, command, args, { root: join(__dirname, ".."), signal, stdout, stderr });
}

void main(process.argv.slice(2)).then(code => {
  process.exitCode = code;
});
