import { table, type Overview } from "./table";

const options = {
  stack: { project: "elastic-fleet", stack: "dev" },
  folder: ".local",
  speed: 60,
  width: Infinity,
};

const receiver: Overview["hosts"][number] = {
  name: "receiver-1",
  privateIpAddress: "10.0.1.10",
  publicIpAddress: "203.0.113.10",
  services: [{ name: "receiver", ports: [8080] }],
  proxyPort: "40001",
};

const balancer: Overview["loadBalancers"][number] = {
  name: "balancer",
  addresses: [
    { privateIpAddress: "10.0.1.11", publicIpAddress: "203.0.113.11" },
    { privateIpAddress: "10.0.2.10", publicIpAddress: "203.0.113.12" },
  ],
  listeners: [
    { port: 80, redirects: false, targets: ["initial", "healthy"], localUrl: "http://127.0.0.1:4080/" },
  ],
};

const overview: Overview = {
  hosts: [receiver],
  loadBalancers: [balancer],
  outputs: {
    dataReadUrl: { secret: false, value: "http://203.0.113.10:5000/" },
    secretUrl: { secret: true },
    hosts: { secret: false, value: {} },
  },
  internetUrl: "http://127.0.0.1:4000",
};

/** The lines above the commands. */
function rows(shown: Partial<Overview>, width = Infinity): string[] {
  const lines = table({ ...overview, ...shown }, { ...options, width }).split("\n");
  return lines.slice(1, lines.indexOf("", 1));
}

test("lists in columns what runs where and how to reach it", () => {
  const services = [{ name: "data-access", ports: [5000, 8080] }];
  const hosts = [
    receiver,
    { ...receiver, name: "data", services },
    { ...receiver, name: "fleet", instanceId: "i-0123456789abcdef0", services: [] },
  ];
  expect(rows({ hosts })).toEqual([
    "            private    public        proxy",
    "data        10.0.1.10  203.0.113.10  40001  data-access :5000 :8080",
    "fleet       10.0.1.10  203.0.113.10  40001  no service, i-0123456789abcdef0",
    "receiver-1  10.0.1.10  203.0.113.10  40001  receiver :8080",
    "balancer    10.0.1.11  203.0.113.11         :80, 1 of 2 targets healthy",
    "            10.0.2.10  203.0.113.12         also at http://127.0.0.1:4080/",
  ]);
});

test("shows each listener of a load balancer", () => {
  const listeners = [80, 81].map(port => ({
    port,
    redirects: false,
    targets: [],
    localUrl: `http://127.0.0.1:40${port}/`,
  }));
  expect(rows({ hosts: [], loadBalancers: [{ ...balancer, listeners }] }).slice(1)).toEqual([
    "balancer  10.0.1.11  203.0.113.11         :80, 0 of 0 targets healthy",
    "          10.0.2.10  203.0.113.12         also at http://127.0.0.1:4080/",
    "                                          :81, 0 of 0 targets healthy",
    "                                          also at http://127.0.0.1:4081/",
  ]);
});

test("in a narrow terminal, what doesn't fit in a line has one of its own", () => {
  expect(rows({}, 60)).toEqual([
    "            private    public        proxy",
    "receiver-1  10.0.1.10  203.0.113.10  40001  receiver :8080",
    "balancer    10.0.1.11  203.0.113.11",
    "    :80, 1 of 2 targets healthy",
    "            10.0.2.10  203.0.113.12",
    "    also at http://127.0.0.1:4080/",
  ]);
});

test("gives the commands for a terminal, in names that fit any", () => {
  expect(table(overview, options)).toContain(
    [
      "The local Internet is the HTTP proxy http://127.0.0.1:4000. To send from outside AWS, in another terminal:",
      "  source .local/env",
      String.raw`  curl -w '\n' -x $proxy $dataReadUrl`,
      "The same terminal's",
    ].join("\n"),
  );
});

test("says how to reach a host by SSH", () => {
  const line = "\nOn a host, by its name or instance id: ssh -F .local/ssh_config NAME\n";
  expect(table(overview, options)).toContain(line);
});

test("omits secrets, and says where to find the rest", () => {
  const text = table(overview, options);
  expect(text).not.toContain("secretUrl");
  expect(text).toContain("In .local: env, outputs.json, flow-log.txt, decision-log.jsonl");
  expect(text).toContain("The stack is elastic-fleet/dev.");
});

test("names what was left out", () => {
  expect(table(overview, options)).not.toContain("Left out");
  const without = ["Route:a", "Vpc:b"];
  expect(table(overview, { ...options, without })).toContain("\nLeft out: Route:a, Vpc:b.\n");
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
