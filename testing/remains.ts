/** What is in a region and what it holds of this machine, for comparison with another region. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AwsError } from "../local/api/aws-error";
import { operationShapes, requiredMembers } from "../local/api/schema";
import type { Region } from "../local/region";
import { familyOf } from "./processes";

export interface Remains {
  /** What each action that describes something answers without parameters, or the code of its refusal. */
  answers: Record<string, unknown>;
  /** What the region's folder and the folders in it hold. */
  files: string[];
  /** How many of each kind keep this process's event loop alive: listeners, timers, connections … */
  handles: Record<string, number>;
  /** Their commands. */
  children: string[];
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const inner = entries.map(async entry =>
    entry.isDirectory()
      ? (await readdir(join(folder, entry.name))).map(name => join(entry.name, name))
      : [entry.name],
  );
  return (await Promise.all(inner)).flat();
}

/** Data that was sent in can't be deleted by the API: it expires (CloudWatch User Guide, "Metrics retention"). */
const undeletable = new Set(["ListMetrics"]);

export async function remainsOf(region: Region): Promise<Remains> {
  const family = await familyOf(process.pid);
  return {
    answers: await answersOf(region),
    files: await filesIn(region.options.folder),
    handles: countsOf(process.getActiveResourcesInfo()),
    children: family.filter(({ pid }) => pid !== process.pid).map(({ command }) => command),
  };
}

const scopes: Record<keyof Region["calls"], string> = {
  acm: "acm",
  autoScaling: "autoscaling",
  cloudWatch: "monitoring",
  ec2: "ec2",
  elbv2: "elasticloadbalancing",
  iam: "iam",
  ssm: "ssm",
};

export async function answersOf(region: Region): Promise<Remains["answers"]> {
  const answers: Remains["answers"] = {};
  for (const [service, calls] of Object.entries(region.calls)) {
    const scope = scopes[service as keyof Region["calls"]];
    const model = await region.services.find(each => each.scope === scope)?.model();
    if (!model) throw new Error(`the region has no service ${scope}`);
    for (const [action, call] of Object.entries(calls)) {
      const needsInput = requiredMembers(operationShapes(model, action).input).length > 0;
      if (!/^(Describe|List|Get)/.test(action) || needsInput || undeletable.has(action)) continue;
      const answer = await (call as (input: object) => Promise<object>)({}).catch(refusalOf);
      answers[`${service}.${action}`] = withoutTimes(answer);
    }
  }
  return answers;
}

/** Regions start at different times. */
function withoutTimes(value: unknown): unknown {
  if (value instanceof Date || /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(value))) return "a time";
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutTimes(member)]));
}

function refusalOf(error: unknown): string {
  if (error instanceof AwsError) return error.code;
  throw error;
}

function countsOf(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
