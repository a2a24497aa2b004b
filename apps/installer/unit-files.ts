/** The texts of a service's units, as systemd.service(5), systemd.exec(5) and systemd.socket(5) describe them. */
import { runtimeOptions, type Unit } from "./unit";

export const serviceUnit = (service: Unit["service"]) => `${service}.service`;
const socketUnit = (service: Unit["service"], socket: string) => `${service}-${socket}.socket`;

/** Whether the file is the unit of the service or of one of its sockets, in any release. */
export function isUnitOf(service: Unit["service"], file: string): boolean {
  return file === serviceUnit(service) || new RegExp(`^${service}-[a-z]+\\.socket$`).test(file);
}

/**
 * A copy of a host gets its own host name in cloud-init's network stage (see "Boot stages" in its documentation; the
 * second name is that of 24.3 and later), and no service listens before that. Not in its final stage, which on some
 * distributions comes after multi-user.target, which comes after us.
 */
const afterHostName = "cloud-init.service cloud-init-network.service";

/** File name to text, of every unit that makes up the service; sockets first. */
export function unitFiles(unit: Unit): Map<string, string> {
  const sockets = Object.keys(unit.ports);
  const names = sockets.map(socket => socketUnit(unit.service, socket));
  return new Map([
    ...sockets.map(
      (socket, index) => [names[index] ?? "", socketFile(unit, socket, names.slice(0, index))] as const,
    ),
    [serviceUnit(unit.service), serviceFile(unit, names)],
  ]);
}

/**
 * systemd holds the port, so that no connection is refused while the service restarts. Without default dependencies,
 * which would make it listen before cloud-init runs, or cloud-init wait for it.
 */
function socketFile(unit: Unit, socket: string, earlier: string[]): string {
  return `[Unit]
Description=Elastic Fleet ${unit.service}, ${socket}
DefaultDependencies=no
Requires=sysinit.target
# One socket after the other: when they exchange their ports, all are closed before the first is opened.
After=${["sysinit.target", afterHostName, ...earlier].join(" ")}
Before=shutdown.target
Conflicts=shutdown.target

[Socket]
ListenStream=0.0.0.0:${unit.ports[socket]}
FileDescriptorName=${socket}
Service=${serviceUnit(unit.service)}
# However often the service ends, its port stays open.
TriggerLimitIntervalSec=0
`;
}

function serviceFile(unit: Unit, sockets: string[]): string {
  const [runtime, program] = unit.command;
  return `[Unit]
Description=Elastic Fleet ${unit.service}
# Required: a socket that is restarted restarts the service that holds a copy of it.
Requires=${sockets.join(" ")}
After=${[...sockets, "network-online.target", afterHostName].join(" ")}
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=${[runtime, ...runtimeOptions, program].join(" ")}
Sockets=${sockets.join(" ")}
${Object.entries(unit.environment)
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
# Everybody may write to these, and a service needs to write to its state folder only.
ReadOnlyPaths=-/tmp -/var/tmp -/dev/shm -/dev/mqueue -/run/lock
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

/** A value quoted for systemd, so that its specifiers and escapes are literal. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
}
