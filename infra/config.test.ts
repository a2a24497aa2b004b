import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import * as state from "@pulumi/pulumi/runtime/state";
import fc from "fast-check";
import { readProject } from "../local/pulumi/stack";
import { loadConfig, validate } from "./config";
import { evaluate } from "./testing";

type Engine = ReturnType<typeof pulumi.runtime.getEngine>;
/** Parts of the SDK that its types don't declare. */
const { withLocalStorage, getStore } = state as unknown as {
  withLocalStorage: <T>(run: () => T) => T;
  getStore: () => { settings: { engine?: Engine } };
};

const valid = {
  vpcCidr: "10.0.0.0/16",
  receiverCount: "2",
  instanceType: "t3.micro",
  sshCidr: "0.0.0.0/0",
  minSize: "0",
  maxSize: "3",
  desiredCapacity: "1",
  warmupSeconds: "300",
  targetCpuPercent: "50",
  stressSeconds: "300",
  refreshMinutes: "30",
  imageId: "",
  certificateArn: "",
  sshBastion: "",
  sshBastionPrivateKey: "",
  accessLogsBucket: "",
  flowLogsDestination: "",
  alarmsTopicArn: "",
  protect: "false",
  deletionProtection: "false",
};
const parsed = {
  receiverCount: 2,
  minSize: 0,
  maxSize: 3,
  desiredCapacity: 1,
  warmupSeconds: 300,
  targetCpuPercent: 50,
  stressSeconds: 300,
  refreshMinutes: 30,
  certificateArn: undefined,
  sshBastion: undefined,
  protect: false,
  deletionProtection: false,
};
type Key = keyof typeof valid;

const cidrAllowed =
  "must be a private IPv4 network from /16 to /19 without bits beyond its prefix, such as 10.0.0.0/16";
const countAllowed = "must be a whole number from 1 to 20";
const typeAllowed = "must be an EC2 instance type, such as t3.micro";
const x86Allowed = "must be an x86-64 type, such as t3.micro: the runtime is not built for arm64";
const imageAllowed = "must be empty or an image's id, such as ami-0123456789abcdef0";
const bastionAllowed = "must be empty or user@host:port, such as ec2-user@198.51.100.7:22";
const certificateAllowed =
  "must be empty or the ARN of an ACM certificate, such as " +
  "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";
const sshAllowed = "must be an IPv4 range without bits beyond its prefix, such as 203.0.113.7/32";

const bucketAllowed = "must be empty or the name of an S3 bucket, such as my-logs";
const flowLogsAllowed =
  "must be empty or the ARN of an S3 bucket, such as arn:aws:s3:::my-logs or arn:aws:s3:::my-logs/folder";
const topicAllowed =
  "must be empty or the ARN of an SNS standard topic, such as arn:aws:sns:us-east-1:123456789012:alarms";
const topic = "sns:us-east-1:123456789012";

test("converts the values to their types", () => {
  expect(validate(valid)).toEqual({ ...valid, ...parsed });
});

const rows = (table: [Key, ...string[]][]) =>
  table.flatMap(([key, ...values]) => values.map(value => [key, value] as const));

