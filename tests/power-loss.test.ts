/** What users keep after a power cut: every state that a disk may be left in, from the calls that were really made. */
import { describeWith } from "../testing/programs";
import { brokenBy, mistakes } from "../testing/power-loss/broken-stores";
import { folderInMemory, programs, type Recording } from "../testing/power-loss/recording";
import { judgeStore, recordUpdates } from "../testing/power-loss/store";
import { Random } from "../testing/random";
import { bundle } from "../testing/services";

describeWith(programs, "the store", () => {
  let dataAccess: string;
  beforeAll(() => (dataAccess = bundle("data-access")));

  /** One process, whose syncs take longer than the calls around them, as on a disk. */
  const updates = async (preload: string[] = []) =>
    recordUpdates(folderInMemory(), dataAccess, {
      bursts: [1, 4, 1, 3],
      first: 1,
      preload,
      inject: ["fsync:delay_enter=5ms"],
    });

  /** Each process is killed in a sync, one later than the process before it; the last one lives. */
  const killedRuns = async (preload: string[] = []) => {
    const root = folderInMemory();
    const recordings: Recording[] = [];
    for (let sync = 1; sync <= 6; sync++) {
      const inject = sync === 6 ? [] : [`fsync:signal=KILL:when=${sync}`];
      recordings.push(
        await recordUpdates(root, dataAccess, { bursts: [1, 2, 1], first: 10 * sync, preload, inject }),
      );
    }
    return recordings;
  };

  const judge = (recordings: Recording[]) => judgeStore(recordings, 200, new Random(1));

  test("loses no seed that it has acknowledged", async () => {
    const judgement = await judge([await updates()]);
    expect(judgement.violations).toEqual([]);
    // Few states or updates would prove little.
    expect(judgement).toMatchObject({ acknowledged: 9, exhaustive: judgement.cuts });
    expect(judgement.states).toBeGreaterThan(15);
  });

  test("loses no seed that readers were told, though its process is killed again and again", async () => {
    const judgement = await judge(await killedRuns());
    expect(judgement.violations).toEqual([]);
    expect(judgement.acknowledged).toBeGreaterThan(4);
  });

  test.each(mistakes)("would be caught if %s", async mistake => {
    const preload = [brokenBy(mistake)];
    const recordings =
      mistake === "it starts without a sync" ? killedRuns(preload) : [await updates(preload)];
    expect((await judge(await recordings)).violations).not.toEqual([]);
  });
});
