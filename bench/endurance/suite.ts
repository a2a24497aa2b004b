/** A suite that runs for minutes, and fails or not. */
export interface Suite {
  /** What it proves, for the command's help. */
  help: string;
  /** Names of its numbers, after the seed. */
  numbers: string;
  /**
   * @param numbers as given; those left out have defaults
   * @param fail called with each failure, in one line or more
   * @returns what was done, in one line
   */
  run: (seed: number, numbers: number[], fail: (failure: string) => void) => Promise<string>;
}
