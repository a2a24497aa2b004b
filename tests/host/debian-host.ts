/** A Debian host: a disk, from which systemd and sshd boot in a container. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { remoteUser } from "../../apps/shipping/ship";
import { eventually } from "../../testing/eventually";
import { controlGroupsOf } from "./control-groups";
import { hostProcesses } from "./host-processes";
import { addressOf, bridge, networkFile } from "./network";
import { run, start, type Outcome, type Running } from "./running";

const { HOSTS_IMAGE: image = "", HOSTS_FOLDER: folder = "" } = process.env;

const sshOptions = [
  ...["-i", join(folder, "key")],
  ...["-o", "BatchMode=yes"],
  ...["-o", "LogLevel=ERROR"],
  // The command provider's behaviour without a host key.
  ...["-o", "StrictHostKeyChecking=no"],
  ...["-o", "UserKnownHostsFile=/dev/null"],
];

export class DebianHost {
  readonly address: string;
  readonly disk: string;
  private container?: ChildProcess;
  private isMounted = false;

  private constructor(
    readonly name: string,
    /** The last part of its address. */
    number: number,
  ) {
    this.address = addressOf(number);
    this.disk = join(folder, name);
  }

  /**
   * A host that is not booted yet. Its disk is a copy of the image or of another disk.
   * @param megabytes the disk's size; by default it shares this machine's space
   */
  static async create(
    name: string,
    number: number,
    { disk = image, megabytes }: { disk?: string; megabytes?: number } = {},
  ): Promise<DebianHost> {
    const host = new DebianHost(name, number);
    if (megabytes !== undefined) {
      await mkdir(host.disk);
      await run(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", host.disk]);
      host.isMounted = true;
    }
    await run(["cp", "--archive", "--reflink=auto", "--no-target-directory", disk, host.disk]);
    const { path, text } = networkFile(number);
    await host.write(path, text);
    await host.write("/etc/hostname", `${name}\n`);
    await host.write("/etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
    const key = await readFile(join(folder, "key.pub"), "utf8");
    for (const home of [`/home/${remoteUser}`, "/root"])
      await host.write(`${home}/.ssh/authorized_keys`, key);
    return host;
  }

  /** Resolves once SSH accepts connections. */
  async boot(): Promise<void> {
    // An earlier host may have had this address, with another network card.
    await run(["ip", "neigh", "flush", "to", this.address]);
    const nspawn = [
      ...["systemd-nspawn", "--boot", `--directory=${this.disk}`, `--machine=${this.name}`],
      ...[`--network-bridge=${bridge}`, "--register=no", "--keep-unit", "--console=pipe"],
    ];
    const enterGroups = controlGroupsOf(folder, this.name).map(file => `echo $$ > ${file}`);
    const console = openSync(`${this.disk}.console`, "a");
    const container = spawn("sh", ["-c", [...enterGroups, 'exec "$@"'].join(" && "), "sh", ...nspawn], {
      env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
      stdio: ["ignore", console, console],
    });
    closeSync(console);
    this.container = container;
    await eventually(
      () => `${this.name} can be reached by SSH; see ${this.disk}.console`,
      () => {
        if (container.exitCode !== null) throw new Error(`${this.name} did not boot`);
        return accepts(this.address, 22);
      },
      20_000,
    );
  }

  /** Runs a command as the user that provisions hosts. @returns its standard output @throws unless it exits with 0 */
  async run(command: string): Promise<string> {
    return run(this.ssh(command));
  }

  /** As `run`, but as root and past sudo, which hosts on AWS don't allow. */
  async asRoot(command: string): Promise<string> {
    return run(this.ssh(command, "root"));
  }

  /** As `run`, whatever the exit code. */
  async try(command: string, input = "", onStderr?: (line: string) => void): Promise<Outcome> {
    return this.start(command, input, onStderr).ended;
  }

  start(command: string, input = "", onStderr?: (line: string) => void): Running {
    return start(this.ssh(command), { input, onStderr });
  }

  /** Ids of its processes, as this machine sees them. */
  processes(command: RegExp): number[] {
    return hostProcesses(this.name, command);
  }

  async copy(source: string, remotePath: string): Promise<void> {
    await run(["scp", "-q", ...sshOptions, source, `${remoteUser}@${this.address}:${remotePath}`]);
  }

  async read(path: string): Promise<string> {
    return readFile(join(this.disk, path), "utf8");
  }

  /** Only before it boots. */
  async write(path: string, text: string): Promise<void> {
    await writeFile(join(this.disk, path), text);
  }

  async link(target: string, path: string): Promise<void> {
    await symlink(target, join(this.disk, path));
  }

  async reboot(): Promise<void> {
    await this.try("sudo systemctl reboot");
    await this.off();
    await this.boot();
  }

  async powerOff(): Promise<void> {
    await this.try("sudo systemctl poweroff");
    await this.off();
  }

  /** Kills it, and removes its disk. */
  async remove(): Promise<void> {
    if (this.container?.exitCode === null) {
      // Its first process takes all others with it, and then the container exits.
      await run(["sh", "-c", `kill -KILL $(ps -o pid= --ppid ${this.container.pid ?? 0})`]);
      await this.off();
    }
    if (this.isMounted) await run(["umount", this.disk]);
    await rm(this.disk, { recursive: true, force: true });
  }

  private async off(): Promise<void> {
    if (this.container?.exitCode === null) await once(this.container, "exit");
  }

  private ssh(command: string, user = remoteUser): [string, ...string[]] {
    return ["ssh", ...sshOptions, `${user}@${this.address}`, command];
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection({ host, port, timeout: 500 })
      .once("connect", () => {
        socket.destroy();
        resolve(true);
      })
      .once("timeout", () => {
        socket.destroy();
        resolve(false);
      })
      .once("error", () => resolve(false));
  });
}
