/** What clients see of a service that is killed while they use it; the local region has to show the same. */
import { once } from "node:events";
import { connect } from "node:net";
import { ports } from "../../apps/ports";
import { answerTo } from "../../testing/client";
import { eventually } from "../../testing/eventually";
import { killed, lost, unexplained, type Kill } from "../../testing/kills";
import { under } from "../../testing/load";
import { DebianHost } from "./debian-host";
import { ship } from "./shipping";

const { read, update } = ports["data-access"];
const program = /data-access\/releases\/\S+\/main\.js/;
let host: DebianHost;
let url: string;
beforeAll(async () => {
  host = await DebianHost.create("crashing", 71);
  await host.boot();
  await ship(host);
  url = `http://${host.address}:${read}/`;
});
afterAll(() => host.remove());

/** Kills the service; resolves once its next process runs. */
async function crash(): Promise<Kill> {
  const [pid] = host.processes(program);
  if (pid === undefined) throw new Error("the service does not run");
  const kill = await killed(pid);
  await eventually("another process runs", () => host.processes(program).length > 0);
  return { ...kill, back: performance.now() };
}

const answers = () => answerTo(url, { patience: 20_000 });

async function crashing(connections?: number) {
  const kills: Kill[] = [];
  const sent = await under(url, { perSecond: 200, connections }, async () => {
    for (let time = 0; time < 3; time++) {
      await answers();
      kills.push(await crash());
    }
  });
  return { sent, kills };
}

test.each([
  ["new", undefined],
  ["kept-alive", 20],
])(
  "over %s connections only requests in flight are lost, by a reset: the others wait",
  async (_which, connections) => {
    const { sent, kills } = await crashing(connections);
    expect(unexplained(sent, kills)).toEqual([]);
    expect(lost(sent).filter(({ outcome }) => outcome !== "reset")).toEqual([]);
    // For the unit's second, at least half of those that came in it.
    expect(sent.filter(({ begin, end }) => end - begin > 500).length).toBeGreaterThan(100 * kills.length);
  },
);

test("a request in flight is lost", async () => {
  const socket = connect(update, host.address);
  const closed = new Promise(resolve => socket.on("error", resolve).on("end", resolve));
  await once(socket, "connect");
  socket.write(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
  );
  await once(socket, "data");
  await crash();
  await closed;
  socket.destroy();
});

test("however often the service dies, its sockets stay open", async () => {
  await crash();
  const waiting = answers();
  for (let time = 0; time < 6; time++) await crash(); // systemd's default limit is five starts in ten seconds
  await waiting;
  expect(await host.run("systemctl is-active data-access.service data-access-read.socket")).toBe(
    "active\nactive\n",
  );
});
