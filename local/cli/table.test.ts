import { Host } from "../hosts/host";
import { Supervisor } from "../hosts/supervisor";
import { cleanUp } from "../../testing/clean-up";
import { table } from "./table";
import { makeSamples, openRegion } from "../../testing/sample-resources";

afterEach(cleanUp);

const options = {
  stack: { project: "elastic-fleet", stack: "dev", config: {} },
  folder: ".local",
  speed: 60,
};

async function running() {
  const { region } = await openRegion();
  await makeSamples(region, "command:remote:CopyToRemote");
  return {
    region,
    outputs: {
      dataReadUrl: { secret: false as const, value: "http://203.0.113.10:5000/" },
      secretUrl: { secret: true as const },
      hosts: { secret: false as const, value: {} },
    },
    internetUrl: "http://127.0.0.1:4000",
    localPorts: new Map([["balancer", "http://127.0.0.1:4080/"]]),
    close: () => region.close(),
  };
}

test("says what runs where, in columns, and how to reach it", async () => {
  const lines = table(await running(), options).split("\n");
  const proxy = /curl -x (http:\/\/127\.0\.0\.1:\d+) URL$/.exec(lines[2] ?? "")?.[1];
  expect(proxy).toBeDefined();
  expect(lines.slice(0, 7)).toEqual([
    "",
    "              private               public                      state                   from this machine",
    `  receiver-1  10.0.1.10             203.0.113.10                no service              as this host: curl -x ${proxy} URL`,
    "  balancer    10.0.1.11, 10.0.2.10  203.0.113.11, 203.0.113.12  0 of 1 targets healthy  also at http://127.0.0.1:4080/",
    "",
    "The local Internet is the HTTP proxy http://127.0.0.1:4000. From outside AWS:",
    "  curl -x http://127.0.0.1:4000 http://203.0.113.10:5000/   # dataReadUrl",
  ]);
});

test("names the services of each host and their ports, hosts in the order of their names", async () => {
  const region = await running();
  const [host] = region.region.hosts.values();
  if (!host) throw new Error("there is no host");
  const unit = {
    service: "data-access" as const,
    command: ["/node", "/main.js"] as [string, string],
    environment: {},
    ports: { read: 5000, update: 8080 },
  };
  const supervised = { unit, cwd: "/", environment: {}, journal: "/journal", onSocket: () => undefined };
  host.services.set("data-access", new Supervisor({ ...supervised, command: unit.command }));
  const before = new Host({ ...host.options, name: "a-host" });
  region.region.hosts.set("i-before", before);
  const rows = table(region, options).split("\n").slice(2, 4);
  expect(rows[0]).toMatch(/^ {2}a-host +10\.0\.1\.10 .* no service /);
  expect(rows[1]).toMatch(/^ {2}receiver-1 +10\.0\.1\.10 .* data-access on 5000, 8080 /);
});

test("names no secret, and where the rest is to be found", async () => {
  const text = table(await running(), options);
  expect(text).not.toContain("secretUrl");
  expect(text).toContain("In .local: outputs.json, flow-log.txt, decision-log.jsonl");
  expect(text).toContain("The stack is elastic-fleet/dev.");
});

test.each([
  [1, "60 s"],
  [7, "8.57 s"],
  [40, "1.5 s"],
  [60, "1 s"],
  [600, "0.1 s"],
])("at speed %i an AWS minute takes %s", async (speed, expected) => {
  expect(table(await running(), { ...options, speed })).toContain(`; an AWS minute takes ${expected}.`);
});