test.each(
  rows([
    ["vpcCidr", "10.0.0.0/19", "172.31.224.0/19", "192.168.0.0/16"],
    ["receiverCount", "1", "20"],
    ["instanceType", "g4dn.xlarge", "t3a.small", "m5.large", "m7i-flex.large"],
    ["instanceType", "u-6tb1.56xlarge", "c5.metal-24xl"],
    ["sshCidr", "203.0.113.7/32", "198.51.100.0/24"],
    ["minSize", "1"],
    ["maxSize", "1", "100"],
    ["desiredCapacity", "0", "3"],
    ["warmupSeconds", "1", "3600"],
    ["targetCpuPercent", "1", "100"],
    ["stressSeconds", "1", "3600"],
    ["refreshMinutes", "0", "240"],
    ["imageId", "ami-0abcdef1234567890", "ami-12345678"],
    [
      "certificateArn",
      "arn:aws-cn:acm:cn-north-1:123456789012:certificate/1a2b3c4d-0000-1111-2222-333344445555",
    ],
    ["certificateArn", "arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/x"],
    ["sshBastion", "ec2-user@bastion.example.com:22", "a_b.c-d@198.51.100.7:65535"],
    ["accessLogsBucket", "abc", "my-logs.example.com", "7".repeat(63)],
    ["flowLogsDestination", "arn:aws:s3:::my-logs", "arn:aws-cn:s3:::my.logs/a_folder/of-it"],
    ["flowLogsDestination", "arn:aws-us-gov:s3:::my-logs/a/b"],
    ["alarmsTopicArn", `arn:aws:${topic}:alarms`, "arn:aws-cn:sns:cn-north-1:123456789012:My_topic-1"],
    ["alarmsTopicArn", "arn:aws-us-gov:sns:us-gov-west-1:123456789012:alarms"],
    ["protect", "true", "false"],
    ["deletionProtection", "true", "false"],
    ["sshBastionPrivateKey", "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n", "-----BEGIN PRIVATE KEY-----\nx\n"],
  ]),
)("%s can be %s", (key, value) => {
  expect(() => validate({ ...valid, [key]: value })).not.toThrow();
});

/** Invalid ranges: see cidr.test.ts. */
const refused: [allowed: string, key: Key, ...values: string[]][] = [
  [cidrAllowed, "vpcCidr", "10.0.0.0/20", "10.0.0.0/8", "10.0.0.0/15", "10.0.0.1/16", "10.0.8.0/19"],
  [cidrAllowed, "vpcCidr", "8.8.0.0/16", "172.32.0.0/16", "10.0.0.0", ""],
  [countAllowed, "receiverCount", "0", "-1", "21", "2.5", "1e3", "1e0", "0x2", "two", ""],
  [countAllowed, "receiverCount", "99999999999999999999"],
  [x86Allowed, "instanceType", "t4g.micro", "m6gd.large", "a1.medium", "g5g.xlarge", "c7gn.large"],
  [x86Allowed, "instanceType", "im4gn.large", "is4gen.medium", "x2gd.medium", "hpc7g.4xlarge"],
  [x86Allowed, "instanceType", "mac2-m2pro.metal", "mac-m4.metal"],
  [typeAllowed, "instanceType", "t3", "T3.micro", "t3.micro ", ""],
  [sshAllowed, "sshCidr", "203.0.113.7", "203.0.113.7/24", "me"],
  ["must be a whole number from 0 to 100", "minSize", "-1"],
  ["must be at most maxSize (3)", "minSize", "4"],
  ["must be a whole number from 1 to 100", "maxSize", "0", "101"],
  ["must be from minSize (0) to maxSize (3)", "desiredCapacity", "4"],
  ["must be a whole number from 0 to 100", "desiredCapacity", "101"],
  ["must be a whole number from 1 to 3600", "warmupSeconds", "0", "3601"],
  ["must be a whole number from 1 to 100", "targetCpuPercent", "0", "101"],
  ["must be a whole number from 1 to 3600", "stressSeconds", "0", "3601"],
  ["must be a whole number from 0 to 240", "refreshMinutes", "-1", "241"],
  [imageAllowed, "imageId", "newest", "ami-", "ami-0ABCDEF1234567890", "ami-0abcdef12345678901"],
  [
    certificateAllowed,
    "certificateArn",
    "www.example.com",
    "arn:aws:iam::123456789012:server-certificate/x",
    "arn:aws:acm:us-east-1:1234:certificate/x",
    "arn:aws:acm:us-east-1:123456789012:certificate/",
  ],
  [bastionAllowed, "sshBastion", "bastion:22", "me@bastion", "me@:22", "me@bastion:0", "me@bastion:65536"],
  [
    bucketAllowed,
    "accessLogsBucket",
    "ab",
    "My-logs",
    "my_logs",
    "-logs",
    "logs-",
    "my..logs",
    "192.168.1.1",
  ],
  [bucketAllowed, "accessLogsBucket", "a".repeat(64), "my-logs/folder", "arn:aws:s3:::my-logs", "my-logs "],
  [
    flowLogsAllowed,
    "flowLogsDestination",
    "my-logs",
    "arn:aws:s3:::",
    "arn:aws:s3:::My",
    "arn:aws:s3:::my-logs/",
  ],
  [flowLogsAllowed, "flowLogsDestination", "arn:aws-iso:s3:::my-logs", "arn:aws:s3:us-east-1::my-logs"],
  [flowLogsAllowed, "flowLogsDestination", "arn:aws:logs:us-east-1:123456789012:log-group:flows"],
  [topicAllowed, "alarmsTopicArn", "alarms", `arn:aws:${topic}:`, `arn:aws:${topic}:alarms.fifo`],
  [topicAllowed, "alarmsTopicArn", `arn:amazon:${topic}:alarms`, "arn:aws:sns:us-east-1:12345:alarms"],
  [topicAllowed, "alarmsTopicArn", "arn:aws:sqs:us-east-1:123456789012:alarms", `arn:aws:${topic}:alarms:1`],
  ["must be true or false", "protect", "yes", "True", "1", ""],
  ["must be true or false", "deletionProtection", "on", ""],
  [bastionAllowed, "sshBastion", "me@bastion:22 ", "me@-bastion:22", "me:word@bastion:22", "me@[::1]:22"],
];

