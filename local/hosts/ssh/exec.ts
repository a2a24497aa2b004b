/** Runs a host's commands on SSH channels. Nothing that arrives is ever run by a shell. */
import type { Writable } from "node:stream";
import type { ServerChannel } from "ssh2";
import type { Host } from "../host";
import type { HostCommand, Invocation, Run } from "./commands";

/** More than any manifest. */
const mostInput = 1024 * 1024;
/** A shell's exit codes for a command that isn't found, and for one that Ctrl-C ended. */
const notFound = 127;
const interrupted = 130;

export interface ExecOptions {
  host: Host;
  commands: readonly HostCommand[];
  /** The client's terminal wants carriage returns, and sends Ctrl-C as a character. */
  hasTerminal: boolean;
  /** Fires when the client is gone, or the host stops. */
  signal: AbortSignal;
}

/** Runs a command line; undefined asks for a shell. */
export async function exec(
  channel: ServerChannel,
  line: string | undefined,
  { host, commands, hasTerminal, signal: gone }: ExecOptions,
): Promise<void> {
  const ctrlC = new AbortController();
  if (hasTerminal) {
    channel.on("data", (data: Buffer) => {
      if (data.includes(3)) ctrlC.abort();
    });
  }
  const signal = AbortSignal.any([gone, ctrlC.signal]);
  const shown = (text: string | Buffer) => (hasTerminal ? String(text).replaceAll("\n", "\r\n") : text);
  const invocation: Invocation = {
    host,
    stdin: () => readAll(channel, signal),
    stdout: text => write(channel, shown(text), signal),
    stderr: text => write(channel.stderr, shown(text), signal),
    signal,
  };
  const run = line === undefined ? undefined : commands.map(command => command.match(line)).find(Boolean);
  const code = await exitCode(run ?? explain(commands), invocation).catch(() => interrupted);
  if (gone.aborted) return;
  channel.exit(code);
  channel.end();
}

/** @throws if the client is gone */
async function exitCode(run: Run, invocation: Invocation): Promise<number> {
  try {
    return await run(invocation);
  } catch (error) {
    invocation.signal.throwIfAborted();
    await invocation.stderr(`${(error as Error).message}\n`);
    return 1;
  }
}

function explain(commands: readonly HostCommand[]): Run {
  const usages = commands.flatMap(({ usage }) => usage ?? []);
  const text = [
    "A host of the local region has no shell. It understands, with or without sudo:",
    ...usages.map(usage => `  ${usage}`),
    "and the command that installs a service, sftp and scp (older than OpenSSH 9: scp -s).",
    "",
  ].join("\n");
  return async ({ stderr }) => {
    await stderr(text);
    return notFound;
  };
}

/** Resolves once the client has taken it or, as nothing calls back then, is gone. */
function write(stream: Writable, text: string | Buffer, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done);
    stream.write(text, done);
  });
}

/** @throws if it is too long, or the signal fires before its end */
function readAll(channel: ServerChannel, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    // Not `for await`, which would end the channel with its loop.
    channel.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostInput) reject(new Error(`standard input is longer than ${mostInput} bytes`));
      else chunks.push(chunk);
    });
    // A connection that breaks ends it too, and is seen first by the signal.
    channel.once("end", () => {
      if (!signal.aborted) resolve(Buffer.concat(chunks).toString());
    });
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
