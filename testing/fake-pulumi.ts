/** A Pulumi CLI that knows one stack, for commands that ask it. */
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { temporaryFolder } from "./folders";

export interface FakeStack {
  name: string;
  outputs: Record<string, unknown>;
  config?: Record<string, { value: string }>;
  secrets?: Record<string, string>;
}

/** @returns a PATH with it first */
export function fakePulumi(stack: FakeStack): string {
  const folder = temporaryFolder();
  const program = `#!${process.execPath}
const stack = ${JSON.stringify(stack)};
const fail = text => { process.stderr.write("error: " + text + "\\n"); process.exit(255); };
const { values, positionals: [topic, verb, name] } = require("node:util").parseArgs({
  options: {
    stack: { type: "string" }, json: { type: "boolean" },
    "show-secrets": { type: "boolean" }, "non-interactive": { type: "boolean" },
  },
  allowPositionals: true,
});
if (values.stack !== stack.name) fail("no stack named '" + values.stack + "' found");
if (process.env.PULUMI_CONFIG_PASSPHRASE === undefined)
  fail("getting secrets manager: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE");
if (topic === "config") console.log(JSON.stringify(stack.config ?? {}));
else if (topic !== "stack" || verb !== "output") fail("unknown command");
else if (name === undefined) console.log(JSON.stringify(stack.outputs));
else if (!values["show-secrets"]) console.log("[secret]");
else console.log((stack.secrets ?? {})[name] ?? fail("no output named " + name));
`;
  writeFileSync(join(folder, "pulumi"), program, { mode: 0o755 });
  return `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
}
