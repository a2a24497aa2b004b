/** What a fleet does under load, a sample for each minute of its clock. */

export interface Sample {
  /** Since the load began. */
  minute: number;
  /** The group's latest mean CPU, in percent; undefined while CloudWatch has none. */
  cpu?: number;
  desired: number;
  inService: number;
  /** Instances that come or go. */
  others: number;
  /** Host names that answered since the last sample. */
  names: string[];
  /** Requests since then that got no host name. */
  unanswered: number;
}

/**
 * Longer than it takes the policy to remove an instance: its low alarm wants fifteen minutes, and CloudWatch shows the
 * latest ones late.
 */
export const quietMinutes = 20;

/** Whether the policy has nothing more to do: for so long, it had no reason to add, and removed none. */
export function isSettled(samples: readonly Sample[], targetPercent: number): boolean {
  const latest = samples.slice(-quietMinutes);
  const first = latest[0]?.desired;
  return (
    latest.length === quietMinutes &&
    latest.every(
      ({ cpu = Infinity, desired, inService, others }) =>
        cpu <= targetPercent && desired === first && inService === desired && others === 0,
    )
  );
}

/** The capacities that the group had in turn. */
export function capacitiesOf(samples: readonly Sample[]): number[] {
  const all = samples.map(({ desired }) => desired);
  return all.filter((capacity, index) => capacity !== all[index - 1]);
}

export function lineOf({ minute, cpu, desired, inService, names, unanswered }: Sample): string {
  return [
    `minute ${minute}: CPU ${percent(cpu)}`,
    `desired ${desired}`,
    `in service ${inService}`,
    ...(names.length > 0 ? [`seen ${names.map(shortName).join(" ")}`] : []),
    ...(unanswered > 0 ? [`${unanswered} unanswered`] : []),
  ].join(", ");
}

function shortName(name: string): string {
  return name.split(".")[0] ?? name;
}

function percent(cpu: number | undefined): string {
  return cpu === undefined ? "unknown" : `${cpu.toFixed(1)} %`;
}

const labelWidth = 12;
/** Of the CPU's bars, in lines. */
const height = 5;
const eighths = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** The latest minutes, a column each: CPU as bars with the target across, then counts. Its height never changes. */
export function chart(samples: readonly Sample[], targetPercent: number, columns: number): string[] {
  const shown = samples.slice(-(columns - labelWidth));
  const line = (label: string, cells: string[]) => `${label.padEnd(labelWidth)}${cells.join("")}`;
  const perLine = 100 / height;
  const targetLine = Math.min(height - 1, Math.floor(targetPercent / perLine));
  const bars = Array.from({ length: height }, (_, index) => {
    const level = height - 1 - index;
    const cells = shown.map(({ cpu = 0 }) => {
      const filled = Math.round(Math.min(1, Math.max(0, cpu / perLine - level)) * 8);
      return filled === 0 && level === targetLine ? "-" : (eighths[filled] ?? "");
    });
    const label = level === targetLine ? `- target ${targetPercent}` : level === height - 1 ? "CPU %" : "";
    return line(label, cells);
  });
  const last = shown.at(-1);
  return [
    ...bars,
    line(
      "desired",
      shown.map(({ desired }) => digit(desired)),
    ),
    line(
      "in service",
      shown.map(({ inService }) => digit(inService)),
    ),
    ...(last === undefined
      ? []
      : [lineOf({ ...last, names: [] }), `seen ${last.names.map(shortName).join(" ") || "nobody"}`]),
  ];
}

/** In one column. */
function digit(count: number): string {
  return count > 9 ? "+" : String(count);
}
