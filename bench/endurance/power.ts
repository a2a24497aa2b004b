/** Power cuts at every moment of what data-access and the installer were seen to ask of the disk. */
import { InstallerHost, judgeInstall, type InstallJudgement } from "../../testing/power-loss/installer";
import { folderInMemory, type Recording } from "../../testing/power-loss/recording";
import { materialize, type Snapshot } from "../../testing/power-loss/snapshot";
import { judgeStore, recordUpdates } from "../../testing/power-loss/store";
import { Random } from "../../testing/random";
import { bundle } from "../../testing/services";
import type { Suite } from "./suite";

/** States that are tried for each moment; if there are more, a sample. */
const limit = 300;
/** Of an install: each is booted, and installed on. */
const mostStates = 30;

type Fail = Parameters<Suite["run"]>[2];

export const powerSuite: Suite = {
  numbers: "[rounds]",
  help: `  Power cuts at every moment, in every state that a disk may be left in (a sample of them where they are many, as after
  installs), by default in 10 rounds; needs strace. It proves that
  - data-access, killed and with failing syncs, keeps every seed that it has acknowledged or told a reader;
  - an acknowledged install runs after a boot, and any other is repaired by the next.
`,
  run,
};

async function run(seed: number, [rounds = 10]: number[], fail: Fail): Promise<string> {
  const random = new Random(seed);
  const store = { cuts: 0, exhaustive: 0, states: 0, acknowledged: 0 };
  const install = { states: 0, found: 0, down: 0 };
  const dataAccess = await bundle("data-access");
  const host = await InstallerHost.create();
  let found: Snapshot = new Map();
  for (let round = 1; round <= rounds; round++) {
    const { recordings, text } = await lives(found, dataAccess, round, random);
    const judgement = await judgeStore(recordings, limit, random);
    for (const violation of judgement.violations.slice(0, 1)) fail(`the store, ${text}: ${violation}`);
    found = judgement.some;
    add(store, judgement);
    for (const each of await installs(host, round, random, fail)) add(install, each);
    console.log(`round ${round} of ${rounds}: ${textOf(store)}; installs: ${textOf(install)}`);
  }
  if (store.acknowledged === 0) fail("the store acknowledged nothing that could be lost");
  return `the store: ${textOf(store)}; installs: ${textOf(install)}`;
}

/** Some processes of data-access, one after the other, on what an earlier power cut has left. */
async function lives(initial: Snapshot, dataAccess: string, round: number, random: Random) {
  const root = folderInMemory();
  materialize(initial, root);
  const recordings: Recording[] = [];
  const texts: string[] = [];
  for (let life = 0; life < 3; life++) {
    const when = 1 + random.below(10);
    const fault = random.of([
      `fsync:signal=KILL:when=${when}`,
      `fsync:error=EIO:when=${when}`,
      "fsync:delay_enter=2ms",
    ]);
    // Not the first sync: a store that can't even start has nothing to say.
    const inject = fault === "fsync:error=EIO:when=1" ? [] : [fault];
    const bursts = Array.from({ length: 4 }, () => 1 + random.below(5));
    recordings.push(
      await recordUpdates(root, dataAccess, { bursts, first: 1_000 * round + 100 * life, inject }),
    );
    texts.push(`${bursts.join("+")} updates with ${inject.join()}`);
  }
  return { recordings, text: texts.join(", then ") };
}

/** A first install, in every second round killed once on its way; an update; and one to a release that doesn't work. */
async function installs(
  host: InstallerHost,
  round: number,
  random: Random,
  fail: Fail,
): Promise<InstallJudgement[]> {
  host.reset();
  const [one, two, broken] = [
    await host.release(`one-${round}`),
    await host.release(`two-${round}`, { swapsPorts: random.chance(0.5) }),
    await host.release(`broken-${round}`, { isBroken: true }),
  ];
  const kill = { inject: [`fsync:signal=KILL:when=${1 + random.below(4)}`] };
  const killed = round % 2 === 0 ? [(await host.recordInstall(one, kill)).recording] : [];
  const first = [...killed, (await host.recordInstall(one, { copiesFirst: killed.length === 0 })).recording];
  const update = [(await host.recordInstall(two)).recording];
  const failing = [(await host.recordInstall(broken)).recording];
  const judging = { limit: 20, random, mostStates };
  const judgements: Record<string, InstallJudgement> = {
    first: await judgeInstall(host, { before: undefined, after: one, recordings: first, ...judging }),
    update: await judgeInstall(host, { before: one, after: two, recordings: update, ...judging }),
    failing: await judgeInstall(host, { before: two, after: two, recordings: failing, ...judging }),
  };
  const after = killed.length > 0 ? `, the first one after ${kill.inject.join()}` : "";
  for (const [which, { violations, isAcknowledged }] of Object.entries(judgements)) {
    for (const violation of violations.slice(0, 1)) fail(`the ${which} install${after}: ${violation}`);
    if (isAcknowledged !== (which !== "failing"))
      fail(`the ${which} install${after}: it was ${isAcknowledged ? "" : "not "}acknowledged`);
  }
  return Object.values(judgements);
}

function add<Key extends string>(counts: Record<Key, number>, more: NoInfer<Record<Key, number>>): void {
  for (const key of Object.keys(counts) as Key[]) counts[key] += more[key];
}

const textOf = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");
