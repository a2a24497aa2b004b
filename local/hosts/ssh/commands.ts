/** The commands that a host understands, and how their lines are read: there is no shell. */
import type { Host } from "../host";

/** A command as it runs. */
export interface Invocation {
  host: Host;
  /** Reads all of standard input. @throws if that is too much */
  stdin: () => Promise<string>;
  /** Resolve once the client has taken it, or is gone. */
  stdout: (text: string | Buffer) => Promise<void>;
  stderr: (text: string) => Promise<void>;
  /** Fires when the client is gone, or the host stops. */
  signal: AbortSignal;
}

/** Resolves to the exit code. */
export type Run = (invocation: Invocation) => Promise<number>;

export interface HostCommand {
  /** How people type it; absent for what only programs send. */
  usage?: string;
  /** What to run for a command line; undefined if that is another command. */
  match(line: string): Run | undefined;
}

/** A command of plain words, with or without sudo in front. */
export function wordsCommand(usage: string, match: (words: string[]) => Run | undefined): HostCommand {
  return {
    usage,
    match: line => {
      const words = wordsOf(line);
      if (words?.[0] === "sudo") words.splice(0, words[1] === "-n" ? 2 : 1);
      return words && match(words);
    },
  };
}

const longestLine = 4096;

/** The words of a line, some of them in quotes; undefined where a shell would see more than words. */
export function wordsOf(line: string): string[] | undefined {
  if (line.length > longestLine) return undefined;
  const words = line.trim().split(/ +/);
  const plain = words.map(word => /^(["']?)([\w@%+=:,./*?-]+)\1$/.exec(word)?.[2]);
  return plain.every(word => word !== undefined) ? plain : undefined;
}
