import { prettifyError } from "zod";
import { manifestSchema } from "./manifest";

const valid = {
  service: "receiver",
  release: { sha256: "0123456789abcdef".repeat(4), archive: "/home/ec2-user/receiver.tar" },
  runtime: { binary: "/opt/elastic-fleet/runtimes/1/node" },
  ports: { http: 8080 },
  environment: { LOG_LEVEL: "info", EMPTY: "", ODD: "100 % \"of\" 'it' \\ $HOME ` é\t" },
};

test("a manifest is accepted as it is, including the order of its keys", () => {
  expect(JSON.stringify(manifestSchema.parse(valid))).toBe(JSON.stringify(valid));
});

test.each<[string, object]>([
  ["a service of two words", { service: "data-access" }],
  ["no ports and no environment", { ports: {}, environment: {} }],
  ["the smallest and the largest port", { ports: { read: 1, update: 65535 } }],
])("may have %s", (_what, change) => {
  expect(manifestSchema.safeParse({ ...valid, ...change }).success).toBe(true);
});

const noDigest = "must be a SHA-256 digest, 64 lower-case hexadecimal digits";
const noPath = "must be an absolute path of plain names";
const noName = "must be a service's name, words in lower case with - between";
const noLine = "must be a single line";
const { sha256, archive } = valid.release;
test.each<[string, object, string]>([
  ["a service in upper case", { service: "Web" }, noName],
  ["a path for a service", { service: "../receiver" }, noName],
  ["a service with a line end", { service: "receiver\n" }, noName],
  ["no service", { service: undefined }, "service"],
  ["an unknown key", { colour: "red" }, 'Unrecognized key: "colour"'],
  ["an unknown key within", { release: { sha256, archive, size: 1 } }, 'Unrecognized key: "size"'],
  ["a short digest", { release: { sha256: "abc", archive } }, noDigest],
  ["a digest in upper case", { release: { sha256: sha256.toUpperCase(), archive } }, noDigest],
  ["a digest with a line end", { release: { sha256: `${sha256}\n`, archive } }, noDigest],
  ["a relative path", { release: { sha256, archive: "home/receiver.tar" } }, noPath],
  ["a path with a space", { runtime: { binary: "/opt/my node" } }, noPath],
  ["a path with a specifier of systemd's", { runtime: { binary: "/opt/%h/node" } }, noPath],
  ["a path with a variable", { runtime: { binary: "/opt/$HOME/node" } }, noPath],
  ["an empty step in a path", { runtime: { binary: "/opt//node" } }, noPath],
  ["a path of a folder", { runtime: { binary: "/opt/" } }, noPath],
  ["port 0", { ports: { http: 0 } }, "ports.http"],
  ["a port too large", { ports: { http: 65536 } }, "ports.http"],
  ["half a port", { ports: { http: 80.5 } }, "ports.http"],
  ["a port as text", { ports: { http: "8080" } }, "ports.http"],
  [
    "a socket in upper case",
    { ports: { HTTP: 8080 } },
    "the key must be a socket's name in lower case\n  → at ports.HTTP",
  ],
  [
    "a variable in lower case",
    { environment: { path: "/" } },
    "the key must be an environment variable's name in upper case\n  → at environment.path",
  ],
  ["a variable with a =", { environment: { "A=B": "" } }, 'in upper case\n  → at environment["A=B"]'],
  ["a number for a value", { environment: { LIMIT: 5 } }, "environment.LIMIT"],
  ["a value of two lines", { environment: { A: "b\nExecStartPre=/bin/sh" } }, noLine],
  ["a value with a carriage return", { environment: { A: "b\r" } }, noLine],
  ["a value with a NUL", { environment: { A: "b\0" } }, noLine],
])("may not have %s", (_what, change, complaint) => {
  const { error } = manifestSchema.safeParse({ ...valid, ...change });
  expect(error && prettifyError(error)).toContain(complaint);
});
