import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onCleanUp } from "../../testing/clean-up";
import * as pulumi from "@pulumi/pulumi";
import { recordInto, type Registration } from "../../testing/registrations";
import { evaluate, unknown, type Engine, type EvaluateOptions } from "./evaluate";
import type { Stack } from "./stack";
import { temporaryFolder } from "../../testing/folders";

const config = { "fleet:size": "3", "aws:region": "us-east-1" };
const stack: Stack = { project: "fleet", stack: "test", config };
const plain = (value: unknown) => ({ secret: false, value });

/** Prepended to every program below. The engine sets a Thing's `made`. */
const prelude = `
  const pulumi = require(${JSON.stringify(require.resolve("@pulumi/pulumi"))});
  class Thing extends pulumi.CustomResource {
    constructor(name, inputs = {}, opts) { super("test:index:Thing", name, { made: undefined, ...inputs }, opts); }
  }
  class Group extends pulumi.ComponentResource {
    constructor(name, inputs, opts) { super("test:index:Group", name, inputs, opts); }
  }
`;

function programOf(source: string): string {
  const path = join(temporaryFolder(), "program.js");
  writeFileSync(path, prelude + source);
  return path;
}

type Made = Omit<pulumi.runtime.MockResourceArgs, "inputs"> & { inputs: Record<string, unknown> };

/** Creates everything, except that names starting with "fails" fail and those starting with "later" stay unknown. */
function fakeEngine() {
  const made: Made[] = [];
  const calls: pulumi.runtime.MockCallArgs[] = [];
  const engine: Engine = {
    newResource: async args => {
      const { inputs } = args as Made;
      made.push({ ...args, inputs });
      await new Promise(setImmediate);
      if (args.name.startsWith("fails")) throw new Error(`AWS refuses ${args.name}`);
      if (args.name.startsWith("later")) return { id: "", state: {} };
      return { id: `id-${args.name}`, state: { ...inputs, made: `made of ${args.name}` } };
    },
    call: args => {
      calls.push(args);
      if (args.token !== "test:index:ask") throw new Error(`unknown function ${args.token}`);
      return Promise.resolve({ answer: "42" });
    },
  };
  return { made, calls, engine };
}

async function run(source: string, options?: EvaluateOptions) {
  const { made, calls, engine } = fakeEngine();
  const listeners = process.listeners("unhandledRejection");
  const result = await evaluate(programOf(source), stack, engine, options).then(
    outputs => ({ outputs, error: undefined }),
    (error: unknown) => ({ outputs: undefined, error: error as Error }),
  );
  const left = process.listeners("unhandledRejection").filter(listener => !listeners.includes(listener));
  expect(left).toHaveLength(result.outputs ? 0 : 1);
  for (const listener of left) process.off("unhandledRejection", listener);
  const names = made.map(({ name }) => name);
  return { ...result, made, names, calls };
}

describe("before anything is created", () => {
  const program = `
    const group = new Group("group");
    const first = new Thing("first", {}, { parent: group });
    new Thing("second", { of: first.made });
  `;
  const declared = ["first", "second"].map(name => ({ type: "test:index:Thing", name }));

  test("all that the program declares is known", async () => {
    const beforeCreation = jest.fn(() => new Promise<void>(setImmediate));
    const { names } = await run(program, { beforeCreation });
    expect(beforeCreation.mock.calls).toEqual([[declared]]);
    expect(names).toEqual(["group", "first", "second"]);
  });

  test("a refusal ends the evaluation", async () => {
    const { names, error } = await run(program, { beforeCreation: () => Promise.reject(new Error("no")) });
    expect(error?.message).toBe("no");
    expect(names).toEqual([]);
  });
});

