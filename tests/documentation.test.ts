/** What the documents say, against the code. readme.test.ts runs the commands of README and of some others. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate, type Evaluation } from "../infra/testing";
import { help, parseOptions, type CommandName } from "../local/cli/options";
import { fullKey, readProject } from "../local/pulumi/stack";
import { apiDocumentation, file } from "../testing/api-documentation";
import { blocksOf, documents, inlineCodeOf, pasted, textOf, type Block } from "../testing/markdown";
import { describeWith } from "../testing/programs";
import { root } from "../testing/region";

test("docs/aws-api.md says what the code does; `npm run docs` writes it", () => {
  expect(readFileSync(file, "utf8")).toBe(apiDocumentation());
});

const blocks = documents.flatMap(blocksOf);
const toPaste = blocks.filter(({ language }) => language === "sh");
const isIn = ({ document, headings }: Block, section: string) =>
  document === "README.md" && headings.includes(section);
/** Everything that the documents give to type. */
const commands = [...toPaste.flatMap(({ text }) => text.split("\n")), ...documents.flatMap(inlineCodeOf)];

/** What stands between backticks. */
function namesIn(markdown: string): string[] {
  return [...markdown.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

let program: Evaluation;
beforeAll(async () => {
  program = await evaluate();
});

describe("blocks of commands", () => {
  /** What a document says of its own commands that no test can run. */
  const untestable: Record<string, RegExp> = {
    "docs/aws.md": /Every command on this page needs AWS/,
    "docs/pulumi-up.md": /the project's tests can't run them/,
  };

  test("are run by readme.test.ts, or npm's, or where it is said that they need AWS or the Pulumi CLI", () => {
    const mayHoldCommands = (block: Block) =>
      ["Run it here", "Run it on AWS"].some(section => isIn(block, section)) ||
      [...pasted, ...Object.keys(untestable)].includes(block.document) ||
      block.text.split("\n").every(line => line.startsWith("npm "));
    const untested = blocks.filter(
      block =>
        !["mermaid", "ts", ""].includes(block.language) &&
        !(block.language === "sh" && mayHoldCommands(block)),
    );
    for (const [document, said] of Object.entries(untestable)) expect(textOf(document)).toMatch(said);
    expect(untested).toEqual([]);
    expect(toPaste.length).toBeGreaterThan(10);
  });

  test("hold no comments, which zsh doesn't know in what is pasted, and no program of one system only", () => {
    expect(toPaste.filter(({ text }) => /(^|\s)#|\bdate\b|\bsed -i\b|\breadlink\b/m.test(text))).toEqual([]);
  });

  describeWith({ bash: "apt-get install bash", zsh: "apt-get install zsh" }, "are correct", () => {
    test.each(["bash", "zsh"])("for %s", shell => {
      for (const { text } of toPaste) execFileSync(shell, ["-n"], { input: text });
    });
  });
});

describe("npm's commands", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };

  test("are in package.json", () => {
    const named = commands.flatMap(text => [...text.matchAll(/\bnpm (?:run )?(?:--\S+ )*([a-z:-]*[a-z])/g)]);
    const names = [...new Set(named.map(([, name = ""]) => name))].filter(name => name !== "ci");
    expect(names).toEqual(expect.arrayContaining(["start", "region", "jest", "test"]));
    expect(names.filter(name => scripts[name] === undefined)).toEqual([]);
  });

  test("take the options that they are given", () => {
    const given = commands.flatMap(text => [...text.matchAll(/\bnpm (?:run )?(start|region) -- (.*)$/g)]);
    const options = given.map(([, command, args = ""]) =>
      parseOptions(command as CommandName, args.split(" ")),
    );
    expect(options.some(each => each.help)).toBe(true);
    const declared = program.resources.map(({ type, name }) => `${type.split(":").at(-1) ?? ""}:${name}`);
    const without = options.flatMap(each => each.without);
    expect(without).not.toEqual([]);
    expect(declared).toEqual(expect.arrayContaining(without));
  });

  test.each(Object.entries(help))("%s: its --help fits a terminal of 80 columns", (_, text) => {
    expect(text.split("\n").filter(line => line.length > 80)).toEqual([]);
  });
});

describe("on AWS", () => {
  const { project, config } = readProject(root);

  test("the outputs listed are the program's", () => {
    const [, listed = ""] = /^Outputs: ([^]*?)\n\n/m.exec(textOf("docs/aws.md")) ?? [];
    const names = namesIn(listed.replace(/\([^)]*\)/g, ""));
    expect(names.sort()).toEqual(Object.keys(program.outputs).sort());
    const used = commands
      .flatMap(text => [...text.matchAll(/pulumi stack output (\w+)/g)])
      .map(([, name]) => name);
    expect(used).not.toEqual([]);
    expect(names).toEqual(expect.arrayContaining(used));
  });

  test("the configuration listed is Pulumi.yaml's", () => {
    const rows = textOf("docs/aws.md").matchAll(/^\| (`[^|]*`) \| (`[^|]*`|empty) \| /gm);
    const listed = [...rows].flatMap(([, keys = "", values = ""]) => {
      const defaults = namesIn(values);
      return namesIn(keys).map((key, index) => [fullKey(key, project), defaults[index] ?? ""] as const);
    });
    expect(Object.fromEntries(listed.filter(([key]) => key.startsWith(`${project}:`)))).toEqual(config);
    const set = commands.flatMap(text => [...text.matchAll(/pulumi config set (\w+)(?![\w:])/g)]);
    expect(set).not.toEqual([]);
    for (const [, key = ""] of set) expect(config).toHaveProperty([`${project}:${key}`]);
  });

  test("the AWS CLI's commands are actions that the region serves", () => {
    const named = commands.flatMap(text => [...text.matchAll(/\baws [a-z\d]+ ([a-z]+(?:-[a-z]+)+)/g)]);
    const actions = named.map(([, name = ""]) =>
      name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    );
    expect(actions.length).toBeGreaterThan(5);
    const served = textOf("docs/aws-api.md");
    expect(actions.filter(action => !served.includes(`\n| ${action} |`))).toEqual([]);
  });
});
