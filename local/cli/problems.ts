/** One error for several independent problems, a line each. */
export function errorOf(problems: readonly string[]): Error {
  if (problems.length === 1) return new Error(problems[0]);
  return new Error([`${problems.length} problems:`, ...problems].join("\n  "));
}

/** What a function returns, or else its error's message added to the problems. */
export function attempt<Result>(problems: string[], run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    problems.push((error as Error).message);
    return undefined;
  }
}
