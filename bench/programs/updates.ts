/** data-access over other stores: a file replaced for each update, one after the other; or SQLite. */
import { join } from "node:path";
import { createLog } from "../../apps/common/log";
import { createServer } from "../../apps/common/server";
import { writeDurably } from "../../apps/common/durable";
import { createReadApp, createUpdateApp } from "../../apps/data-access/app";
import type { SeedStore } from "../../apps/data-access/store";
import { serve } from "./serve";

type Store = Pick<SeedStore, "value" | "update">;

/** What is needed of node:sqlite, which the types of the oldest Node supported here lack. */
interface Sqlite {
  DatabaseSync: new (path: string) => {
    exec: (sql: string) => void;
    prepare: (sql: string) => {
      get: () => Record<string, unknown> | undefined;
      run: (value: number) => void;
    };
  };
}

const stores: Record<string, (folder: string) => Store | Promise<Store>> = {
  "a file per update": folder => {
    let last = Promise.resolve();
    const store = {
      value: 0,
      update: (num: number) =>
        (last = last.then(async () => {
          await writeDurably(join(folder, "seed.json"), JSON.stringify({ num }));
          store.value = num;
        })),
    };
    return store;
  },

  SQLite: folder => {
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite") as unknown as Sqlite;
    const database = new DatabaseSync(join(folder, "seed.db"));
    const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
    if (mode !== "wal") throw new Error(`SQLite's journal is ${String(mode)}, not a write-ahead log`);
    database.exec("PRAGMA synchronous = FULL; CREATE TABLE seed (num INTEGER)");
    database.exec("INSERT INTO seed VALUES (0)");
    const update = database.prepare("UPDATE seed SET num = ?");
    const store = {
      value: 0,
      update: (num: number) => {
        update.run(num);
        store.value = num;
        return Promise.resolve();
      },
    };
    return store;
  },
};

async function main(): Promise<void> {
  const { BENCH_STORE = "", BENCH_FOLDER = "" } = process.env;
  const store = await stores[BENCH_STORE]?.(BENCH_FOLDER);
  if (!store) throw new Error(`no store ${BENCH_STORE}`);
  const log = createLog("error");
  await serve({
    read: createServer(createReadApp(store, log)).server,
    update: createServer(createUpdateApp(store, log)).server,
  });
}

void main();
