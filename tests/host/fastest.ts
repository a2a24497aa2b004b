/**
 * Seconds of the fastest of three rounds: a limit is about what is measured, and a shared machine is slow now and
 * then.
 */
export async function fastest(
  measured: (round: number) => Promise<void>,
  begin = () => Promise.resolve(),
): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 3; round++) {
    await begin();
    const begun = performance.now();
    await measured(round);
    least = Math.min(least, (performance.now() - begun) / 1000);
  }
  return least;
}