describe("a program that succeeds", () => {
  test("exports values, promises, outputs and combinations of them", async () => {
    const { outputs } = await run(`
      const thing = new Thing("a");
      exports.value = 1;
      exports.nothing = null;
      exports.promise = Promise.resolve("later");
      exports.output = thing.made;
      exports.id = thing.id;
      exports.nested = { list: [thing.made, Promise.resolve(2)] };
      exports.late = thing.made.apply(made => new Promise(resolve => setTimeout(() => resolve(made + "!"), 20)));
    `);
    expect(outputs).toEqual({
      value: plain(1),
      nothing: plain(null),
      promise: plain("later"),
      output: plain("made of a"),
      id: plain("id-a"),
      nested: plain({ list: ["made of a", 2] }),
      late: plain("made of a!"),
    });
  });

  test("sees the stack's configuration and name", async () => {
    const { outputs } = await run(`
      exports.size = new pulumi.Config().requireNumber("size");
      exports.region = new pulumi.Config("aws").require("region");
      exports.stack = [pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun()];
    `);
    const stackOutput = plain(["fleet", "test", false]);
    expect(outputs).toEqual({ size: plain(3), region: plain("us-east-1"), stack: stackOutput });
  });

  test("creates each resource once its inputs are known and its dependencies exist", async () => {
    const { names, made } = await run(`
      const last = new Thing("c", { in: pulumi.output(new Promise(resolve => setTimeout(() => resolve("late"), 20))) });
      const b = new Thing("b", { in: last.made });
      new Thing("a", {}, { dependsOn: [b] });
    `);
    expect(names).toEqual(["c", "b", "a"]);
    expect(made[1]?.inputs).toEqual({ in: "made of c" });
  });

  test("calls the engine's functions", async () => {
    const { outputs, calls } = await run(`
      exports.answer = pulumi.runtime.invokeOutput("test:index:ask", { of: pulumi.secret("deep thought") });
    `);
    expect(calls).toMatchObject([{ token: "test:index:ask", inputs: { of: "deep thought" } }]);
    expect(outputs).toMatchObject({ answer: expect.anything() as unknown });
  });

  test("registers components too, and waits for their children", async () => {
    const { names, made } = await run(`
      const group = new Group("g", { thing: new Thing("in-args") });
      new Thing("child", {}, { parent: group });
      group.registerOutputs({});
      new Thing("after", {}, { dependsOn: [group] });
    `);
    expect(names.indexOf("after")).toBeGreaterThan(names.indexOf("child"));
    expect(made.find(({ name }) => name === "g")?.custom).toBe(false);
  });
});

describe("secrets", () => {
  test("reach the engine in plain text, but have no value as outputs", async () => {
    const { outputs, made } = await run(`
      const thing = new Thing("a", {
        password: pulumi.secret("hunter2"),
        deep: { list: [pulumi.secret("hunter3"), "plain"] },
      });
      exports.password = thing.password;
      exports.derived = pulumi.interpolate\`p=\${thing.password}\`;
      exports.nested = { one: "plain", two: pulumi.secret("hunter4") };
      exports.plain = thing.made;
    `);
    expect(made[0]?.inputs).toEqual({ password: "hunter2", deep: { list: ["hunter3", "plain"] } });
    const secret = { secret: true };
    expect(outputs).toMatchObject({ password: secret, derived: secret, nested: secret });
    expect(JSON.stringify(outputs)).not.toContain("hunter");
  });

  test("include outputs that a provider declares secret, and no others", async () => {
    const { outputs } = await run(`
      const thing = new Thing("a", { other: "plain" }, { additionalSecretOutputs: ["made", "absent"] });
      exports.made = thing.made;
      exports.derived = thing.made.apply(made => made.length);
      exports.other = thing.other;
      exports.sibling = new Thing("b").made;
    `);
    const secret = { secret: true };
    const others = { other: plain("plain"), sibling: plain("made of b") };
    expect(outputs).toEqual({ made: secret, derived: secret, ...others });
  });

  test("don't affect assets, which reach the engine unchanged", async () => {
    const { made } = await run(`new Thing("a", { source: new pulumi.asset.StringAsset("text") });`);
    const { source } = made[0]?.inputs as { source: pulumi.asset.StringAsset };
    await expect(source.text).resolves.toBe("text");
  });
});

test("revealed secrets are still marked secret", async () => {
  const { outputs } = await run(`exports.password = pulumi.secret("hunter2");`, { revealSecrets: true });
  expect(outputs).toEqual({ password: { secret: true, value: "hunter2" } });
});

