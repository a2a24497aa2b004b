/** What strace(1) wrote of a program: its operations within a folder, and what it got and sent by sockets. */
import { posix } from "node:path";
import type { Disk, Operation } from "./disk";

/** The calls that change what a disk holds, those that make it durable, and those that talk to clients. */
export const tracedCalls = [
  ...["open", "openat", "openat2", "creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2"],
  ...["unlink", "unlinkat", "rmdir", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat"],
  ...["write", "pwrite64", "writev", "pwritev", "pwritev2", "truncate", "ftruncate", "fallocate", "lseek"],
  ...["fsync", "fdatasync", "sync", "syncfs", "chmod", "fchmod", "fchmodat", "fchmodat2", "chdir", "fchdir"],
  ...[
    "copy_file_range",
    "sendfile",
    "splice",
    "io_uring_enter",
    "read",
    "recvfrom",
    "recvmsg",
    "sendto",
    "sendmsg",
  ],
];

export interface Call {
  name: string;
  /** In strace's notation. */
  args: string[];
  /** What it returned; a negative number for an error. */
  result: number;
  resultText: string;
  pid: string;
}

export interface Line {
  kind: "begin" | "end";
  call: Call;
}

/** Each call twice: when it began, and when it ended. */
export function* linesOf(trace: string): Generator<Line> {
  const unfinished = new Map<string, { beginning: string; call: Call }>();
  for (const line of trace.split("\n")) {
    const [, pid = "", text = ""] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    const interrupted = / ?<unfinished \.\.\.>$/.exec(text);
    const resumed = /^<\.\.\. \w+ resumed>/.exec(text);
    if (interrupted) {
      const beginning = text.slice(0, interrupted.index);
      const call = callOf(`${beginning}) = ?`, pid);
      unfinished.set(pid, { beginning, call });
      yield { kind: "begin", call };
    } else if (resumed) {
      const { beginning, call } = unfinished.get(pid) ?? {};
      if (beginning === undefined || !call) throw new Error(`nothing to resume: ${line.slice(0, 200)}`);
      unfinished.delete(pid);
      yield {
        kind: "end",
        call: Object.assign(call, callOf(beginning + text.slice(resumed[0].length), pid)),
      };
    } else if (/^\w+\(/.test(text)) {
      const call = callOf(text, pid);
      yield { kind: "begin", call };
      yield { kind: "end", call };
    }
  }
}

function callOf(text: string, pid: string): Call {
  const [, name = "", rest = "", resultText = ""] = /^(\w+)\((.*)\)\s+= (.*)$/s.exec(text) ?? [];
  if (name === "") throw new Error(`not understood: ${text.slice(0, 200)}`);
  return { name, args: argumentsOf(rest), result: Number.parseInt(resultText), resultText, pid };
}

/** Cut at the commas outside of brackets. With -xx, texts contain neither. */
function argumentsOf(text: string): string[] {
  const args: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if ("[{(".includes(character)) depth++;
    else if ("]})".includes(character)) depth--;
    else if (character === "," && depth === 0) {
      args.push(text.slice(begin, index).trim());
      begin = index + 1;
    }
  }
  return [...args, text.slice(begin).trim()];
}

/** The bytes of every text in it, one after the other. */
export function bytesOf(argument: string): Buffer {
  const texts = [...argument.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)];
  if (texts.some(([, , cut]) => cut !== undefined)) throw new Error("strace has cut a text");
  return Buffer.from(texts.map(([, text = ""]) => text.replaceAll("\\x", "")).join(""), "hex");
}

/** What a file descriptor refers to; undefined if it isn't open. */
function fileOf(argument: string): string | undefined {
  const [, text] = /^(?:\d+|AT_FDCWD)<([^>]*)>/.exec(argument) ?? [];
  const file = text === undefined ? undefined : Buffer.from(text.replaceAll("\\x", ""), "hex").toString();
  return argument.includes("(deleted)") ? undefined : file;
}

export const isSocket = (call: Call) => fileOf(call.args[0] ?? "")?.startsWith("socket:") === true;

