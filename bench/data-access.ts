/**
 * What data-access serves per second, each figure as a ratio to a baseline that alternates with it in the same run:
 * - reads, to a bare node:http server that answers the same bytes: the cost of Express and of our code;
 * - updates, to the same app with one write per update, one after the other: the gain of group commit. The slower the
 *   disk of TMPDIR syncs, the larger it is; in memory (tmpfs) there is little to gain.
 * Each server is a process of its own; this one makes the load. Takes about 15 s.
 * `npx tsx bench/data-access.ts [connections] [milliseconds per round]`
 */
import http from "node:http";
import { join } from "node:path";
import { createLog } from "../apps/common/log";
import { createServer } from "../apps/common/server";
import { createReadApp, createUpdateApp } from "../apps/data-access/app";
import { SeedFile } from "../apps/data-access/seed-file";
import { SeedStore } from "../apps/data-access/store";
import { cleanUp } from "../testing/clean-up";
import { temporaryFolder } from "../testing/folders";
import { saturate } from "../testing/load";
import { medianRatio, serve, startServer } from "./servers";

const [connections = 32, milliseconds = 600] = process.argv.slice(2).map(Number);
const rounds = 3;

const log = createLog("error");
const open = (folder: string) => SeedFile.open(join(folder, "seed.json"));

const servers: Record<string, (folder: string) => Promise<http.Server> | http.Server> = {
  "bare node:http": () =>
    http.createServer((_request, response) => {
      response
        .writeHead(200, { "Content-Type": "application/json; charset=utf-8", "Content-Length": 1 })
        .end("0");
    }),

  read: async folder => createServer(createReadApp(new SeedStore(await open(folder)), log)).server,

  "one write per update": async folder => {
    const file = await open(folder);
    let last = Promise.resolve();
    const update = (num: number) => (last = last.then(() => file.replace(num)));
    return createServer(createUpdateApp({ update }, log)).server;
  },

  update: async folder => createServer(createUpdateApp(new SeedStore(await open(folder)), log)).server,
};

async function compare(name: string, baseline: string, request: string): Promise<void> {
  const start = async (server: string): Promise<() => Promise<number>> => {
    const port = await startServer(__filename, { BENCH_SERVER: server, BENCH_FOLDER: temporaryFolder() });
    await saturate(port, request, { connections, milliseconds: milliseconds / 2 }); // until it is compiled
    return () => saturate(port, request, { connections, milliseconds });
  };
  try {
    const loadBaseline = await start(baseline);
    const loadOurs = await start(name);
    const ratio = await medianRatio(rounds, async () => {
      const base = await loadBaseline();
      const ours = await loadOurs();
      console.log(`${name} ${ours.toFixed(0)}/s, ${baseline} ${base.toFixed(0)}/s`);
      return ours / base;
    });
    console.log(`${name}: ratio ${ratio} to ${baseline}`);
  } finally {
    await cleanUp();
  }
}

async function main(): Promise<void> {
  console.log(`Node ${process.version}, ${connections} connections`);
  await compare("read", "bare node:http", "GET / HTTP/1.1\r\nHost: bench\r\n\r\n");
  const body = '{"num":42}';
  const head = `Host: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  await compare("update", "one write per update", `POST / HTTP/1.1\r\n${head}\r\n\r\n${body}`);
}

const { BENCH_SERVER = "", BENCH_FOLDER = "" } = process.env;
const create = servers[BENCH_SERVER];
void (create ? Promise.resolve(create(BENCH_FOLDER)).then(serve) : main());
