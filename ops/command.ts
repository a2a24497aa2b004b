/** What a command is, and how it is run: options, help, problems, exit codes, the same for all. */
import { setMaxListeners } from "node:events";
import { constants } from "node:os";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { widthOf, wrap } from "../local/cli/wrap";
import { findDeployment, type Deployment } from "./deployment";

type Options = Record<string, { type: "string" | "boolean"; short?: string; multiple?: boolean }>;

type Values<Own extends Options> = {
  [Name in keyof Own]?: Own[Name]["type"] extends "boolean"
    ? boolean
    : Own[Name]["multiple"] extends true
      ? string[]
      : string;
};

/** A command's exit code. */
export const exitCodes = {
  ok: 0,
  /** What was asked is not so. */
  no: 1,
  /** It could not be asked: wrong usage, nothing that runs, no answer. */
  failed: 2,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a command may use. */
export interface Run<Own extends Options = Options> {
  values: Values<Own>;
  positionals: string[];
  /** The project's root folder. */
  root: string;
  /** The stack that --stack names. */
  stack?: string;
  /** --json: one JSON value on standard output, and nothing else. */
  json: boolean;
  /** Finds the deployed program that is asked. */
  deployment: () => Promise<Deployment>;
  /** Prints to standard output, wrapped to the terminal's width. */
  print: (text: string) => void;
  /** Writes to standard output what others have formatted. */
  write: (text: string) => void;
  /** Of the terminal; Infinity without one. */
  columns: number;
  /** Aborted by Ctrl-C: undo what needs undoing, then return or throw. */
  signal: AbortSignal;
}

export interface Command<Own extends Options = Options> {
  /** Shown by --help, in at most 80 columns. */
  help: string;
  /** Beyond --help, --json and --stack. */
  options: Own;
  /** The names of its arguments, all of them needed. */
  positionals?: readonly string[];
  run: (run: Run<Own>) => Promise<ExitCode>;
}

/** Infers the types of a command's values. */
export function command<const Own extends Options>(command: Command<Own>): Command {
  // `run` is only ever given what its own options parse to.
  return command as unknown as Command;
}

const common = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  stack: { type: "string" },
} as const satisfies ParseArgsConfig["options"];

/** What `Usage:` of each help ends with. */
export const commonHelp = `  --stack NAME             ask this Pulumi stack on AWS, by your own credentials
                           (default: the local region that runs here)
  --json                   print one JSON value (npm run --silent)
  --help                   show this text
`;

export interface Terminal {
  stdout: { write: (text: string) => unknown; columns?: number };
  stderr: { write: (text: string) => unknown; columns?: number };
}

/**
 * Runs a command to its end; what goes wrong is a sentence on standard error.
 * @param root the project's root folder
 */
export async function runCommand(
  name: string,
  command: Command,
  args: string[],
  { root, signal, stdout, stderr }: Terminal & { root: string; signal: AbortSignal },
): Promise<number> {
  // One for each request that is under way.
  setMaxListeners(0, signal);
  const print = (text: string) => void stdout.write(`${wrap(text, widthOf(stdout))}\n`);
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...command.options, ...common },
      allowPositionals: true,
    });
    const { help, json = false, stack, ...own } = values as Values<typeof common>;
    if (help) {
      stdout.write(command.help);
      return exitCodes.ok;
    }
    const expected = command.positionals ?? [];
    if (positionals.length !== expected.length)
      throw new Error(
        `it takes ${expected.join(" ") || "no arguments"}, not ${JSON.stringify(positionals.join(" "))}`,
      );
    return await command.run({
      ...{ values: own, positionals, root, stack, json, print, signal },
      write: text => void stdout.write(text),
      columns: widthOf(stdout),
      deployment: () => findDeployment(root, stack),
    });
  } catch (error) {
    if (signal.aborted) return 128 + constants.signals[signal.reason as NodeJS.Signals];
    stderr.write(`${wrap(`${name}: ${messageOf(error)}`, widthOf(stderr))}\n`);
    return exitCodes.failed;
  }
}

/** An error's message; of one that holds several, theirs. */
export function messageOf(error: unknown): string {
  const { name, message = "", errors, code } = error as Partial<AggregateError & NodeJS.ErrnoException>;
  if (/SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)/.test(code ?? ""))
    return `${message}: name the root that signed it by NODE_EXTRA_CA_CERTS=FILE, see docs/https.md`;
  // What parseArgs() goes on to say is about dashes.
  if (message !== "") return message.replace(/\. To specify a positional .*/s, "");
  return errors?.map(messageOf).join("; ") ?? name ?? String(error);
}
