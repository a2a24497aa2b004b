/** What data-access's durable updates cost. */
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { temporaryFolder } from "../testing/folders";
import { bundle, startService } from "../testing/services";
import { figure, inTurns, type Bench, type Figure, type Metric } from "./figures";
import { startGenerator, throughput, type Measured } from "./generator";
import type { Machine } from "./machine";
import { startServer } from "./processes";

const rounds = 7;
const milliseconds = 700;
const writers = [32, 256];

const body = '{"num":42}';
const head = `Host: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
const update = `POST / HTTP/1.1\r\n${head}\r\n\r\n${body}`;
const read = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";

/** Updates as fast as they come, and what a reader feels meanwhile. */
interface Measures {
  updates: Measured;
  reads: Measured;
}

const updatesPerSecond: Metric<Measures> = { unit: "updates/s", of: ({ updates }) => throughput.of(updates) };
const readDelay: Metric<Measures> = {
  unit: "ms, p99 of a read meanwhile",
  of: ({ reads }) => reads.percentile99,
};

/** By a server with an update socket and a read socket. */
type Ports = Record<string, number>;

export const updates: Bench = {
  help: "data-access's durable updates, beside a file replaced for each of them, and beside SQLite",

  run: async machine => {
    if (isInMemory(tmpdir()))
      throw new Error(`updates needs a disk, and ${tmpdir()} is in memory: set TMPDIR`);
    const [write, reader] = [await startGenerator(machine), await startGenerator(machine)];
    const command = [...machine.measured, machine.node];
    const service = startService(
      "data-access",
      await bundle("data-access"),
      { STATE_DIRECTORY: temporaryFolder() },
      command,
    );
    const urls = Object.entries(await service.urls);
    const ports = Object.fromEntries(urls.map(([socket, url]) => [socket, Number(new URL(url).port)]));
    const servers = {
      ours: { pid: service.pid, ports },
      files: await startStore(machine, "a file per update"),
      sqlite: await startStore(machine, "SQLite"),
    };
    const figures: Figure[] = [];
    for (const connections of writers) {
      const measure =
        ({ pid, ports }: { pid: number; ports: Ports }) =>
        async (): Promise<Measures> => {
          const [updates, reads] = await Promise.all([
            write({ pid }, { port: Number(ports["update"]), request: update, connections, milliseconds }),
            reader({ pid }, { port: Number(ports["read"]), request: read, connections: 1, milliseconds }),
          ]);
          return { updates, reads };
        };
      const measures = {
        ours: measure(servers.ours),
        files: measure(servers.files),
        sqlite: measure(servers.sqlite),
      };
      await inTurns(1, measures); // until it is compiled
      const { ours, files, sqlite } = await inTurns(rounds, measures);
      const name = `${connections} writers' durable updates`;
      const perFile = { name: "fsync, rename, fsync for each", measured: files };
      const inSqlite = { name: "node:sqlite, WAL, FULL", measured: sqlite };
      figures.push(
        figure(name, updatesPerSecond, ours, perFile, { atLeast: 10 }),
        figure(name, updatesPerSecond, ours, inSqlite),
        figure(name, readDelay, ours, inSqlite),
      );
    }
    return figures;
  },
};

/** Where a sync takes no time; see statfs(2) for the file systems' types. */
function isInMemory(folder: string): boolean {
  const tmpfs = 0x01021994;
  return statfsSync(folder).type === tmpfs;
}

const startStore = (machine: Machine, store: string) =>
  startServer(machine, "measured", "updates", { BENCH_STORE: store, BENCH_FOLDER: temporaryFolder() });
