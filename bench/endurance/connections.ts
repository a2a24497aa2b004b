/** Many connections that send nothing, or hardly anything. */
import { readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { keepAlive } from "../../apps/common/server";
import { answerTo } from "../../testing/client";
import { eventually } from "../../testing/eventually";
import { temporaryFolder } from "../../testing/folders";
import { connect } from "../../testing/servers";
import { bundle, startService } from "../../testing/services";
import type { Suite } from "./suite";

/** In ms: Node looks for late requests every 30 s. */
const patience = keepAlive.headersTimeout + 30_000 + 10_000;
/** In ms, of others' requests meanwhile. */
const mostLatency = 1_000;

export const connectionsSuite: Suite = {
  numbers: "[connections]",
  help: `  Connections to data-access that send nothing, half a request, or one byte of it every few seconds, by default 1,000;
  the seed has no effect. Takes two minutes. It proves that
  - others are served meanwhile;
  - those that have begun a request are closed by the time-out for it, and every file descriptor comes back.
`,
  run: async (_seed, [count = 1_000], fail) => {
    const STATE_DIRECTORY = temporaryFolder();
    const service = startService("data-access", await bundle("data-access"), {
      STATE_DIRECTORY,
      LOG_LEVEL: "fatal",
    });
    const { read = "" } = await service.urls;
    await answerTo(read);
    const descriptors = () => readdirSync(`/proc/${service.pid}/fd`).length;
    const before = descriptors();

    const port = Number(new URL(read).port);
    const closed = { idle: 0, "half a request": 0, trickling: 0 };
    const opened = Array.from({ length: count }, (_each, index) => {
      const kinds = Object.keys(closed) as (keyof typeof closed)[];
      const kind = kinds[index % kinds.length] ?? "idle";
      const socket = connect(port);
      socket.resume().on("close", () => closed[kind]++);
      if (kind !== "idle") socket.write("GET / HTTP/1.1\r\nHost: ");
      return { kind, socket };
    });
    await eventually("all are accepted", () => descriptors() >= before + count, 60_000);

    let longest = 0;
    const expected = opened.filter(({ kind }) => kind !== "idle").length;
    const begin = performance.now();
    while (closed["half a request"] + closed.trickling < expected && performance.now() < begin + patience) {
      for (const { kind, socket } of opened) if (kind === "trickling" && socket.writable) socket.write("h");
      const asked = performance.now();
      await answerTo(read);
      longest = Math.max(longest, performance.now() - asked);
      await delay(2_000);
    }
    const took = (performance.now() - begin) / 1000;
    const late = expected - closed["half a request"] - closed.trickling;
    if (late > 0) fail(`${late} unfinished requests are still open after ${took.toFixed(0)} s`);
    if (longest > mostLatency) fail(`another request took ${longest.toFixed(0)} ms`);
    for (const { socket } of opened) socket.destroy();
    await eventually("the descriptors are back", () => descriptors() <= before).catch(() =>
      fail(`${descriptors()} descriptors are open, ${before} before`),
    );
    return (
      `${count} connections, unfinished ones closed within ${took.toFixed(0)} s, ${closed.idle} idle ones closed; ` +
      `the longest answer to others took ${longest.toFixed(0)} ms; ${before} descriptors before, ${descriptors()} after`
    );
  },
};
