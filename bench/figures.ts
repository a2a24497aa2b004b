/** What a figure is: two things measured in turns in the same run, and their ratio. */
import type { Machine } from "./machine";

export type Target = { atLeast: number } | { atMost: number };

export interface Figure {
  name: string;
  unit: string;
  /** A value of each round. */
  ours: readonly number[];
  baseline: {
    name: string;
    /** Of the same rounds. */
    values: readonly number[];
  };
  /** What ours shall be of the baseline. */
  target?: Target;
  /** Whether one target is enough among all such figures of the same name. */
  isAlternative?: boolean;
}

/** What of the measured counts, and its unit. */
export interface Metric<Measured> {
  unit: string;
  of: (measured: Measured) => number;
}

export function figure<Measured>(
  name: string,
  { unit, of }: Metric<Measured>,
  ours: readonly Measured[],
  baseline: { name: string; measured: readonly Measured[] },
  target?: Target,
): Figure {
  const values = baseline.measured.map(of);
  return { name, unit, ours: ours.map(of), baseline: { name: baseline.name, values }, target };
}

/** A benchmark; it may take minutes. */
export interface Bench {
  /** What it measures, for the command's help. */
  help: string;
  run: (machine: Machine) => Promise<Figure[]>;
}

export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** Of an odd number of values the middle one; of an even number the mean of the two in the middle. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}

/** Of the rounds' ratios, so that what slows down both for a round leaves no trace. */
export function ratioOf({ ours, baseline }: Figure): Spread {
  return spreadOf(ours.map((value, round) => value / (baseline.values[round] ?? NaN)));
}

/** Undefined without a target. */
export function isMet(figure: Figure): boolean | undefined {
  const { target } = figure;
  if (target === undefined) return undefined;
  const { median } = ratioOf(figure);
  return "atLeast" in target ? median >= target.atLeast : median <= target.atMost;
}

/** Those whose target is missed, unless that of an alternative is met. */
export function missedOf(figures: readonly Figure[]): Figure[] {
  const missed = figures.filter(figure => isMet(figure) === false);
  return missed.filter(
    ({ isAlternative, name }) =>
      !isAlternative ||
      !figures.some(other => other.isAlternative && other.name === name && isMet(other) === true),
  );
}

/** Measures each of these once per round, beginning with another each time, so that none always comes after the same. */
export async function inTurns<Name extends string, Measured>(
  rounds: number,
  measures: Record<Name, () => Promise<Measured>>,
): Promise<Record<Name, Measured[]>> {
  const names = Object.keys(measures) as Name[];
  const measured = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<Name, Measured[]>;
  for (let round = 0; round < rounds; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)])
      measured[name].push(await measures[name]());
  }
  return measured;
}
