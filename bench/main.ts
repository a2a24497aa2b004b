/** Benchmarks: `npm run bench -- --help`. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cleanUp, openScope } from "../testing/clean-up";
import { missedOf, type Bench, type Figure } from "./figures";
import { loadBalancer } from "./load-balancer";
import { prepareMachine } from "./machine";
import { packets } from "./packets";
import { reads } from "./reads";
import { page } from "./page";
import { receiver } from "./receiver";
import { region } from "./region";
import { tableOf, withTable } from "./report";
import { ssh } from "./ssh";
import { stress } from "./stress";
import { runTool } from "./tool";
import { updates } from "./updates";
import { why } from "./why";

const benches: Record<string, Bench> = {
  reads,
  updates,
  receiver,
  stress,
  "load-balancer": loadBalancer,
  packets,
  region,
  page,
  ssh,
  why,
};

const resultsFile = join(__dirname, "results.json");
const readme = join(__dirname, "README.md");

const help = `Measures what the project's parts cost, on the Node of the hosts. Each figure is a ratio to a baseline of the same run,
in rounds that take turns; the table has medians and the least and most. A quiet machine gives the better numbers.

npm run bench                all of them, for about 17 minutes
npm run bench -- NAME ...    some of them
npm run bench -- --write     all of them, and the table into bench/README.md

${Object.entries(benches)
  .map(([name, { help }]) => `${name.padEnd(16)}${help}`)
  .join("\n")}

The values of every round are written to bench/results.json.
Exit code: 0 if the targets are met, of alternatives one, 1 if not or if a benchmark fails, 2 for wrong arguments.
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    process.stdout.write(help);
    return 0;
  }
  const names = args.filter(arg => arg !== "--write");
  const writes = names.length < args.length;
  if (names.some(name => !Object.hasOwn(benches, name)) || (writes && names.length > 0)) {
    process.stderr.write(help);
    return 2;
  }
  const machine = await prepareMachine();
  const figures: Figure[] = [];
  for (const name of names.length > 0 ? names : Object.keys(benches)) {
    console.error(`${name} ...`);
    openScope();
    try {
      figures.push(...((await benches[name]?.run(machine)) ?? []));
    } finally {
      await cleanUp();
    }
  }
  const command = ["npm run bench", ...(names.length > 0 ? ["--", ...names] : [])].join(" ");
  const results = {
    date: new Date().toISOString(),
    commit: commit(),
    machine: machine.description,
    command,
    figures,
  };
  writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
  const table = tableOf(results);
  process.stdout.write(`\n${table}`);
  if (writes) writeFileSync(readme, withTable(readFileSync(readme, "utf8"), table));
  return missedOf(figures).length === 0 ? 0 : 1;
}

/** Of what is measured; undefined outside of a git repository. */
function commit(): string | undefined {
  const git = (...args: string[]) =>
    execFileSync("git", args, {
      cwd: __dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
    return git("rev-parse", "--short", "HEAD") + (isChanged ? ", changed" : "");
  } catch {
    return undefined;
  }
}

runTool(main);
