/** The memory of the services over a million requests. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ServiceName } from "../../apps/ports";
import { eventually } from "../../testing/eventually";
import { temporaryFolder } from "../../testing/folders";
import { loopback } from "../../testing/servers";
import { bundle, startService, type Service } from "../../testing/services";
import { startGenerator, type Generator } from "../generator";
import { prepareMachine, type Machine } from "../machine";
import { startServer } from "../processes";
import type { Suite } from "./suite";

const connections = 32;
/** Enough for any of them; it ends with the last answer. */
const milliseconds = 3_600_000;
/** Of the requests that are judged, sent before them: until then code is compiled, and V8's heap finds its size. */
const warmUp = 0.2;
const mostGrowth = 1.05;
/** Between readings of the resident memory, in ms. It varies by 4 % between collections of the heap. */
const readingEvery = 250;

const body = '{"num":42}';
const get = "GET / HTTP/1.1\r\nHost: memory\r\n\r\n";
const post = `POST / HTTP/1.1\r\nHost: memory\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

interface Subject {
  service: ServiceName;
  socket: string;
  request: string;
  environment: NodeJS.ProcessEnv;
}

export const memorySuite: Suite = {
  numbers: "[requests]",
  help: `  Good requests to each service on the runtime that hosts get, by default 1,000,000: reads and updates of data-access,
  GETs of receiver and stress; the seed has no effect. It proves that
  - after ${warmUp * 100} % as many requests, the process's resident memory grows by less than ${percent(mostGrowth)}
    from the first third of the time to the last, by the most that it has in each;
  - what is reachable in its heap grows by less than ${percent(mostGrowth)} over ${warmUp * 100} % more.
`,
  run: async (_seed, [requests = 1_000_000], fail) => {
    const machine = await prepareMachine();
    const generate = await startGenerator(machine);
    const texts: string[] = [];
    for (const subject of await subjectsOn(machine)) {
      const { resident, reachable, sent } = await measure(subject, machine, generate, requests);
      const text =
        `${subject.service} ${subject.socket}: ${sent} requests, ${textOf(resident)} resident, ` +
        `then ${textOf(reachable)} reachable`;
      console.log(text);
      if ([resident, reachable].some(({ early, late }) => late > early * mostGrowth)) fail(text);
      texts.push(text);
    }
    return texts.join("; ");
  },
};

async function subjectsOn(machine: Machine): Promise<Subject[]> {
  const beside = async (program: string) => {
    const { ports } = await startServer(machine, "beside", program);
    return `http://${loopback}:${ports["http"]}`;
  };
  const dataUrl = await beside("bare");
  const receiver = {
    DATA_READ_URL: dataUrl,
    DATA_UPDATE_URL: dataUrl,
    NETWORK_ACL_ID: "acl-0123",
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: await beside("metadata"),
  };
  // In memory, where a sync takes no time: this is not about the disk.
  const dataAccess = { STATE_DIRECTORY: temporaryFolder("/dev/shm") };
  return [
    { service: "data-access", socket: "read", request: get, environment: dataAccess },
    { service: "data-access", socket: "update", request: post, environment: dataAccess },
    { service: "receiver", socket: "http", request: get, environment: receiver },
    { service: "stress", socket: "http", request: get, environment: {} },
  ];
}

/** In bytes. */
interface Growth {
  early: number;
  late: number;
}

/** Resident memory first: a snapshot of the heap adds to it. */
async function measure(
  { service: name, socket, request, environment }: Subject,
  machine: Machine,
  generate: Generator,
  requests: number,
): Promise<{ resident: Growth; reachable: Growth; sent: number }> {
  const folder = temporaryFolder();
  const service = startService(name, await bundle(name), environment, [
    ...machine.measured,
    machine.node,
    "--heapsnapshot-signal=SIGUSR2",
    `--diagnostic-dir=${folder}`,
  ]);
  const port = Number(new URL((await service.urls)[socket] ?? "").port);
  // Over the same connections all the time: a closed one leaves garbage that has grown old.
  const send = async (answers: number) =>
    (await generate(service, { port, request, connections, milliseconds, answers })).answers;
  let sent = await send(requests * warmUp);
  const readings: number[] = [];
  const read = () => readings.push(residentSetOf(service.pid));
  read();
  const timer = setInterval(read, readingEvery);
  sent += await send(requests);
  clearInterval(timer);
  read();
  const third = Math.ceil(readings.length / 3);
  const resident = {
    early: Math.max(...readings.slice(0, third)),
    late: Math.max(...readings.slice(-third)),
  };
  const early = await reachableOf(service, folder);
  sent += await send(requests * warmUp);
  const reachable = { early, late: await reachableOf(service, folder) };
  service.kill("SIGTERM");
  await service.exited;
  return { resident, reachable, sent };
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

const textOf = ({ early, late }: Growth) => `${(early / 1e6).toFixed(1)} to ${(late / 1e6).toFixed(1)} MB`;

function percent(growth: number): string {
  return `${Math.round((growth - 1) * 100)} %`;
}
