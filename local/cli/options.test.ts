import { help, parseOptions } from "./options";

const operatorAddress = "198.51.100.10";
const unset = {
  help: false,
  region: "us-east-1",
  config: {},
  port: undefined,
  sshPort: undefined,
  without: [],
  watch: false,
};
const defaults = { ...unset, stack: "dev", speed: 60, operatorAddress };

test("no options gives the defaults", () => {
  expect(parseOptions("start", [])).toEqual(defaults);
});

test("the help lists exactly the options that are accepted", () => {
  const args = [
    ...[
      "--help",
      "--stack",
      "prod",
      "--port",
      "4100",
      "--ssh-port",
      "4122",
      "--speed",
      "600",
      "--operator-address",
      "192.0.2.200",
    ],
    ...["--config", "receiverCount=3", "--config=aws:region=eu-west-1"],
    ...["--without", "Route:a", "--without=Vpc:b", "--watch"],
    ...["--certificate", "cert.pem", "--private-key", "key.pem"],
  ];
  expect(parseOptions("start", args)).toEqual({
    help: true,
    region: "us-east-1",
    stack: "prod",
    port: 4100,
    sshPort: 4122,
    speed: 600,
    operatorAddress: "192.0.2.200",
    config: { receiverCount: "3", "aws:region": "eu-west-1" },
    without: ["Route:a", "Vpc:b"],
    certificate: { certificate: "cert.pem", privateKey: "key.pem" },
    watch: true,
  });
  const documented = [...help.start.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
  expect(documented.sort()).toEqual([...new Set(args.flatMap(arg => /^--[a-z-]+/.exec(arg) ?? []))].sort());
});

test.each([
  ["a value may contain =", ["--config", "a=b=c"], { a: "b=c" }],
  ["a value may be empty", ["--config", "a="], { a: "" }],
  ["the last value for a key wins", ["--config", "a=1", "--config", "a=2"], { a: "2" }],
])("%s", (_name, args, config) => {
  expect(parseOptions("start", args).config).toEqual(config);
});

test.each([
  [["--speed", "0"], '--speed must be a whole number from 1 to 600, not "0"'],
  [["--speed", "601"], '--speed must be a whole number from 1 to 600, not "601"'],
  [["--speed", "1.5"], '--speed must be a whole number from 1 to 600, not "1.5"'],
  [["--speed", "1e2"], '--speed must be a whole number from 1 to 600, not "1e2"'],
  [["--speed", ""], '--speed must be a whole number from 1 to 600, not ""'],
  [["--speed", "fast"], '--speed must be a whole number from 1 to 600, not "fast"'],
  [["--port", "0"], '--port must be a whole number from 1 to 65535, not "0"'],
  [["--ssh-port", "0"], '--ssh-port must be a whole number from 1 to 65535, not "0"'],
  [["--port", "65536"], '--port must be a whole number from 1 to 65535, not "65536"'],
  [["--port", " 80"], '--port must be a whole number from 1 to 65535, not " 80"'],
  [["--operator-address", "::1"], '--operator-address must be an IPv4 address, not "::1"'],
  [["--operator-address", "198.51.100"], '--operator-address must be an IPv4 address, not "198.51.100"'],
  [
    ["--operator-address", "203.0.113.10"],
    "--operator-address must be outside 203.0.113.0/24, which the region assigns from",
  ],
  [["--without", "a"], '--without takes KIND:NAME, such as NetworkAclRule:data-ingress-update, not "a"'],
  [
    ["--without", "Route:"],
    '--without takes KIND:NAME, such as NetworkAclRule:data-ingress-update, not "Route:"',
  ],
  [["--config", "vpcCidr"], '--config takes KEY=VALUE, not "vpcCidr"'],
  [["--config", "=1"], '--config takes KEY=VALUE, not "=1"'],
  [["--colour"], "Unknown option '--colour'"],
  [["dev"], "Unexpected argument 'dev'"],
  [["--stack"], "'--stack <value>' argument missing"],
])("%j is rejected, naming the option", (args, message) => {
  expect(() => parseOptions("start", args)).toThrow(message);
});

test("all values are checked before any is refused", () => {
  const args = ["--port=x", "--speed=0", "--operator-address=me", "--without=a", "--config=b", "--without=c"];
  expect(() => parseOptions("start", args)).toThrow(
    new Error(
      [
        "6 problems:",
        '--port must be a whole number from 1 to 65535, not "x"',
        '--speed must be a whole number from 1 to 600, not "0"',
        '--operator-address must be an IPv4 address, not "me"',
        '--config takes KEY=VALUE, not "b"',
        '--without takes KIND:NAME, such as NetworkAclRule:data-ingress-update, not "a"',
        '--without takes KIND:NAME, such as NetworkAclRule:data-ingress-update, not "c"',
      ].join("\n  "),
    ),
  );
});

test("an empty region has its own options, and none that are about the program", () => {
  const args = [
    "--help",
    "--region",
    "eu-west-1",
    "--port=4100",
    "--ssh-port=4122",
    "--speed=1",
    "--operator-address=192.0.2.200",
  ];
  expect(parseOptions("region", args)).toMatchObject({
    help: true,
    region: "eu-west-1",
    port: 4100,
    sshPort: 4122,
    speed: 1,
    operatorAddress: "192.0.2.200",
  });
  const documented = [...help.region.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
  expect(documented.sort()).toEqual(
    args
      .filter(arg => arg.startsWith("--"))
      .map(arg => arg.split("=")[0])
      .sort(),
  );
  expect(() => parseOptions("region", ["--stack", "dev"])).toThrow("Unknown option '--stack'");
  expect(() => parseOptions("region", ["--region", "Virginia"])).toThrow(
    '--region takes the name of an AWS region, such as us-east-1, not "Virginia"',
  );
});