describe("registrations", () => {
  async function registrationsOf(source: string, options?: EvaluateOptions) {
    const registrations = new Map<string, Registration>();
    const result = await run(source, { ...options, ...recordInto(registrations) });
    if (result.error) throw result.error;
    return { ...result, registrations: [...registrations.values()] };
  }
  const urn = (type: string, name: string) => `urn:pulumi:test::fleet::${type}::${name}`;
  const thing = "test:index:Thing";

  test("contain everything that a resource asks of the engine", async () => {
    const { registrations } = await registrationsOf(`
      class Provider extends pulumi.ProviderResource {
        constructor(name) { super("test", name, {}); }
      }
      const provider = new Provider("own");
      const [before, source] = [new Thing("before"), new Thing("source")];
      const group = new Group("group", {});
      new Thing("full", {
        list: [1, { key: pulumi.secret("hunter2") }],
        file: new pulumi.asset.FileAsset("/a/file"),
        from: source.made,
      }, {
        parent: group,
        provider,
        dependsOn: [before, source],
        protect: true,
        retainOnDelete: true,
        deleteBeforeReplace: true,
        ignoreChanges: ["list"],
        replaceOnChanges: ["file"],
        additionalSecretOutputs: ["made"],
        aliases: ["urn:former", { type: "test:index:Former" }],
        import: "known-id",
        deletedWith: before,
        customTimeouts: { create: "5m" },
      });
      group.registerOutputs({ before: before.made, secret: pulumi.secret("hunter3") });
    `);
    const group = urn("test:index:Group", "group");
    const common = { custom: true, parent: "", dependsOn: [], options: {}, provider: "" };
    const registeredOutputs = { before: "made of before", secret: "(secret)" };
    expect(Object.fromEntries(registrations.map(each => [each.name, each]))).toMatchObject({
      before: { ...common, type: thing, urn: urn(thing, "before"), inputs: {} },
      group: { ...common, custom: false, urn: group, registeredOutputs },
      full: {
        type: thing,
        urn: urn(`test:index:Group$${thing}`, "full"),
        custom: true,
        parent: group,
        inputs: { list: [1, { key: "hunter2" }], file: "/a/file", from: "made of source" },
        maskedInputs: { list: [1, { key: "(secret)" }], file: "/a/file", from: "made of source" },
        dependsOn: [urn(thing, "before")],
        options: {
          protect: true,
          retainOnDelete: true,
          deleteBeforeReplace: true,
          ignoreChanges: ["list"],
          replaceOnChanges: ["file"],
          additionalSecretOutputs: ["made"],
          import: "known-id",
          aliases: ["urn:former", "test:index:Former"],
          deletedWith: urn(thing, "before"),
          customTimeouts: ["5m"],
        },
        provider: `${urn("pulumi:providers:test", "own")}::id-own`,
      },
    });
  });

  test("in a preview mark unknown values, as outputs do", async () => {
    const { registrations, outputs } = await registrationsOf(
      `
        const thing = new Thing("later");
        new Thing("next", { in: thing.made, secret: pulumi.secret(thing.made), known: 1 });
        exports.unknown = thing.made;
        exports.secret = pulumi.secret(thing.made);
        exports.known = pulumi.runtime.isDryRun();
      `,
      { preview: true },
    );
    const inputs = { in: unknown, secret: unknown, known: 1 };
    expect(registrations[1]).toMatchObject({ inputs, maskedInputs: inputs });
    expect(outputs).toEqual({ unknown: plain(unknown), secret: { secret: true }, known: plain(true) });
  });
});

test("duplicate URNs are rejected, as by Pulumi's engine", async () => {
  const { error } = await run(`new Thing("twice"); new Thing("twice");`);
  expect(error).toEqual(new Error("duplicate resource URN urn:pulumi:test::fleet::test:index:Thing::twice"));
});

test("evaluations are isolated from concurrent and from failed ones", async () => {
  const failing = evaluate(programOf(`new Thing("fails");`), stack, fakeEngine().engine);
  await expect(failing).rejects.toThrow("AWS refuses");
  const sizes = ["1", "2"].map(async size => {
    const { engine, made } = fakeEngine();
    const program = programOf(`
      new Thing("thing-" + new pulumi.Config().require("size"));
      exports.size = new pulumi.Config().require("size");
    `);
    const outputs = await evaluate(program, { ...stack, config: { "fleet:size": size } }, engine);
    return [outputs["size"], made.map(({ name }) => name)];
  });
  expect(await Promise.all(sizes)).toEqual(
    ["1", "2"].map(size => [{ secret: false, value: size }, [`thing-${size}`]]),
  );
});

/** Names the missing part if an update of the SDK removes one. */
test("the SDK has the undeclared parts that the evaluator uses", () => {
  type Classes = Record<string, { prototype: object }>;
  const { MockMonitor } = jest.requireActual<Classes>("@pulumi/pulumi/runtime/mocks");
  const state = jest.requireActual<object>("@pulumi/pulumi/runtime/state");
  const requests = jest.requireActual<Classes>("@pulumi/pulumi/proto/resource_pb");
  const of = (message: string) => requests[message]?.prototype ?? {};
  const registration =
    "Type Name Custom Parent Provider Object DependenciesList PropertydependenciesMap Protect Retainondelete " +
    "Deletebeforereplace IgnorechangesList ReplaceonchangesList " +
    "AdditionalsecretoutputsList AliasesList Importid Deletedwith Customtimeouts";
  const used: [object, string][] = [
    [state, "withLocalStorage"],
    [MockMonitor?.prototype ?? {}, "registerResource registerResourceOutputs"],
    [pulumi.output(1), "promise isKnown isSecret"],
    [pulumi.runtime, "unknownValue specialSigKey specialAssetSig specialSecretSig specialResourceSig"],
    [of("RegisterResourceRequest"), registration.replace(/\b(?=[A-Z])/g, "get")],
    [of("RegisterResourceOutputsRequest"), "getUrn getOutputs"],
  ];
  const missing = used.flatMap(([part, names]) => names.split(" ").filter(name => !(name in part)));
  expect(missing).toEqual([]);
});

