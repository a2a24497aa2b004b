/** What systemd makes of a unit's file, and its commands, only a host with systemd can show. */
import http, { type RequestListener } from "node:http";
import { cleanUp, serveLocally } from "../common/testing";
import { systemd, unitFile } from "./systemd";
import type { Unit } from "./unit";

afterEach(cleanUp);

const unit: Unit = {
  service: "data-access",
  command: ["/opt/elastic-fleet/runtimes/1/node", "/opt/elastic-fleet/data-access/releases/2/main.js"],
  environment: { LOG_LEVEL: "info", EMPTY: "", ODD: "100 % of \"it\" costs $5 \\ 'more' ; # é\tand so on" },
  ports: { read: 5000, update: 8080 },
};

test("the unit's file, word by word", () => {
  expect(unitFile(unit)).toBe(`[Unit]
Description=Elastic Fleet data-access
# A copy of this host gets its own host name from cloud-init: no service starts before that.
After=network-online.target cloud-init.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/opt/elastic-fleet/runtimes/1/node /opt/elastic-fleet/data-access/releases/2/main.js
Environment="LOG_LEVEL=info"
Environment="EMPTY="
Environment="ODD=100 %% of \\"it\\" costs $5 \\\\ 'more' ; # é\tand so on"
Environment="PORT_READ=5000"
Environment="PORT_UPDATE=8080"
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
  ["100%", '"A=100%%"'],
  ["%h", '"A=%%h"'],
  ['"', String.raw`"A=\""`],
  ["\\", String.raw`"A=\\"`],
  ["\\n", String.raw`"A=\\n"`],
  ['\\"%', String.raw`"A=\\\"%%"`],
  ["$HOME", '"A=$HOME"'], // stands for itself in Environment=
])("a value of %s is taken literally", (value, quoted) => {
  const lines = unitFile({ ...unit, ports: {}, environment: { A: value } }).split("\n");
  expect(lines.filter(line => line.startsWith("Environment="))).toEqual([`Environment=${quoted}`]);
});

describe("a unit is healthy", () => {
  const answering =
    (status: () => number, asked: string[] = []): RequestListener =>
    (request, response) => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      response.writeHead(status()).end();
    };
  const portOf = (url: string) => Number(new URL(url).port);
  async function healthy(urls: string[], signal = AbortSignal.timeout(10_000)): Promise<void> {
    const ports = Object.fromEntries(urls.map((url, index) => [`socket${index}`, portOf(url)]));
    await systemd.healthy({ ...unit, ports }, signal);
  }

  test("when GET /health of every socket answers 200", async () => {
    const asked: string[] = [];
    await healthy([
      await serveLocally(answering(() => 200, asked)),
      await serveLocally(answering(() => 200, asked)),
    ]);
    expect(asked).toEqual(["GET /health", "GET /health"]);
  });

  test("only once it does", async () => {
    const answers = [503, 404, 500];
    await healthy([await serveLocally(answering(() => answers.shift() ?? 200))]);
    expect(answers).toEqual([]);
  });

  test("not while one of its sockets refuses connections", async () => {
    const closed = http.createServer();
    const url = await serveLocally(closed);
    closed.close();
    const well = await serveLocally(answering(() => 200));
    await expect(healthy([well, url], AbortSignal.timeout(300))).rejects.toThrow();
  });

  test("not while one of its sockets is silent", async () => {
    const silent = await serveLocally(() => undefined);
    await expect(healthy([silent], AbortSignal.timeout(300))).rejects.toThrow();
  });
});
