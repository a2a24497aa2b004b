import { setTimeout as delay } from "node:timers/promises";
import { command, commonHelp, runCommand, type Command } from "./command";

/** Runs it outside any project. */
async function outcomeOf(tried: Command, args: string[], signal = new AbortController().signal) {
  const written = { stdout: "", stderr: "" };
  const into = (name: keyof typeof written) => ({
    write: (text: string) => (written[name] += text),
    columns: 40,
  });
  const streams = { stdout: into("stdout"), stderr: into("stderr") };
  const code = await runCommand("try", tried, args, { root: "/nowhere", signal, ...streams });
  return { code, ...written };
}

const echo = command({
  help: `Echoes.\n\n${commonHelp}`,
  options: { loud: { type: "boolean" }, times: { type: "string" } },
  positionals: ["WORD"],
  run: ({ values, positionals, stack, json, columns, print }) => {
    print(JSON.stringify({ values, positionals, stack, json, columns }));
    return Promise.resolve(values.loud ? 1 : 0);
  },
});

const failing = (error: unknown) =>
  command({ help: "", options: {}, run: () => Promise.reject(error as Error) });

test("a command gets its own options and arguments, and decides its exit code", async () => {
  const { code, stdout } = await outcomeOf(echo, ["a", "--loud", "--times", "2", "--stack", "dev", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    values: { loud: true, times: "2" },
    positionals: ["a"],
    stack: "dev",
    json: true,
    columns: 40,
  });
});

test("--help needs nothing else", async () => {
  expect(await outcomeOf(echo, ["--help"])).toEqual({ code: 0, stdout: echo.help, stderr: "" });
});

test.each([
  ["an unknown option", echo, ["a", "--foo"], "try: Unknown option '--foo'\n"],
  ["an argument too few", echo, [], 'try: it takes WORD, not ""\n'],
  ["an error", failing(new Error("no such host")), [], "try: no such host\n"],
  [
    "a failed connection",
    failing(new AggregateError([new Error("::1"), new Error("127.0.0.1")])),
    [],
    "try: ::1; 127.0.0.1\n",
  ],
  [
    "a long one",
    failing(new Error("there is no host of that name in this region")),
    [],
    "try: there is no host of that name in\nthis region\n",
  ],
])("%s is a sentence on standard error, and exit code 2", async (_, tried, args, stderr) => {
  expect(await outcomeOf(tried, args)).toEqual({ code: 2, stdout: "", stderr });
});

test.each(["SIGINT", "SIGTERM"] as const)("%s ends it without a word", async name => {
  const interrupted = new AbortController();
  const waiting = command({
    help: "",
    options: {},
    run: async ({ signal }) => {
      await delay(60_000, undefined, { signal });
      return 0;
    },
  });
  const outcome = outcomeOf(waiting, [], interrupted.signal);
  interrupted.abort(name);
  expect(await outcome).toEqual({ code: name === "SIGINT" ? 130 : 143, stdout: "", stderr: "" });
});