test.each(
  refused.flatMap(([allowed, key, ...values]) => values.map(value => [key, value, allowed] as const)),
)("%s can't be %j", (key, value, allowed) => {
  const problem = `the stack's configuration is not valid:\n  ${key}: ${allowed}; got ${JSON.stringify(value)}`;
  expect(() => validate({ ...valid, [key]: value })).toThrow(new pulumi.RunError(problem));
});

test("a bastion is split into its parts", () => {
  const { sshBastion } = validate({ ...valid, sshBastion: "me@bastion.example.com:2222" });
  expect(sshBastion).toEqual({ user: "me", host: "bastion.example.com", port: 2222 });
});

test("an invalid private key is not shown", () => {
  const problem = problemOf({ ...valid, sshBastionPrivateKey: "hunter2" });
  expect(problem).toContain(
    "\n  sshBastionPrivateKey: must be empty or a private key in PEM format; got something else",
  );
  expect(problem).not.toContain("hunter2");
});

test("a desired capacity below minSize is rejected", () => {
  const values = { ...valid, minSize: "2" };
  expect(() => validate(values)).toThrow('desiredCapacity: must be from minSize (2) to maxSize (3); got "1"');
  expect(() => validate({ ...values, desiredCapacity: "2" })).not.toThrow();
});

test("an unknown key is rejected with a list of the known ones", () => {
  const problem = `recieverCount: unknown key; known keys: ${Object.keys(valid).join(", ")}`;
  const error = new pulumi.RunError(`the stack's configuration is not valid:\n  ${problem}`);
  expect(() => validate({ ...valid, recieverCount: "3" })).toThrow(error);
});

const wrong = {
  vpcCidr: "1.2.3.4/5",
  receiverCount: "two",
  instanceType: "t4g.micro",
  sshCidr: "me",
  minSize: "7",
  warmupSeconds: "soon",
  colour: "red",
};
const everyProblem = `the stack's configuration is not valid:
  vpcCidr: ${cidrAllowed}; got "1.2.3.4/5"
  receiverCount: ${countAllowed}; got "two"
  instanceType: ${x86Allowed}; got "t4g.micro"
  sshCidr: ${sshAllowed}; got "me"
  warmupSeconds: must be a whole number from 1 to 3600; got "soon"
  colour: unknown key; known keys: ${Object.keys(valid).join(", ")}
  minSize: must be at most maxSize (3); got "7"`;

test("every problem is reported at once", () => {
  expect(() => validate({ ...valid, ...wrong })).toThrow(new pulumi.RunError(everyProblem));
});

