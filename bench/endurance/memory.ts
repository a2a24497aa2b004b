/** The memory of a service over a million requests, on the runtime that hosts get. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fetchRuntime, runtime } from "../../apps/shipping/runtime";
import { temporaryFolder } from "../../testing/folders";
import { bundle, startService, type Service } from "../../testing/services";
import { saturate } from "../saturate";
import type { Suite } from "./suite";

const connections = 32;
const milliseconds = 2_000;
/** Of the requests: until then caches fill, and the heap finds its size. */
const warmUp = 0.2;
/** Beyond what it was after the warm-up. */
const mostGrowth = 1.1;

const body = '{"num":42}';
const get = "GET / HTTP/1.1\r\nHost: memory\r\n\r\n";
const post = `POST / HTTP/1.1\r\nHost: memory\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

export const memorySuite: Suite = {
  numbers: "[requests]",
  help: `  Good requests to data-access on the runtime that hosts get, by default 1,000,000 reads and as many updates; the seed
  has no effect. It proves that its memory grows by less than ${Math.round((mostGrowth - 1) * 100)} % after the first fifth.
`,
  run: async (_seed, [requests = 1_000_000], fail) => {
    const folder = temporaryFolder();
    execFileSync("tar", ["-xzf", await fetchRuntime(), "-C", folder, runtime.binary]);
    const node = join(folder, runtime.binary);
    const texts: string[] = [];
    for (const [socket, request] of Object.entries({ read: get, update: post })) {
      // In memory, where a sync takes no time: this is not about the disk.
      const STATE_DIRECTORY = temporaryFolder("/dev/shm");
      const service = startService("data-access", bundle("data-access"), { STATE_DIRECTORY }, [node]);
      const port = Number(new URL((await service.urls)[socket] ?? "").port);
      const { early, late, sent } = await underRequests(service, port, request, requests);
      const text = `${socket}: ${sent} requests, ${megabytes(early)} to ${megabytes(late)} MB`;
      console.log(text);
      if (late > early * mostGrowth) fail(text);
      texts.push(text);
      service.kill("SIGTERM");
      await service.exited;
    }
    return texts.join("; ");
  },
};

/** The most that it had until the end of the warm-up, and the least of the last rounds. */
async function underRequests({ pid }: Service, port: number, request: string, requests: number) {
  let sent = 0;
  let early = 0;
  const later: number[] = [];
  while (sent < requests) {
    sent += (await saturate({ port, request, connections, milliseconds })).answers;
    const memory = residentSetOf(pid);
    if (sent < requests * warmUp || early === 0) early = Math.max(early, memory);
    else later.push(memory);
  }
  return { sent, early, late: Math.min(...later.slice(-3)) };
}

/** In bytes; see proc(5). */
function residentSetOf(pid: number): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
