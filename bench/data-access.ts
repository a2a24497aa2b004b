/**
 * What data-access does per second, each figure as a ratio to a baseline that takes turns with it in the same run:
 * - reads, to a bare node:http server that answers the same bytes: what Express and ours cost;
 * - updates, to the same app with one write per update, one after the other: what group commit gains. It is the
 *   larger the slower the disk of TMPDIR syncs; in memory (tmpfs) there is little to gain.
 * Every server is a process of its own; so is the load. Takes about 15 s.
 * `npx tsx bench/data-access.ts [connections] [milliseconds per round]`
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../apps/common/log";
import { createServer } from "../apps/common/server";
import { createReadApp, createUpdateApp } from "../apps/data-access/app";
import { SeedFile } from "../apps/data-access/seed-file";
import { SeedStore } from "../apps/data-access/store";
import { load } from "./load";

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

async function serve(
  create: (folder: string) => Promise<http.Server> | http.Server,
  folder: string,
): Promise<void> {
  const server = await create(folder);
  await once(server.listen(0, "127.0.0.1"), "listening");
  process.send?.((server.address() as AddressInfo).port);
  process.once("disconnect", () => process.exit());
}

async function compare(name: string, baseline: string, request: string): Promise<void> {
  const folders: string[] = [];
  const children: ChildProcess[] = [];
  const start = async (server: string): Promise<() => Promise<number>> => {
    const folder = await mkdtemp(join(tmpdir(), "elastic-fleet-bench-"));
    folders.push(folder);
    const child = fork(__filename, { env: { ...process.env, BENCH_SERVER: server, BENCH_FOLDER: folder } });
    children.push(child);
    const [port] = (await once(child, "message")) as [number];
    await load(port, request, connections, milliseconds / 2); // until it is compiled
    return () => load(port, request, connections, milliseconds);
  };
  try {
    const loadBaseline = await start(baseline);
    const loadOurs = await start(name);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const base = await loadBaseline();
      const ours = await loadOurs();
      console.log(`${name} ${ours.toFixed(0)}/s, ${baseline} ${base.toFixed(0)}/s`);
      ratios.push(ours / base);
    }
    const median = ratios.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
    console.log(`${name}: ratio ${median.toFixed(2)} to ${baseline}`);
  } finally {
    for (const child of children) {
      child.disconnect();
      await once(child, "exit"); // it writes to its folder until then
    }
    for (const folder of folders) await rm(folder, { recursive: true });
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
void (create ? serve(create, BENCH_FOLDER) : main());
