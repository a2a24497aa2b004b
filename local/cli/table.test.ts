import { table, type Overview } from "./table";

const options = { stack: { project: "elastic-fleet", stack: "dev" }, folder: ".local", speed: 60 };

const receiver: Overview["hosts"][number] = {
  name: "receiver-1",
  privateIpAddress: "10.0.1.10",
  publicIpAddress: "203.0.113.10",
  services: [],
  proxyUrl: "http://127.0.0.1:40001",
};

const overview: Overview = {
  hosts: [receiver],
  loadBalancers: [
    {
      name: "balancer",
      addresses: [
        { privateIpAddress: "10.0.1.11", publicIpAddress: "203.0.113.11" },
        { privateIpAddress: "10.0.2.10", publicIpAddress: "203.0.113.12" },
      ],
      targets: ["initial"],
      localUrl: "http://127.0.0.1:4080/",
    },
  ],
  outputs: {
    dataReadUrl: { secret: false, value: "http://203.0.113.10:5000/" },
    secretUrl: { secret: true },
    hosts: { secret: false, value: {} },
  },
  internetUrl: "http://127.0.0.1:4000",
};

test("lists in columns what runs where and how to reach it", () => {
  expect(table(overview, options).split("\n").slice(0, 7)).toEqual([
    "",
    "              private               public                      state                   from this machine",
    "  receiver-1  10.0.1.10             203.0.113.10                no service              as this host: curl -x http://127.0.0.1:40001 URL",
    "  balancer    10.0.1.11, 10.0.2.10  203.0.113.11, 203.0.113.12  0 of 1 targets healthy  also at http://127.0.0.1:4080/",
    "",
    "The local Internet is the HTTP proxy http://127.0.0.1:4000. From outside AWS:",
    "  curl -x http://127.0.0.1:4000 http://203.0.113.10:5000/   # dataReadUrl",
  ]);
});

test("lists each host's services and ports, sorted by host name", () => {
  const services = [{ name: "data-access", ports: [5000, 8080] }];
  const hosts = [
    { ...receiver, services },
    { ...receiver, name: "a-host" },
  ];
  const rows = table({ ...overview, hosts }, options)
    .split("\n")
    .slice(2, 4);
  expect(rows[0]).toMatch(/^ {2}a-host +10\.0\.1\.10 .* no service /);
  expect(rows[1]).toMatch(/^ {2}receiver-1 +10\.0\.1\.10 .* data-access on 5000, 8080 /);
});

test("says how to reach a host by SSH", () => {
  const line = "\nOn a host, by its name or instance id: ssh -F .local/ssh_config NAME\n";
  expect(table(overview, options)).toContain(line);
});

test("omits secrets, and says where to find the rest", () => {
  const text = table(overview, options);
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
])("at speed %i an AWS minute takes %s", (speed, expected) => {
  expect(table(overview, { ...options, speed })).toContain(`; an AWS minute takes ${expected}.`);
});
