/** What systemd makes of the files, only a host with systemd can show. */
import { isUnitOf, unitFiles } from "./unit-files";
import type { Unit } from "./unit";

const unit: Unit = {
  service: "data-access",
  command: ["/opt/elastic-fleet/runtimes/1/node", "/opt/elastic-fleet/data-access/releases/2/main.js"],
  environment: { LOG_LEVEL: "info", EMPTY: "", ODD: "100 % of \"it\" costs $5 \\ 'more' ; # é\tand so on" },
  ports: { read: 5000, update: 8080 },
};

const serviceText = (of: Unit) => unitFiles(of).get(`${of.service}.service`) ?? "";

test("a file per socket, in the manifest's order, then the service's", () => {
  const sockets = ["data-access-read.socket", "data-access-update.socket"];
  expect([...unitFiles(unit).keys()]).toEqual([...sockets, "data-access.service"]);
});

test("a socket's file, verbatim", () => {
  expect(unitFiles(unit).get("data-access-update.socket")).toBe(`[Unit]
Description=Elastic Fleet data-access, update
DefaultDependencies=no
Requires=sysinit.target
# One socket after the other: when they exchange their ports, all are closed before the first is opened.
After=sysinit.target cloud-init.service cloud-init-network.service data-access-read.socket
Before=shutdown.target
Conflicts=shutdown.target

[Socket]
ListenStream=0.0.0.0:8080
FileDescriptorName=update
Service=data-access.service
# However often the service ends, its port stays open.
TriggerLimitIntervalSec=0
`);
});

test("the service's file, verbatim", () => {
  expect(serviceText(unit)).toBe(`[Unit]
Description=Elastic Fleet data-access
# Required: a socket that is restarted restarts the service that holds a copy of it.
Requires=data-access-read.socket data-access-update.socket
After=data-access-read.socket data-access-update.socket network-online.target cloud-init.service cloud-init-network.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/opt/elastic-fleet/runtimes/1/node --min-semi-space-size=4 --max-semi-space-size=4 /opt/elastic-fleet/data-access/releases/2/main.js
Sockets=data-access-read.socket data-access-update.socket
Environment="LOG_LEVEL=info"
Environment="EMPTY="
Environment="ODD=100 %% of \\"it\\" costs $5 \\\\ 'more' ; # é	and so on"
Restart=always
RestartSec=1
TimeoutStopSec=15
DynamicUser=yes
StateDirectory=data-access
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
`);
});

test.each([
  ["data-access.service", true],
  ["data-access-read.socket", true],
  ["data-access-old.socket", true],
  ["data-access.socket", false],
  ["data-access-read.socket.new", false],
  ["data-access-read.socket.d", false],
  ["stress-http.socket", false],
])("whether %s is a file of data-access: %s", (name, is) => {
  expect(isUnitOf("data-access", name)).toBe(is);
});

test.each([
  ["100%", '"A=100%%"'],
  ["%h", '"A=%%h"'],
  ['"', String.raw`"A=\""`],
  ["\\", String.raw`"A=\\"`],
  ["\\n", String.raw`"A=\\n"`],
  ['\\"%', String.raw`"A=\\\"%%"`],
  ["$HOME", '"A=$HOME"'], // literal in Environment=
])("a value of %s is taken literally", (value, quoted) => {
  const lines = serviceText({ ...unit, environment: { A: value } }).split("\n");
  expect(lines.filter(line => line.startsWith("Environment="))).toEqual([`Environment=${quoted}`]);
});