test("an invalid configuration fails the program before it declares anything", async () => {
  const declared: string[] = [];
  const evaluation = evaluate({
    config: { ...valid, ...wrong },
    onDeclared: (type, name) => declared.push(`${type} ${name}`),
  });
  await expect(evaluation).rejects.toThrow(new pulumi.RunError(everyProblem));
  expect(declared).toEqual([]);
});

test("any configuration is either accepted or rejected naming every offending key", () => {
  // The capacity keys constrain each other.
  const alone = Object.keys(valid).filter(key => !["minSize", "maxSize", "desiredCapacity"].includes(key));
  const likely = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.constantFrom("10.0.0.0/16", "172.16.0.0/19", "7", "m5.large", "t4g.nano", "203.0.113.0/24"),
    fc.tuple(fc.ipV4(), fc.nat(40)).map(([address, prefix]) => `${address}/${prefix}`),
  );
  const keys = fc.oneof(fc.constantFrom(...alone), fc.string());
  fc.assert(
    fc.property(fc.dictionary(keys, likely), configured => {
      const offends = ([key, value]: [string, string]) => problemOf({ ...valid, [key]: value }) !== undefined;
      const offending = Object.entries(configured).filter(offends);

      const problem = problemOf({ ...valid, ...configured });
      if (offending.length === 0) {
        expect(problem).toBeUndefined();
        return;
      }
      for (const [key] of offending) expect(problem).toContain(`\n  ${key}: `);
    }),
    { numRuns: 2_000 },
  );
});

/** The message the values are rejected with, if they are; asserts that the error is a RunError. */
function problemOf(values: Record<string, string>): string | undefined {
  try {
    validate(values);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(pulumi.RunError);
    return (error as Error).message;
  }
}

test("Pulumi.yaml lists exactly these keys and defaults", () => {
  const { project, config } = readProject(join(__dirname, ".."));
  const defaults = Object.entries(valid).map(([key, value]) => [`${project}:${key}`, value]);
  expect(config).toEqual(Object.fromEntries(defaults));
});

describe("loading", () => {
  const project = pulumi.getProject();
  const defaults = Object.entries(valid).map(([key, value]) => [`${project}:${key}`, value] as const);
  const load = (configured: Record<string, string>) => {
    pulumi.runtime.setAllConfig({ ...Object.fromEntries(defaults), ...configured });
    return loadConfig();
  };

  test("reads the project's keys and ignores other projects'", () => {
    const others = { "aws:region": "eu-west-1", "other:colour": "red" };
    const loaded = load({ [`${project}:receiverCount`]: "5", ...others });
    expect(loaded).toEqual({ ...valid, ...parsed, receiverCount: 5 });
    expect(() => load({ [`${project}:colour`]: "red" })).toThrow("colour: unknown key");
  });

  describe("with port 22 open to everyone", () => {
    const warning =
      "port 22 of the hosts is open to every address; " +
      "narrow it with `pulumi config set sshCidr <your address>/32`";
    /** What reading the configuration logs, to an engine if there is one and otherwise to the console. */
    const logged = async (sshCidr: string, hasEngine: boolean) => {
      const messages: unknown[] = [];
      const log = (request: LogRequest, done: () => void) => {
        messages.push(request.getMessage());
        done();
      };
      jest.spyOn(console, "warn").mockImplementation(message => messages.push(message));
      // In a store of its own, in which the SDK keeps its engine.
      await withLocalStorage(async () => {
        if (hasEngine) getStore().settings.engine = { log } as unknown as Engine;
        load({ [`${project}:sshCidr`]: sshCidr });
        await pulumi.log.debug("follows everything logged so far");
      });
      return hasEngine ? messages.slice(0, -1) : messages;
    };

    test("warns in a deployment, with the remedy", async () => {
      expect(await logged("0.0.0.0/0", true)).toEqual([warning]);
      expect(await logged("203.0.113.7/32", true)).toEqual([]);
    });

    test("says nothing where no engine deploys", async () => {
      expect(await logged("0.0.0.0/0", false)).toEqual([]);
    });
  });
});
