/** The memory of a service over a million requests, on the runtime that hosts get. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fetchRuntime, runtime } from "../../apps/shipping/runtime";
import { eventually } from "../../testing/eventually";
import { temporaryFolder } from "../../testing/folders";
import { bundle, startService, type Service } from "../../testing/services";
import { saturate } from "../saturate";
import type { Suite } from "./suite";

const connections = 32;
const milliseconds = 2_000;
/** Of the requests: until then caches fill. */
const warmUp = 0.2;
/** Of what is reachable, beyond what was after the warm-up. */
const mostGrowth = 1.1;
/** In bytes. V8 lets garbage pile up to a height that takes millions of requests to reach; a t3.micro has 1 GiB. */
const mostResident = 300e6;

const body = '{"num":42}';
const get = "GET / HTTP/1.1\r\nHost: memory\r\n\r\n";
const post = `POST / HTTP/1.1\r\nHost: memory\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

export const memorySuite: Suite = {
  numbers: "[requests]",
  help: `  Good requests to data-access on the runtime that hosts get, by default 1,000,000 reads and as many updates; the seed
  has no effect. It proves that what is reachable in its heap grows by less than ${Math.round((mostGrowth - 1) * 100)} % after the first fifth, and
  that its process stays below ${mostResident / 1e6} MB.
`,
  run: async (_seed, [requests = 1_000_000], fail) => {
    const folder = temporaryFolder();
    execFileSync("tar", ["-xzf", await fetchRuntime(), "-C", folder, runtime.binary]);
    const node = join(folder, runtime.binary);
    const texts: string[] = [];
    for (const [socket, request] of Object.entries({ read: get, update: post })) {
      // In memory, where a sync takes no time: this is not about the disk.
      const STATE_DIRECTORY = temporaryFolder("/dev/shm");
      const service = startService("data-access", bundle("data-access"), { STATE_DIRECTORY }, [
        node,
        ...["--heapsnapshot-signal=SIGUSR2", `--diagnostic-dir=${folder}`],
      ]);
      const port = Number(new URL((await service.urls)[socket] ?? "").port);
      const send = (count: number) => sendRequests(port, request, count);
      let sent = await send(requests * warmUp);
      const early = await reachableOf(service, folder);
      const residentEarly = residentSetOf(service.pid);
      sent += await send(requests - sent);
      const resident = residentSetOf(service.pid);
      const late = await reachableOf(service, folder);
      const text =
        `${socket}: ${sent} requests, ${megabytes(early)} to ${megabytes(late)} MB reachable, ` +
        `${megabytes(residentEarly)} to ${megabytes(resident)} MB resident`;
      console.log(text);
      if (late > early * mostGrowth || resident > mostResident) fail(text);
      texts.push(text);
      service.kill("SIGTERM");
      await service.exited;
    }
    return texts.join("; ");
  },
};

/** @returns how many were sent, in whole rounds */
async function sendRequests(port: number, request: string, count: number): Promise<number> {
  let sent = 0;
  while (sent < count) sent += (await saturate({ port, request, connections, milliseconds })).answers;
  return sent;
}

/** V8's format of a heap snapshot, as far as it is read here. */
interface HeapSnapshot {
  snapshot: { meta: { node_fields: string[] } };
  /** The fields of one node after the other. */
  nodes: number[];
}

/** Bytes of V8's heap that are reachable, by a snapshot that the service writes to its folder, which then is deleted. */
async function reachableOf({ pid }: Service, folder: string): Promise<number> {
  process.kill(pid, "SIGUSR2");
  const { snapshot, nodes } = await eventually(
    "the heap's snapshot is written",
    () => {
      const [name] = readdirSync(folder).filter(each => each.endsWith(".heapsnapshot"));
      return name !== undefined && parsed(readFileSync(join(folder, name), "utf8"));
    },
    60_000,
  );
  for (const name of readdirSync(folder)) if (name.endsWith(".heapsnapshot")) rmSync(join(folder, name));
  const { node_fields: fields } = snapshot.meta;
  const size = fields.indexOf("self_size");
  return nodes.filter((_, index) => index % fields.length === size).reduce((sum, bytes) => sum + bytes, 0);
}

/** Undefined while it isn't complete. */
function parsed(text: string): HeapSnapshot | undefined {
  try {
    return JSON.parse(text) as HeapSnapshot;
  } catch {
    return undefined;
  }
}

/** In bytes; see proc(5). */
function residentSetOf(pid: number): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
