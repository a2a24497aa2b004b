/** The installer's platform on a real host: a hardened systemd unit per service. */
import { execFile } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { get, type ClientRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { Platform } from "./install";
import type { Unit } from "./unit";

const run = promisify(execFile);

/** The text of a unit's file, as systemd.service(5) and systemd.exec(5) describe it. */
export function unitFile(unit: Unit): string {
  const environment = { ...unit.environment, ...portVariables(unit) };
  return `[Unit]
Description=Elastic Fleet ${unit.service}
# A copy of this host gets its own host name from cloud-init: no service starts before that.
After=network-online.target cloud-init.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=${unit.command.join(" ")}
${Object.entries(environment)
  .map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`)
  .join("\n")}
Restart=always
RestartSec=1
TimeoutStopSec=15
DynamicUser=yes
StateDirectory=${unit.service}
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
UMask=0077

[Install]
WantedBy=multi-user.target
`;
}

/** `PORT_READ=5000` and the like: where a service listens on each of its sockets. */
function portVariables(unit: Unit): Record<string, string> {
  return Object.fromEntries(
    Object.entries(unit.ports).map(([socket, port]) => [`PORT_${socket.toUpperCase()}`, String(port)]),
  );
}

/** A value in systemd's syntax: quoted, with its specifiers and escapes taken literally. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
}

export const systemd: Platform = {
  root: "/",

  async start(unit) {
    const path = `/etc/systemd/system/${unit.service}.service`;
    await writeFile(`${path}.new`, unitFile(unit));
    await rename(`${path}.new`, path);
    await run("systemctl", ["daemon-reload"]);
    await run("systemctl", ["enable", "--quiet", unit.service]);
    await run("systemctl", ["restart", unit.service]);
  },

  async healthy(unit, signal) {
    for (const port of Object.values(unit.ports)) {
      while (!(await answersHealth(port, signal))) await delay(100, undefined, { signal });
    }
  },

  async journal(unit) {
    const { stdout } = await run("journalctl", [
      "--unit",
      unit.service,
      "--lines",
      "30",
      "--no-pager",
      "--output",
      "cat",
    ]);
    return stdout;
  },
};

function answersHealth(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    get({ host: "127.0.0.1", port, path: "/health", signal, timeout: 1_000, agent: false }, response => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on("timeout", function (this: ClientRequest) {
        this.destroy();
      })
      .on("error", () => {
        resolve(false);
      });
  });
}
