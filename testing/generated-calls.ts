/**
 * Calls of AWS's API, made up from the region's tables of actions and the schemas in the SDK's clients. A seed repeats
 * them, as far as answers repeat: ids are random, and states pass with time.
 */
import { operationShapes, requiredMembers, type Shape } from "../local/api/schema";
import type { Service } from "../local/api/service";
import { amazonLinux2023 } from "../local/services/ec2/image";
import { exampleInputs } from "./example-inputs";
import { bytesFor, numberFor, textFor, timeFor, type Place } from "./generated-values";
import { kindOf, KnownValues, type Context } from "./known-values";
import { Random } from "./random";

export type CalledService = Pick<Service<never>, "scope" | "actions" | "model">;

interface Choice {
  service: CalledService;
  model: object;
  action: string;
}

export interface GeneratedCall extends Choice {
  input: object;
}

/** Of each action: later inputs build on them. */
const rememberedSuccesses = 10;
const rememberedHints = 20;
const deepest = 6;

export class GeneratedCalls {
  readonly known = new KnownValues();
  private readonly choices: [Choice, weight: number][];
  private readonly questions: Choice[];
  /** Inputs that succeeded, as values by their members' paths. */
  private readonly successes = new Map<string, Example[]>();
  private readonly hints = new Map<string, Hints>();

  private constructor(
    readonly random: Random,
    services: readonly (readonly [CalledService, model: object])[],
  ) {
    this.choices = services.flatMap(([service, model]) =>
      Object.keys(service.actions).map(
        action => [{ service, model, action }, weightOf(action)] satisfies [Choice, number],
      ),
    );
    this.questions = this.choices.map(([choice]) => choice).filter(({ action }) => isQuestion(action));
  }

  static async of(services: readonly CalledService[], seed: number): Promise<GeneratedCalls> {
    const models = services.map(async service => [service, await service.model()] as const);
    const calls = new GeneratedCalls(new Random(seed), await Promise.all(models));
    calls.known.learn({ ImageId: amazonLinux2023 });
    return calls;
  }

  /** The first calls ask what there is. */
  next(): GeneratedCall {
    const asked = this.questions.pop();
    if (asked) return { ...asked, input: {} };
    const { service, model, action } = this.choose();
    const example = this.random.chance(0.7) ? this.exampleOf(nameOf({ service, action })) : undefined;
    const includes = this.chooseMembers(service, action, example);
    const { input } = operationShapes(model, action);
    const at = { path: "", parent: "", model, includes, example, context: new Set<string>() };
    return { service, model, action, input: this.structure(input, at) };
  }

  /** Oftener those that have never succeeded. */
  private choose(): Choice {
    const choice = this.random.weighted(this.choices);
    const isKnown = this.successes.has(nameOf(choice));
    return isKnown && this.random.chance(0.4) ? this.random.weighted(this.choices) : choice;
  }

  private exampleOf(name: string): Example | undefined {
    const given = exampleInputs[name];
    const examples = this.successes.get(name) ?? (given ? [new Map(membersOf(given))] : []);
    return examples.length > 0 ? this.random.of(examples) : undefined;
  }

  /** Learns from a success. */
  learn(call: GeneratedCall, output: object): void {
    this.known.learn(output);
    const successes = this.successes.get(nameOf(call)) ?? [];
    successes.push(new Map(membersOf(call.input)));
    this.successes.set(nameOf(call), successes.slice(-rememberedSuccesses));
  }

