/**
 * As much of systemd as the installer sees of it, for a host that is a folder: systemctl and journalctl as programs, a
 * boot, and services that answer as their files on the disk say.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { temporaryFolder } from "../folders";
import { listen } from "../servers";

const scripts = {
  sudo: 'shift; exec "$@"',
  journalctl: 'echo "-- cursor: 1"',
  // systemd reads the units at daemon-reload, and keeps their states in memory.
  systemctl: `
    verb=$1; shift
    units=$HOST_ROOT/etc/systemd/system
    case $verb in
    daemon-reload) rm -rf $HOST_STATE/loaded; cp -r $units $HOST_STATE/loaded;;
    enable)
      for unit; do :; done
      mkdir -p $units/multi-user.target.wants
      test -L $units/multi-user.target.wants/$unit || ln -s /etc/systemd/system/$unit $units/multi-user.target.wants/;;
    show)
      property=$1; shift
      if test $property = --property=InvocationID; then echo 1; exit; fi
      for unit; do
        if test -e $HOST_STATE/active/$unit; then state=active; else state=inactive; fi
        printf 'ActiveState=%s\\nSubState=running\\nNRestarts=0\\n\\n' $state
      done;;
    stop) for unit; do rm -f $HOST_STATE/active/$unit; done;;
    restart) for unit; do test -e $HOST_STATE/loaded/$unit && : >$HOST_STATE/active/$unit; done;;
    esac`,
};

export class FakeSystemd {
  /** Of the programs. */
  readonly bin = temporaryFolder();
  /** What is in memory, so to say. */
  readonly state = temporaryFolder();

  /**
   * @param root the host's
   * @param isIntact whether a file that a unit runs is one that was shipped, and does serve
   */
  constructor(
    readonly root: string,
    private readonly isIntact: (path: string) => boolean,
  ) {
    for (const [name, script] of Object.entries(scripts)) {
      writeFileSync(join(this.bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(this.bin, name), 0o755);
    }
  }

  /** Answers GET /health for the units that are active. */
  async listen(): Promise<number> {
    const answer: http.RequestListener = (request, response) => {
      response.writeHead(this.serving(request.socket.localPort ?? 0) === undefined ? 503 : 200).end();
    };
    const { port } = await listen(http.createServer(answer));
    return port;
  }

  /** What systemd does with a disk: reads the units, and starts those that are enabled and all that they require. */
  boot(): void {
    const units = join(this.root, "etc/systemd/system");
    for (const folder of ["loaded", "active"])
      rmSync(join(this.state, folder), { recursive: true, force: true });
    for (const folder of ["loaded", "active"]) mkdirSync(join(this.state, folder));
    if (!existsSync(units)) return;
    for (const name of readdirSync(units))
      if (lstatSync(join(units, name)).isFile())
        writeFileSync(join(this.state, "loaded", name), readFileSync(join(units, name)));
    const wants = join(units, "multi-user.target.wants");
    for (const service of existsSync(wants) ? readdirSync(wants) : []) {
      const required = /^Requires=(.*)$/m.exec(this.#loaded(service))?.[1]?.split(" ") ?? [];
      if (required.some(socket => this.#loaded(socket) === "")) continue;
      for (const unit of [service, ...required]) writeFileSync(join(this.state, "active", unit), "");
    }
  }

  /** The program that serves a port; undefined if none does. */
  serving(port: number): string | undefined {
    for (const socket of readdirSync(join(this.state, "active"))) {
      const listens = new RegExp(`^ListenStream=0\\.0\\.0\\.0:${port}$`, "m").test(this.#loaded(socket));
      const service = /^Service=(.*)$/m.exec(this.#loaded(socket))?.[1];
      if (!listens || service === undefined || !existsSync(join(this.state, "active", service))) continue;
      const [, runtime, program] = /^ExecStart=(\S+) .*?(\S+)$/m.exec(this.#loaded(service)) ?? [];
      if (runtime === undefined || program === undefined) continue;
      if ([runtime, program].every(path => this.isIntact(join(this.root, path)))) return program;
    }
    return undefined;
  }

  #loaded(unit: string): string {
    const file = join(this.state, "loaded", unit);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }
}
