/** The seed's store under power cuts: data-access as a process, under load, and what is found after any cut. */
import { mkdirSync } from "node:fs";
import nodeFileSystem, { type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { SeedFile } from "../../apps/data-access/seed-file";
import { SeedStore } from "../../apps/data-access/store";
import { ask, type Request } from "../client";
import type { Random } from "../random";
import { supervise } from "../services";
import { keepAliveAgent, loopback } from "../servers";
import { momentsOf } from "./moments";
import { folderInMemory, record, type Recording } from "./recording";
import { digestOf, materialize, textOf, type Snapshot } from "./snapshot";

export interface Load {
  /** Updates in flight at a time, burst after burst, each followed by a read. */
  bursts: number[];
  /** The first number that is sent; each next one is greater by one. */
  first: number;
  /** Modules to load first. */
  preload?: string[];
  /** Faults for strace to inject; one that kills the process ends the load. */
  inject?: string[];
}

/** Runs data-access on a folder, with updates and reads. */
export async function recordUpdates(
  root: string,
  bundle: string,
  { bursts, first, preload = [], inject = [] }: Load,
): Promise<Recording> {
  const env = {
    LISTEN_ADDRESS: loopback,
    PORT_READ: "0",
    PORT_UPDATE: "0",
    STATE_DIRECTORY: root,
    LOG_LEVEL: "fatal",
    // strace counts calls thread by thread.
    UV_THREADPOOL_SIZE: "1",
  };
  const args = [...preload.flatMap(module => ["--require", module]), bundle];
  const { child, end } = record(root, process.execPath, args, {
    env,
    stdio: ["ignore", "pipe", "inherit"],
    inject,
  });
  const service = supervise("data-access", child);
  const urls = await service.urls.catch(async (error: unknown) => {
    if ((await service.exited) !== "SIGKILL") throw error;
    return undefined;
  });
  if (!urls) return end();
  const { read = "", update = "" } = urls;
  const agent = keepAliveAgent();
  let num = first;
  // The trace says what was answered. A process that is killed hangs up.
  const send = (url: string, request: Request) =>
    ask(url, { ...request, agent, patience: 60_000 }).then(
      () => true,
      () => false,
    );
  for (const burst of [0, ...bursts]) {
    const updates = Array.from({ length: burst }, () =>
      send(update, { method: "POST", body: { num: num++ } }),
    );
    const answered = [...(await Promise.all(updates)), await send(read, {})];
    if (answered.includes(false)) break;
  }
  agent.destroy();
  service.kill("SIGTERM");
  await service.exited;
  return end();
}

export interface Judgement {
  /** Moments at which the power was cut. */
  cuts: number;
  /** Those of which every state was tried. */
  exhaustive: number;
  /** Different states that the store was started on. */
  states: number;
  acknowledged: number;
  /** One for each moment at most. */
  violations: string[];
  /** A state that was found by chance, to go on from. */
  some: Snapshot;
}

/** Cuts the power at every moment of the recordings, and starts the store on what each cut may leave. */
export async function judgeStore(recordings: Recording[], limit: number, random: Random): Promise<Judgement> {
  const found = new Map<string, Promise<number | Error>>();
  const folder = join(folderInMemory(), "state");
  const seedOf = (state: Snapshot) => {
    const digest = digestOf(state);
    const seed = found.get(digest) ?? seedAfter(state, folder);
    found.set(digest, seed);
    return seed;
  };
  // In the order in which they arrived, of which the store promises to keep the latest that it acknowledged.
  const initial = recordings[0]?.initial ?? new Map<string, never>();
  const arrived = [await seedOf(initial)];
  const judgement: Judgement = {
    cuts: 0,
    exhaustive: 0,
    states: 0,
    acknowledged: 0,
    violations: [],
    some: initial,
  };
  let promised = 0;
  for (const moment of momentsOf(recordings, limit, random)) {
    if (moment.kind === "received")
      for (const [, num] of moment.text.matchAll(/\{"num":(-?\d+)\}/g)) arrived.push(Number(num));
    else if (moment.kind === "sent") {
      for (const [, num] of moment.text.matchAll(/\{"num":(-?\d+),"status":"ok"\}/g)) {
        judgement.acknowledged++;
        promised = Math.max(promised, arrived.lastIndexOf(Number(num)));
      }
      // A seed that was read is a promise as well: readers see only what is durable.
      for (const [, num] of moment.text.matchAll(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\n(-?\d+)$/gs))
        promised = Math.max(promised, arrived.lastIndexOf(Number(num)));
    } else {
      judgement.cuts++;
      if (moment.exhaustive) judgement.exhaustive++;
      for (const state of moment.states) {
        if (random.chance(0.01)) judgement.some = state;
        const seed = await seedOf(state);
        if (typeof seed === "number" && arrived.lastIndexOf(seed) >= promised) continue;
        judgement.violations.push(
          `cut ${judgement.cuts}: promised ${String(arrived[promised])}, found ${String(seed)} in\n${textOf(state)}`,
        );
        break;
      }
    }
  }
  judgement.states = found.size;
  return judgement;
}

/** The seed that the store finds in a folder; an error if it doesn't start there, or can't go on from it. */
async function seedAfter(state: Snapshot, folder: string): Promise<number | Error> {
  materialize(state, folder);
  mkdirSync(folder, { recursive: true });
  const handles: FileHandle[] = [];
  const open = async () => {
    const fileSystem = {
      ...nodeFileSystem,
      open: async (path: string, flags: "r" | "w") => {
        const handle = await nodeFileSystem.open(path, flags);
        handles.push(handle);
        return handle;
      },
    };
    return new SeedStore(await SeedFile.open(join(folder, "seed.json"), fileSystem));
  };
  try {
    const store = await open();
    const { value } = store;
    await store.update(value + 1);
    const { value: next } = await open();
    return next === value + 1 ? value : new Error(`after an update to ${value + 1} it holds ${next}`);
  } catch (error) {
    return error as Error;
  } finally {
    for (const handle of handles) await handle.close();
  }
}