  /** Learns from an error what an action needs, and what is gone. */
  learnRefusal(call: GeneratedCall, { name, message }: Error): void {
    if (/NotFound|NoSuchEntity/.test(name) && !/image|AMI/i.test(name))
      for (const [id] of message.matchAll(/[a-z-]+-[0-9a-f]{17}|arn:[^\s']+/g)) this.known.forget(id);
    // The members that the message names.
    const words = new Set(message.toLowerCase().match(/\w+/g));
    const hints = this.hints.get(nameOf(call)) ?? { needed: new Set(), unwanted: new Set(), exclusive: [] };
    this.hints.set(nameOf(call), hints);
    if (/cannot be used|not both|exclusive|exactly one/.test(message)) {
      const named = membersOf(call.input).map(([path]) => lastPartOf(path));
      hints.exclusive.push(new Set(named.filter(part => words.has(part))));
    } else if (/must contain|is required|must be specified|must specify|not be null/.test(message)) {
      for (const word of words) hints.needed.add(word);
      if (/either|exactly one/.test(message)) hints.exclusive.push(words);
    }
    hints.exclusive.splice(0, hints.exclusive.length - rememberedHints);
    if (/does not support|only/.test(message))
      for (const [path, value] of membersOf(call.input))
        if (typeof value === "string" && value !== "" && message.includes(value))
          hints.unwanted.add(lastPartOf(path));
  }

  /** Which members a call has: by chance, or about those of a call that succeeded. */
  private chooseMembers(service: CalledService, action: string, example: Example | undefined): Includes {
    const { random } = this;
    const { parameters = [], inert = [] } = service.actions[action] ?? {};
    const supported: readonly string[] = [...parameters, ...inert];
    const { needed, unwanted, exclusive } = this.hints.get(nameOf({ service, action })) ?? noHints;
    const share = random.of([0.1, 0.3, 0.7]);
    const shareOfIds = random.of([0.2, 0.6]);
    const changes = !isQuestion(action);
    const chosen = new Set<string>();
    const probability = (path: string, isRequired: boolean): number => {
      if (/(DryRun|ClientToken)$/.test(path)) return 0.03;
      if (isRequired) return 0.99;
      if (!supported.some(each => within(path, each) || within(each, path))) return 0.002;
      if (example) return example.has(path) ? 0.96 : 0.04;
      const part = lastPartOf(path);
      const excludes = (group: Set<string>) => group.has(part) && [...group].some(each => chosen.has(each));
      if (exclusive.some(excludes)) return 0.05;
      if (needed.has(part)) return 0.8;
      if (unwanted.has(part)) return 0.15;
      // What a change is about is mostly named by its id.
      if (changes && /Ids?$/.test(path)) return shareOfIds;
      return path.includes(".") ? Math.max(share, 0.5) : share;
    };
    return (path, isRequired) => {
      const isIncluded = random.chance(probability(path, isRequired));
      if (isIncluded) chosen.add(lastPartOf(path));
      return isIncluded;
    };
  }

  private structure(shape: Shape, at: Position): Record<string, unknown> {
    const required = new Set(requiredMembers(shape));
    const members: Record<string, unknown> = {};
    // Ids first: what else there is depends on what they name.
    const idsFirst = [...shape.structIterator()].sort(
      ([a], [b]) => Number(isIdName(b)) - Number(isIdName(a)),
    );
    for (const [member, memberShape] of idsFirst) {
      const path = at.path === "" ? member : `${at.path}.${member}`;
      if (!at.includes(path, required.has(member))) continue;
      members[member] = this.value(memberShape, { ...at, path, member });
      if (shape.isUnionSchema()) break;
    }
    return members;
  }

  private value(shape: Shape, at: Position & { member: string }): unknown {
    const { random } = this;
    const place: Place = at;
    if (shape.isUnionSchema() || shape.isStructSchema())
      return at.path.split(".").length > deepest ? {} : this.structure(shape, { ...at, parent: at.member });
    if (shape.isListSchema()) {
      const isPair = at.member === "Subnets" && random.chance(0.7);
      const length = isPair
        ? 2
        : random.weighted([
            [1, 70],
            [2, 20],
            [0, 3],
            [3, 5],
            [150, 0.3],
          ] as const);
      return Array.from({ length }, () => this.value(shape.getValueSchema(), at));
    }
    if (shape.isMapSchema())
      return { [textFor(place, random, this.known)]: this.value(shape.getValueSchema(), at) };
    const earlier = at.example?.get(at.path);
    if (earlier !== undefined && !isIdentity(at.member, earlier) && random.chance(0.6)) return earlier;
    if (shape.isBooleanSchema()) return random.chance(0.5);
    if (shape.isNumericSchema()) return numberFor(place, random);
    if (shape.isTimestampSchema()) return timeFor(place, random);
    if (shape.isBlobSchema()) return bytesFor(place, random);
    const text = () => textFor(place, random, this.known);
    return at.member === "VPCZoneIdentifier" && random.chance(0.5) ? `${text()},${text()}` : text();
  }
}

/** What refusals of an action have said of its members, by the last parts of their paths. */
interface Hints {
  needed: Set<string>;
  /** What the region lacks, or some values of it. */
  unwanted: Set<string>;
  exclusive: Set<string>[];
}

const noHints: Hints = { needed: new Set(), unwanted: new Set(), exclusive: [] };

interface Position {
  path: string;
  parent: string;
  model: object;
  context: Context;
  includes: Includes;
  example: Example | undefined;
}

type Example = ReadonlyMap<string, unknown>;

type Includes = (path: string, isRequired: boolean) => boolean;

export const nameOf = ({ service, action }: { service: CalledService; action: string }) =>
  `${service.scope}:${action}`;

/** Changes come oftener than questions, and creations oftener than deletions. */
function weightOf(action: string): number {
  if (isQuestion(action)) return 1;
  if (/^(Delete|Terminate|Deregister|Release|Revoke)/.test(action)) return 0.5;
  if (/^(Create|Run|Put|Register|Add|Attach|Associate|Import|Authorize)/.test(action)) return 4;
  return 2;
}

const isQuestion = (action: string) => /^(Describe|List|Get)/.test(action);

const isIdName = (member: string) => /(Id|Arn|ARN)s?$/.test(member);

const lastPartOf = (path: string) => path.slice(path.lastIndexOf(".") + 1).toLowerCase();

const within = (path: string, other: string) => path === other || path.startsWith(`${other}.`);

/** Whether the value names one thing, which may be gone, or must be new. */
const isIdentity = (member: string, value: unknown) =>
  /name$|id$|arn$|^vpczoneidentifier$|^subnet$/.test(kindOf(member)) ||
  (typeof value === "string" && /-[0-9a-f]{17}$/.test(value));

/** All members with their paths, without indexes. */
function membersOf(value: unknown, path = ""): [path: string, value: unknown][] {
  if (Array.isArray(value)) return value.flatMap(element => membersOf(element, path));
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array)
    return [[path, value]];
  const members = Object.entries(value).flatMap(([name, member]) =>
    membersOf(member, path === "" ? name : `${path}.${name}`),
  );
  return path === "" ? members : [[path, undefined], ...members];
}
