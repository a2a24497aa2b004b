/**
 * The live page for everybody: by keyboard, for assistive technology, in light and dark, at three widths, and at many
 * flows a second.
 *
 * UPDATE_PICTURES=1 also writes README's picture, docs/page.png; PICTURES=folder keeps all of them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Snapshot } from "../local/page/events";
import { startBrowser } from "../testing/browser";
import { eventually } from "../testing/eventually";
import { lane } from "../testing/lanes";
import { openFedPage, type PageFeed } from "../testing/page-feed";
import {
  aclId,
  emptySnapshot,
  flow,
  groupDrop,
  keys,
  knockDrop,
  now,
  programSnapshot,
  startingSnapshot,
  withRemoved,
} from "../testing/page-snapshots";
import { storm } from "../testing/page-storm";
import { describeWith } from "../testing/programs";

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

describeWith({ chromium: "apt-get install chromium" }, "the live page for everybody", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });

  const ownLane = () => lane(() => Promise.resolve(browser), 120_000);
  const [accessibility, pictures] = [ownLane(), ownLane()];

  const open = (snapshot?: Snapshot, options?: BrowserContextOptions) =>
    openFedPage(browser, snapshot, options);

  describe("by keyboard alone", () => {
    pictures("the focus reaches everything that can be used, in one round", async () => {
      const { page } = await open();
      const usable =
        "a[href], button:enabled:not([tabindex='-1']), input[type=search], input[type=checkbox], input[type=radio]:checked, select:enabled, summary, [tabindex='0']";
      const expected = await page.evaluate<number>(
        `[...document.querySelectorAll(${JSON.stringify(usable)})].filter(each => each.checkVisibility()).length`,
      );
      const reached = new Set<string>();
      for (let presses = 0; presses < expected + 5; presses++) {
        await page.keyboard.press("Tab");
        reached.add(
          await page.evaluate<string>(
            `(() => { const all = [...document.querySelectorAll(${JSON.stringify(usable)})]; return String(all.indexOf(document.activeElement)); })()`,
          ),
        );
      }
      reached.delete("-1");
      expect(expected).toBeGreaterThan(35);
      expect(reached.size).toBe(expected);
    });

    pictures(
      "Enter on a node goes into its panel, Escape back; tabs by arrow keys; a restored rule keeps the focus",
      async () => {
        const { page, feed } = await open();
        feed.answers = { remove: () => ({ service: "ec2", action: "DeleteNetworkAclEntry", input: {} }) };
        await page.locator("#board .node", { hasText: "receiver-2" }).focus();
        await page.keyboard.press("Enter");
        await page.locator("#panel-act:focus").waitFor();
        await page.keyboard.press("Escape");
        await page.locator("#board .node:focus", { hasText: "receiver-2" }).waitFor();
        await page.locator("#tab-act").focus();
        await page.keyboard.press("ArrowRight");
        await page.locator("#tab-why:focus[aria-selected=true]").waitFor();
        await page.getByRole("button", { name: "Remove entry 300 in" }).focus();
        await page.keyboard.press("Enter");
        await eventually("the page asks to remove it", () => feed.commands.length > 0);
        feed.send("change", { at: now, networkAcls: withRemoved(programSnapshot(), 300) });
        await page.locator("button:focus[aria-label='Restore entry 300 in']").waitFor();
      },
    );
  });

  describe("axe finds nothing serious", () => {
    const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    const states: Record<string, [Snapshot, ((page: Page, feed: PageFeed) => Promise<unknown>)?]> = {
      "in use": [
        programSnapshot(),
        async (page, feed) => {
          feed.send("drop", groupDrop());
          await page.locator(".tip").waitFor();
        },
      ],
      "a node chosen": [
        programSnapshot(),
        page => page.locator("#board .node", { hasText: "receiver-1" }).click(),
      ],
      "the ACL chosen, an entry removed": [
        { ...programSnapshot(), networkAcls: withRemoved(programSnapshot(), 200) },
        page => page.getByRole("button", { name: "Network ACL" }).click(),
      ],
      "asked why": [
        programSnapshot(),
        page => page.getByRole("button", { name: "Every hop" }).first().click(),
      ],
      empty: [emptySnapshot()],
      starting: [startingSnapshot()],
      "no connection": [
        programSnapshot(),
        async (page, feed) => {
          feed.interrupt(true);
          await page.getByRole("alert").waitFor();
        },
      ],
    };
    const looks = [
      { colorScheme: "light", viewport: desktop },
      { colorScheme: "dark", viewport: desktop },
      { colorScheme: "light", viewport: phone },
      { colorScheme: "dark", viewport: phone },
    ] as const;
    for (const [state, [snapshot, reach]] of Object.entries(states))
      accessibility(state, async () => {
        const { page, feed } = await open(snapshot, looks[0]);
        await reach?.(page, feed);
        await page.evaluate(axe);
        for (const { viewport, ...media } of looks) {
          await page.setViewportSize(viewport);
          await page.emulateMedia(media);
          const found = await page.evaluate<{ violations: Violation[] }>(
            "axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
          );
          const named = found.violations.map(({ id, impact, nodes }) => [
            id,
            impact,
            nodes.map(({ html }) => html),
          ]);
          expect({ ...media, ...viewport, named }).toEqual({ ...media, ...viewport, named: [] });
        }
      });
  });

  describe("pictures", () => {
    const folder = process.env["PICTURES"];
    const views: [name: string, size: typeof desktop, Snapshot][] = [
      ["1440", desktop, programSnapshot()],
      ["1024", { width: 1024, height: 1200 }, programSnapshot()],
      ["390", phone, programSnapshot()],
      ["1440-empty", desktop, emptySnapshot()],
      ["1440-starting", desktop, startingSnapshot()],
      ["1440-twenty", desktop, programSnapshot({ receivers: 20 })],
      ["390-twenty", phone, programSnapshot({ receivers: 20 })],
      ["1440-fifth", { width: 1440, height: 1000 }, programSnapshot({ withFifthSubnet: true })],
    ];
    for (const [name, viewport, snapshot] of views)
      pictures(`${name}: nothing is wider than the window`, async () => {
        const { page, feed } = await open(snapshot, { viewport });
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          if (snapshot.flows.length > 0) await showSomeLife(page, feed);
          if (folder !== undefined)
            await page.screenshot({
              path: join(folder, `${name}-${colorScheme}.png`),
              fullPage: viewport === phone,
            });
          if (name === "1440" && colorScheme === "light" && process.env["UPDATE_PICTURES"] === "1")
            await page.screenshot({ path: join(__dirname, "..", "docs", "page.png") });
          expect(
            await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
          ).toBeLessThanOrEqual(0);
        }
      });
  });

  // Alone: it is about frames. `npm run endurance -- page` does it for as long as you like.
  test("20 s of 300 flows a second neither freeze it nor fill its memory", async () => {
    const { early, late, frameGaps, totals, problems } = await storm(browser, 20_000);
    expect(totals).toMatch(/[23]\d\d\s+flows a second|flows a second\s+[23]\d\d/);
    expect(frameGaps.busy).toBeLessThan(4 * frameGaps.idle);
    expect(late.heap).toBeLessThan(1.2 * early.heap);
    expect(late.nodes).toBeLessThan(1.2 * early.nodes);
    expect(problems).toEqual([]);
  }, 120_000);
});

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

const readFlow = (count: number) =>
  flow("internet", keys.data, 5000, [`${aclId}/ingress/300`, "sgr-data-access-in-read"], count);

async function showSomeLife(page: Page, feed: PageFeed): Promise<void> {
  feed.send("flows", { at: now, flows: [readFlow(1), flow("internet", keys.receiverLb, 80, [], 1)] });
  feed.send("drop", knockDrop());
  await page.locator(".wall tr.fatal").waitFor();
  await page.locator(".wires .wire.on").first().waitFor({ state: "attached" });
}
