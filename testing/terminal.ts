/** Commands in a terminal, by `script` of util-linux, and blocks of them pasted into interactive shells. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, type Command } from "./cli";
import { eventually } from "./eventually";
import { temporaryFolder } from "./folders";

/** Runs a command line in a terminal of so many columns. What the terminal shows is its standard output. */
export function inTerminal(
  folder: string,
  commandLine: string,
  { columns = 80, environment }: { columns?: number; environment?: NodeJS.ProcessEnv } = {},
): Command {
  const terminal = `stty cols ${columns} rows 24 -echo; exec ${commandLine}`;
  return run(folder, ["script", "-qec", terminal, "/dev/null"], { SHELL: "/bin/sh", ...environment });
}

export type ShellName = "bash" | "zsh";

/** "bracketed": the terminal marks what is pasted, as most do; "plain": a shell can't tell it from what is typed. */
export type PasteMode = "bracketed" | "plain";

/** What a paste led to. */
export interface Pasted {
  /** What the commands printed. */
  printed: string;
  /** Exit codes of the commands that failed. */
  failed: number[];
}

/**
 * What the shell says between the outputs of commands, in its prompts. The prompt after a paste in brackets has the exit
 * code of its last command only; so a trap tells of each that fails.
 */
const startup: Record<ShellName, { file: string; argument: (folder: string) => string; text: string }> = {
  bash: {
    file: "bashrc",
    argument: folder => `bash --noprofile --rcfile ${join(folder, "bashrc")} -i`,
    text: `
PS0='@@out@@' PS1='@@end $?@@' PS2='@@more@@'
trap 'echo "@@failed $?@@"' ERR
`,
  },
  zsh: {
    file: ".zshrc",
    argument: folder => `env ZDOTDIR=${folder} zsh -d -i`,
    text: `
PROMPT='@@end %?@@' PROMPT2='@@more@@'
unsetopt prompt_sp prompt_cr
preexec() { print -n '@@out@@' }
trap 'echo "@@failed $?@@"' ZERR
`,
  },
};

/** An interactive shell without anyone's own settings. */
export class InteractiveShell {
  private readonly command: Command;
  private pastes = 0;

  constructor(
    folder: string,
    shell: ShellName,
    private readonly mode: PasteMode,
  ) {
    const home = temporaryFolder();
    const { file, argument, text } = startup[shell];
    writeFileSync(join(home, file), text);
    // npm tells of its own new versions, and shows that it is at work.
    const npm = { npm_config_update_notifier: "false", npm_config_progress: "false" };
    const environment = { HOME: home, TERM: "xterm-256color", LC_ALL: "C.UTF-8", ...npm };
    this.command = inTerminal(folder, argument(home), { environment });
  }

  /** Pastes lines, as the user does who copied them, and waits until the shell has run them all. */
  async paste(text: string, patience: number): Promise<Pasted> {
    // At a prompt: what comes while a command runs would be echoed between the answers.
    await eventually("the shell prompts", () => /@@end \d+@@$/.test(withoutControls(this.command.stdout())));
    const before = this.command.stdout().length;
    const keys = text.replaceAll("\n", "\r");
    const pasted = this.mode === "plain" ? keys : `\u001b[200~${keys}\u001b[201~`;
    // What the last line prints differs from how it is typed.
    this.pastes++;
    this.command.write(`${pasted}\recho @@pasted $((${this.pastes}+0))@@\r`);
    const end = `@@pasted ${this.pastes}@@`;
    const shown = () => this.command.stdout().slice(before);
    await eventually(
      () => `the shell has run what was pasted; it shows\n${shown()}`,
      () => shown().includes(end),
      patience,
    );
    return pastedFrom(shown().split(end)[0] ?? "");
  }
}

function pastedFrom(shown: string): Pasted {
  const codes = [...shown.matchAll(/@@(?:end|failed) (\d+)@@/g)].map(([, code]) => Number(code));
  const printed = withoutControls(shown)
    // From a prompt to the next output, there is what was pasted.
    .replace(/^(?:(?!@@out@@)[^])*/, "")
    .replace(/@@end \d+@@(?:(?!@@out@@)[^])*/g, "")
    .replace(/@@(?:out|failed \d+)@@/g, "");
  return { printed, failed: codes.filter(code => code !== 0) };
}

/** As one reads it, a line each. */
export function withoutControls(shown: string): string {
  // eslint-disable-next-line no-control-regex -- that's what they are
  return shown.replace(/\u001b(?:\[[\d;?]*[A-Za-z]|[=>])|\r/g, "");
}
