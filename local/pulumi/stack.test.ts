import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readProject, readStack } from "./stack";
import { temporaryFolder } from "../../testing/folders";

function project(files: Record<string, string>): string {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries({ "Pulumi.yaml": "name: fleet\nruntime: nodejs\n", ...files })) {
    writeFileSync(join(root, name), text);
  }
  return root;
}

test("keys without a namespace get the project's name, and values become text", () => {
  const root = project({
    "Pulumi.dev.yaml": [
      "config:",
      "  aws:region: us-east-1",
      "  fleet:vpcCidr: 10.1.0.0/16",
      "  receiverCount: 3",
      "  quiet: true",
      "  nothing: null",
      "  list: [1, a]",
      "  object: {a: {b: 2}}",
    ].join("\n"),
  });
  expect(readStack(root, "dev")).toEqual({
    project: "fleet",
    stack: "dev",
    config: {
      "aws:region": "us-east-1",
      "fleet:vpcCidr": "10.1.0.0/16",
      "fleet:receiverCount": "3",
      "fleet:quiet": "true",
      "fleet:nothing": "null",
      "fleet:list": '[1,"a"]',
      "fleet:object": '{"a":{"b":2}}',
    },
  });
});

test.each([
  ["no config", "encryptionsalt: v1:abc\n"],
  ["an empty config", "config:\n"],
  ["nothing at all", ""],
])("a stack file may have %s", (_name, text) => {
  expect(readStack(project({ "Pulumi.dev.yaml": text }), "dev").config).toEqual({});
});

test("overrides win, with or without the project's name", () => {
  const root = project({ "Pulumi.dev.yaml": "config:\n  fleet:a: file\n  b: file\n  c: file\n" });
  expect(readStack(root, "dev", { a: "1", "fleet:b": "2", "aws:region": "eu-west-1" }).config).toEqual({
    "fleet:a": "1",
    "fleet:b": "2",
    "fleet:c": "file",
    "aws:region": "eu-west-1",
  });
});

test("the stack's values and overrides take precedence over Pulumi.yaml's defaults", () => {
  const root = project({
    "Pulumi.yaml": [
      "name: fleet",
      "config:",
      "  size: {type: integer, default: 3}",
      "  range: {type: string, default: 10.0.0.0/16}",
      "  key: {type: string, default: 'a'}",
      "  zero: {type: integer, default: 0}",
      "  needed: {type: string}",
    ].join("\n"),
    "Pulumi.dev.yaml": "config:\n  fleet:range: 10.1.0.0/16\n  key: b\n",
  });
  const defaults = { "fleet:size": "3", "fleet:range": "10.0.0.0/16", "fleet:key": "a", "fleet:zero": "0" };
  expect(readProject(root)).toEqual({ project: "fleet", config: defaults });
  const overridden = { "fleet:range": "10.1.0.0/16", "fleet:key": "c" };
  expect(readStack(root, "dev", { key: "c" }).config).toEqual({ ...defaults, ...overridden });
});

describe("an encrypted value", () => {
  const root = () => project({ "Pulumi.dev.yaml": "config:\n  fleet:token:\n    secure: AAAB\n" });

  test("is rejected with a workaround", () => {
    expect(() => readStack(root(), "dev")).toThrow(
      "Pulumi.dev.yaml: fleet:token is encrypted; the local region can't decrypt it, pass it with --config fleet:token=VALUE",
    );
  });

  test.each(["fleet:token", "token"])("is ignored if %s is passed", key => {
    expect(readStack(root(), "dev", { [key]: "plain" }).config).toEqual({ "fleet:token": "plain" });
  });
});

test("an unknown stack is rejected with the existing ones", () => {
  const root = project({ "Pulumi.dev.yaml": "", "Pulumi.prod.yaml": "" });
  const failure = 'no stack "test": Pulumi.test.yaml does not exist; existing stacks: dev, prod';
  expect(() => readStack(root, "test")).toThrow(failure);
});

test.each(["../other/x", "", "a/b", "de v"])("%j is not a stack name", stack => {
  const root = project({ "Pulumi.dev.yaml": "" });
  expect(() => readStack(root, stack)).toThrow(`no stack ${JSON.stringify(stack)}`);
});

test.each([
  ["invalid YAML", "config: [\n"],
  ["a list", "- a\n"],
  ["a string for config", "config: text\n"],
])("a stack file with %s is rejected by name", (_name, text) => {
  const root = project({ "Pulumi.dev.yaml": text });
  expect(() => readStack(root, "dev")).toThrow(/^Pulumi\.dev\.yaml is not a valid stack file: /);
});

test("this project's own stack is valid", () => {
  const stack = readStack(join(__dirname, "..", ".."), "dev");
  expect(stack.project).toBe("elastic-fleet");
  expect(stack.config["aws:region"]).toMatch(/^[a-z]+-[a-z]+-\d$/);
});