/** Puts calls on a disk. It throws for calls that change the folder and that it can't judge. */
export class Replay {
  /** Where a write() goes; shared by all that have a file open, so that two writers of one would be noticed. */
  readonly #positions = new Map<string, number>();
  /** Files opened so that every write is a sync, too. */
  readonly #synchronous = new Set<string>();
  readonly #begun = new Map<Call, number>();
  /** Of processes that have changed it. */
  readonly #workingFolders = new Map<string, string>();

  constructor(
    private readonly disk: Disk,
    private readonly root: string,
  ) {}

  /** @returns whether it has changed what the disk may hold */
  take({ kind, call }: Line): boolean {
    if (kind === "begin") {
      this.#begun.set(call, this.disk.now);
      return false;
    }
    const begun = this.#begun.get(call);
    this.#begun.delete(call);
    const operations = this.#operations(call);
    for (const operation of operations) this.disk.apply(operation, begun);
    return operations.length > 0;
  }

  #operations(call: Call): Operation[] {
    const { name, args, result } = call;
    const [first = "", second = "", third = "", fourth = ""] = args;
    if (name === "fsync" || name === "fdatasync") {
      // Neither kind for a process that was killed in it.
      if (Number.isNaN(result)) return [];
      return on(this.#within(fileOf(first)), path => ({
        kind: result === 0 ? "sync" : "sync in vain",
        path,
      }));
    }
    if (!(result >= 0)) return [];
    switch (name) {
      case "open":
        return this.#open(call, this.#named(call, first), second, third);
      case "openat":
        return this.#open(call, this.#named(call, second, first), third, fourth);
      case "creat":
        return this.#open(call, this.#named(call, first), "O_CREAT|O_TRUNC", second);
      case "mkdir":
        return made(this.#named(call, first), second);
      case "mkdirat":
        return made(this.#named(call, second, first), third);
      case "rename":
      case "link":
        return this.#moved(name, this.#named(call, first), this.#named(call, second));
      case "renameat":
      case "renameat2":
        if (args[4]?.includes("RENAME_EXCHANGE") === true) this.#refuse(call);
        return this.#moved("rename", this.#named(call, second, first), this.#named(call, fourth, third));
      case "linkat":
        return this.#moved("link", this.#named(call, second, first), this.#named(call, fourth, third));
      case "symlink":
        return linked(bytesOf(first).toString(), this.#named(call, second));
      case "symlinkat":
        return linked(bytesOf(first).toString(), this.#named(call, third, second));
      case "unlink":
      case "rmdir":
        return this.#removed(this.#named(call, first));
      case "unlinkat":
        return this.#removed(this.#named(call, second, first));
      case "truncate":
        return on(this.#named(call, first), path => ({ kind: "truncate", path, size: Number(second) }));
      case "ftruncate":
        return on(this.#within(fileOf(first)), path => ({ kind: "truncate", path, size: Number(second) }));
      case "chmod":
        return changedMode(this.#named(call, first), second);
      case "fchmod":
        return changedMode(this.#within(fileOf(first)), second);
      case "fchmodat":
      case "fchmodat2":
        return changedMode(this.#named(call, second, first), third);
      case "write":
      case "writev":
        return this.#written(call, undefined);
      case "pwrite64":
      case "pwritev":
      case "pwritev2":
        return this.#written(call, Number(args[3]));
      case "lseek": {
        const path = this.#within(fileOf(first));
        if (path !== undefined) this.#positions.set(path, result);
        return [];
      }
      case "sync":
        return [{ kind: "sync all" }];
      case "syncfs":
        return on(this.#within(fileOf(first)), () => ({ kind: "sync all" }));
      case "chdir": {
        const from = this.#workingFolders.get(call.pid) ?? process.cwd();
        this.#workingFolders.set(call.pid, posix.resolve(from, bytesOf(first).toString()));
        return [];
      }
      case "fchdir":
        this.#workingFolders.set(call.pid, fileOf(first) ?? "/");
        return [];
      case "copy_file_range":
        if (this.#within(fileOf(third)) !== undefined) this.#refuse(call);
        return [];
      case "io_uring_enter":
        return this.#refuse(call);
      default:
        if (harmless.test(name)) return [];
        // It concerns a file of the folder, by descriptor or by name.
        if (args.some(arg => this.#within(fileOf(arg)) ?? (arg.startsWith('"') && this.#named(call, arg))))
          this.#refuse(call);
        return [];
    }
  }

  #open(call: Call, path: string | undefined, flags: string, mode: string): Operation[] {
    if (path === undefined) return [];
    if (flags.includes("O_TMPFILE")) this.#refuse(call);
    if (/O_WRONLY|O_RDWR|O_CREAT/.test(flags)) {
      // The next write then finds it.
      if (flags.includes("O_APPEND")) this.#positions.delete(path);
      else this.#positions.set(path, 0);
      if (/O_D?SYNC/.test(flags)) this.#synchronous.add(path);
    }
    if (!this.disk.has(path))
      return flags.includes("O_CREAT") ? [{ kind: "create", path, mode: modeOf(mode) }] : [];
    return flags.includes("O_TRUNC") ? [{ kind: "truncate", path, size: 0 }] : [];
  }

  #written(call: Call, offset: number | undefined): Operation[] {
    const path = this.#within(fileOf(call.args[0] ?? ""));
    if (path === undefined) return [];
    const bytes = bytesOf(call.args[1] ?? "").subarray(0, call.result);
    const at = offset ?? this.#positions.get(path) ?? this.disk.sizeOf(path);
    if (offset === undefined && this.#positions.has(path)) this.#positions.set(path, at + bytes.length);
    const isSynced = this.#synchronous.has(path) || /RWF_D?SYNC/.test(call.args[4] ?? "");
    return [
      { kind: "write", path, offset: at, bytes },
      ...(isSynced ? [{ kind: "sync", path } as const] : []),
    ];
  }

  #moved(kind: "rename" | "link", path: string | undefined, to: string | undefined): Operation[] {
    if (path === undefined && to === undefined) return [];
    if (path === undefined || to === undefined) throw new Error(`${kind} across the folder's border`);
    const position = this.#positions.get(path);
    if (position !== undefined) this.#positions.set(to, position);
    if (kind === "rename") this.#forget(path);
    return [{ kind, path, to }];
  }

  #removed(path: string | undefined): Operation[] {
    if (path !== undefined) this.#forget(path);
    return on(path, path => ({ kind: "remove", path }));
  }

  #forget(path: string): void {
    this.#positions.delete(path);
    this.#synchronous.delete(path);
  }

  /** The path within the folder of what a call names. */
  #named(call: Call, text: string, at = ""): string | undefined {
    const from = fileOf(at) ?? this.#workingFolders.get(call.pid) ?? process.cwd();
    return this.#within(posix.resolve(from, bytesOf(text).toString()));
  }

  #within(path: string | undefined): string | undefined {
    if (path === this.root) return "";
    return path?.startsWith(`${this.root}/`) === true ? path.slice(this.root.length + 1) : undefined;
  }

  #refuse({ name, args }: Call): never {
    throw new Error(`the model of a disk lacks ${name}(${args.join(", ").slice(0, 200)})`);
  }
}

const harmless = /^(read|recvfrom|recvmsg|sendto|sendmsg)$/;

function on(path: string | undefined, operation: (path: string) => Operation): Operation[] {
  return path === undefined ? [] : [operation(path)];
}

const made = (path: string | undefined, mode: string) =>
  on(path, path => ({ kind: "make folder", path, mode: modeOf(mode) }));
const linked = (target: string, path: string | undefined) =>
  on(path, path => ({ kind: "symlink", path, target }));
const changedMode = (path: string | undefined, mode: string) =>
  on(path, path => ({ kind: "change mode", path, mode: modeOf(mode) }));

/** Without what umask(2) takes away: the recording has none. */
const modeOf = (text: string) => Number.parseInt(text, 8) & 0o7777;