describe("a program fails at once", () => {
  test.each([
    ["a resource is rejected", `new Thing("fails");`, "AWS refuses fails"],
    [
      "a resource is rejected, and others depend on it",
      `const thing = new Thing("fails");
       const next = new Thing("next", { in: thing.made });
       exports.last = new Thing("last", {}, { dependsOn: [next] }).made;`,
      "AWS refuses fails",
    ],
    [
      "several resources are rejected",
      `for (const n of [1, 2, 3]) exports["x" + n] = new Thing("fails-" + n).made;`,
      "AWS refuses fails-1",
    ],
    [
      "a function call is rejected",
      `exports.x = pulumi.runtime.invokeOutput("test:index:none", {});`,
      "unknown function test:index:none",
    ],
    ["it throws", `throw new Error("thrown");`, "thrown"],
    ["it throws after declaring a resource", `new Thing("a"); throw new Error("thrown");`, "thrown"],
    [
      "it lacks configuration",
      `new pulumi.Config().require("none");`,
      "Missing required configuration variable 'fleet:none'",
    ],
    ["it has a syntax error", `const a = ;`, "Unexpected token"],
  ])("when %s", async (_name, source, message) => {
    const { error } = await run(source);
    expect(error?.message).toContain(message);
  });

  test("without creating dependents of a rejected resource", async () => {
    const { names } = await run(`
      const thing = new Thing("fails");
      new Thing("by-data", { in: thing.made });
      new Thing("by-order", {}, { dependsOn: [thing] });
      new Thing("free");
    `);
    expect(names.sort()).toEqual(["fails", "free"]);
  });

  test("without creating anything after it", async () => {
    const { made } = await run(`
      new Thing("fails");
      const free = new Thing("free");
      new Thing("later", {}, { dependsOn: [free] });
    `);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect(made.map(({ name }) => name).sort()).toEqual(["fails", "free"]);
  });

  test("when it doesn't exist", async () => {
    const { engine } = fakeEngine();
    await expect(evaluate("/no/such/program", stack, engine)).rejects.toThrow("/no/such/program");
  });
});

/**
 * Unhandled rejections are process events, which Jest hides from tests, so a separate process evaluates these programs
 * one by one.
 */
describe("errors that the SDK reports only as unhandled rejections", () => {
  const programs: [name: string, source: string, message: string][] = [
    [
      "a throw in apply",
      `new Thing("a").made.apply(() => { throw new Error("thrown in apply"); });`,
      "thrown in apply",
    ],
    ["a rejected input", `new Thing("a", { in: Promise.reject(new Error("no input")) });`, "no input"],
    ["a rejected output", `exports.x = Promise.reject(new Error("no output"));`, "no output"],
    ["an unrelated rejection", `new Thing("a"); Promise.reject(new Error("unhandled"));`, "unhandled"],
    [
      "several rejections, one much later than the other",
      `new Thing("a").made.apply(() => { throw new Error("the first"); });
       globalThis.failAgain = () => {
         Promise.reject(new Error("the second"));
         new Thing("b").made.apply(() => { throw new Error("the third"); });
       };`,
      "the first",
    ],
  ];
  let results: Record<string, string>;
  let exitCode: number | null;
  let stderr: string;

  beforeAll(async () => {
    const folder = temporaryFolder();
    const paths = programs.map(([name, source], index) => {
      const path = join(folder, `${index}.js`);
      writeFileSync(path, prelude + source);
      return [name, path];
    });
    const driver = `
      const { evaluate } = require(${JSON.stringify(join(__dirname, "evaluate.ts"))});
      const engine = { newResource: async ({ name }) => ({ id: name, state: { made: name } }) };
      const results = {};
      /** Enough for whatever a program has left behind. */
      const turns = async () => {
        for (let i = 0; i < 50; i++) await new Promise(setImmediate);
      };
      const attempt = path =>
        evaluate(path, ${JSON.stringify(stack)}, engine).then(
          () => "succeeded",
          error => error.message,
        );
      (async () => {
        for (const [name, path] of ${JSON.stringify(paths)}) {
          results[name] = await attempt(path);
          await turns();
        }
        globalThis.failAgain();
        await turns();
        console.log(JSON.stringify(results));
      })();`;
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", driver], {
      cwd: join(__dirname, "..", ".."),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>(resolve => child.once("close", resolve));
    onCleanUp(async () => {
      child.kill("SIGKILL");
      await ended;
    });
    const stdout = text(child.stdout);
    stderr = await text(child.stderr);
    exitCode = await ended;
    const printed = await stdout;
    results = printed === "" ? {} : (JSON.parse(printed) as typeof results);
  });

  test.each(programs)("%s fails the evaluation", (name, _source, message) => {
    expect(results[name]).toContain(message);
  });

  test("later failures don't end the process, which must still clean up", () => {
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
});
