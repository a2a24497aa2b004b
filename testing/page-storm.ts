/** A live page that is told of many flows: what becomes of its frames and of its memory. */
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import type { FlowCount } from "../local/page/events";
import { openFedPage } from "./page-feed";
import { aclId, flow, keys, knockDrop, now } from "./page-snapshots";

/** After a garbage collection. */
interface Memory {
  /** In bytes. */
  heap: number;
  /** Of the document. */
  nodes: number;
}

export interface Storm {
  /** Ten seconds after its begin, and at its end. */
  early: Memory;
  late: Memory;
  /** Ninetieth percentiles of the time between frames, in ms: of this page, and of an idle one at the same moment. */
  frameGaps: { busy: number; idle: number };
  /** What the page's header says at the end. */
  totals: string;
  /** As of OpenPage. */
  problems: string[];
}

/** Sends a page 300 flows a second, and a drop in every quarter of one, for so many milliseconds. */
export async function storm(browser: Browser, milliseconds: number): Promise<Storm> {
  const { page, feed, problems } = await openFedPage(browser);
  const session = await page.context().newCDPSession(page);
  const memory = async (): Promise<Memory> => {
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize: heap } = await session.send("Runtime.getHeapUsage");
    const { nodes } = await session.send("Memory.getDOMCounters");
    return { heap, nodes };
  };
  const { page: idlePage } = await openFedPage(browser);
  const quarters = setInterval(() => {
    feed.send("flows", { at: now, flows: aQuarterSecond() });
    feed.send("drop", knockDrop());
  }, 250);
  const end = performance.now() + milliseconds;
  try {
    await delay(10_000);
    const early = await memory();
    // At the same time, for the machine may be busy with something else.
    const [busy, idle] = await Promise.all([frameGap(page), frameGap(idlePage)]);
    await idlePage.close();
    await delay(end - performance.now());
    const late = await memory();
    const totals = await page.locator("#totals").innerText();
    return { early, late, frameGaps: { busy, idle }, totals, problems };
  } finally {
    clearInterval(quarters);
  }
}

/** 75 flows of the program's usual ways. */
function aQuarterSecond(): FlowCount[] {
  const entry = (number: number) => [`${aclId}/ingress/${number}`];
  return [
    flow("internet", keys.receiverLb, 80, [], 15),
    ...[1, 2].flatMap(number => [
      flow(keys.receiverLb, keys.receiver(number), 8080, [], 7),
      flow(keys.receiver(number), keys.data, 5000, entry(300), 5),
      flow(keys.receiver(number), keys.data, 8080, entry(200), 2),
    ]),
    flow("internet", keys.data, 5000, entry(300), 10),
    flow("internet", keys.fleetLb, 80, [], 10),
    ...keys.fleet.map(key => flow(keys.fleetLb, key, 8080, [], 4)),
  ];
}

/** The ninetieth percentile of the time between frames, in ms, over five seconds. */
function frameGap(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise(resolve => {
    const gaps = [];
    let last = performance.now();
    const end = last + 5000;
    const frame = now => {
      gaps.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(frame);
      else resolve(gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.9)]);
    };
    requestAnimationFrame(frame);
  })`);
}
