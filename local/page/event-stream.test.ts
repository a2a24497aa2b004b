import { once } from "node:events";
import http from "node:http";
import { connect, head, listenHttp } from "../../testing/servers";
import { eventually } from "../../testing/eventually";
import { PageClient } from "../../testing/page";
import type { Snapshot } from "./events";
import { backlogLimit, EventStream } from "./event-stream";

async function setUp() {
  const watched: boolean[] = [];
  let at = 0;
  const snapshot = () => ({ at: at++ }) as Snapshot;
  const stream = new EventStream({ snapshot, onListening: listening => watched.push(listening) });
  const responses: http.ServerResponse[] = [];
  const { port, url } = await listenHttp((_req, res) => {
    responses.push(res);
    stream.add(res);
  });
  return { stream, watched, responses, port, url };
}

const bulk = (size: number) => ({ at: 1, outputs: { bulk: "x".repeat(size) } });

test("starts with a snapshot, then sends what happens, to all pages", async () => {
  const { stream, url } = await setUp();
  const pages = [await PageClient.open(url), await PageClient.open(url)];
  stream.send("clock", { at: 60_000 });
  for (const page of pages) {
    expect(await page.first("clock")).toEqual({ at: 60_000 });
    expect(page.events.map(({ name }) => name)).toEqual(["snapshot", "clock"]);
    expect(page.response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  }
});

test("tells when the first page comes and when the last goes", async () => {
  const { watched, url } = await setUp();
  const pages = [await PageClient.open(url), await PageClient.open(url)];
  expect(watched).toEqual([true]);
  for (const page of pages) page.close();
  await eventually("the last has gone", () => watched.length === 2);
  expect(watched).toEqual([true, false]);
});

test("a page that doesn't read has a bounded backlog, and gets a new snapshot once it reads", async () => {
  const { stream, responses, port, url } = await setUp();
  const quick = await PageClient.open(url);
  const slow = connect(port);
  let received = "";
  slow.setEncoding("latin1");
  slow.write(head("GET / HTTP/1.1", "Host: x"));
  slow.pause();
  const [, response] = await eventually("both are there", () =>
    responses.length === 2 ? responses : undefined,
  );
  // Far more than the kernel's buffers hold.
  const size = 64 * 1024;
  let largest = 0;
  for (let sent = 0; sent < 400; sent++) {
    stream.send("change", bulk(size));
    largest = Math.max(largest, response?.writableLength ?? 0);
    await eventually("the quick page has it", () => quick.all("change").length > sent);
  }
  expect(largest).toBeGreaterThan(backlogLimit / 2);
  expect(largest).toBeLessThan(backlogLimit + 2 * size);

  slow.on("data", (text: string) => (received += text));
  slow.resume();
  const snapshots = () => received.match(/event: snapshot/g)?.length ?? 0;
  await eventually("it gets a new snapshot", () => snapshots() === 2);
  expect(received.match(/event: change/g)?.length).toBeLessThan(400);
  stream.send("clock", { at: 2 });
  await eventually("it follows again", () => received.includes("event: clock"));
  expect(snapshots()).toBe(2);
});

test("a page that has gone is forgotten", async () => {
  const { stream, responses, url } = await setUp();
  const page = await PageClient.open(url);
  const gone = Promise.all(responses.map(response => once(response, "close")));
  page.close();
  await gone;
  expect(stream.listeners).toBe(0);
});
