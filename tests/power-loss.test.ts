/** What users keep after a power cut: every state that a disk may be left in, from the calls that were really made. */
import { InstallerHost, judgeInstall } from "../testing/power-loss/installer";
import { describeWith } from "../testing/programs";
import { brokenBy, mistakes } from "../testing/power-loss/broken-stores";
import { folderInMemory, programs, type Recording } from "../testing/power-loss/recording";
import { judgeStore, recordUpdates } from "../testing/power-loss/store";
import { Random } from "../testing/random";
import { bundle } from "../testing/services";

describeWith(programs, "the store", () => {
  let dataAccess: string;
  beforeAll(async () => {
    dataAccess = await bundle("data-access");
  });

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

describeWith(programs, "the installer", () => {
  const judging = { limit: 10, random: new Random(1), mostStates: 8 };

  test("leaves what runs, or what the next install repairs", async () => {
    const host = await InstallerHost.create();
    const [one, two] = [await host.release("one"), await host.release("two")];
    const { recording: first } = await host.recordInstall(one);
    const { recording: update } = await host.recordInstall(two);
    expect(host.problems(two)).toEqual([]);
    const installed = await judgeInstall(host, {
      ...{ before: undefined, after: one, recordings: [first] },
      ...judging,
    });
    expect(installed).toMatchObject({ states: 8, isAcknowledged: true, violations: [] });
    const updated = await judgeInstall(host, { before: one, after: two, recordings: [update], ...judging });
    expect(updated).toMatchObject({ states: 8, isAcknowledged: true, down: 0, violations: [] });
  });

  test("would be caught if it synced no folder", async () => {
    const host = await InstallerHost.create();
    const one = await host.release("one");
    const { recording } = await host.recordInstall(one, { preload: brokenBy("it syncs no folder") });
    const judgement = await judgeInstall(host, {
      ...{ before: undefined, after: one, recordings: [recording] },
      ...judging,
      // Most acknowledged states are broken; a handful can't all be whole.
      mostStates: 16,
    });
    expect(judgement.violations).not.toEqual([]);
  });
});
