/**
 * The live page in a browser: what it shows of events that the tests send it, and what its controls ask the region for.
 */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Snapshot } from "../local/page/events";
import { openPage, startBrowser } from "../testing/browser";
import { eventually } from "../testing/eventually";
import { openFedPage, pageFeed } from "../testing/page-feed";
import {
  aclId,
  emptySnapshot,
  flow,
  groupDrop,
  groupName,
  keys,
  knockDrop,
  now,
  programSnapshot,
  replyDrop,
  startingSnapshot,
  withRemoved,
} from "../testing/page-snapshots";
import { describeWith } from "../testing/programs";

describeWith({ chromium: "apt-get install chromium" }, "the live page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });

  const open = (snapshot?: Snapshot, options?: BrowserContextOptions) =>
    openFedPage(browser, snapshot, options);

  test("is small, paints at once, asks nobody else and has no error", async () => {
    const feed = await pageFeed(programSnapshot());
    const { page, problems } = await openPage(browser, feed.url);
    const paints: number[] = [];
    for (let visit = 0; visit < 3; visit++) {
      await page.reload();
      paints.push(
        await eventually("it has painted", () =>
          page.evaluate<number | undefined>(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime",
          ),
        ),
      );
    }
    // The quickest: the machine may be busy.
    expect(Math.min(...paints)).toBeLessThan(500);
    const sizes = await Promise.all(
      ["/", "/page.js", "/page.css"].map(async path => {
        const answer = await fetch(feed.url + path, { headers: { accept: "text/html" } });
        return (await answer.arrayBuffer()).byteLength;
      }),
    );
    expect(Math.min(...sizes)).toBeGreaterThan(1_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(150_000);
    expect(problems).toEqual([]);
  });

  describe("the map", () => {
    test("shows every node, wall and wire of the program", async () => {
      const { page } = await open();
      const names = await page.locator("#board .node .name").allInnerTexts();
      expect(names.map(name => name.trim()).sort()).toEqual(
        [
          ...[
            "EC2 API",
            "Internet",
            "Operator",
            "data",
            "fleet-lb",
            "receiver-1",
            "receiver-2",
            "receiver-lb",
          ],
          ...["stress", "i-…e523", "i-…d3f8", "i-…0b1e"],
        ].sort(),
      );
      await expect(page.locator("#board .wall tbody").first().innerText()).resolves.toMatch(
        /100\s+22\s+any[\s\S]*200\s+8080\s+10\.0\.2\.0\/24[\s\S]*300\s+5000\s+any[\s\S]*deny the rest/,
      );
      // To two load balancers, two receivers and three instances; to the data host's two ports from each receiver and to
      // one from outside; from each receiver to the API; and the image.
      expect(await page.locator(".wires .wire").count()).toBe(2 + 2 + 3 + 4 + 1 + 2 + 1);
    });

    test("without the hint it looks the same", async () => {
      const { page } = await open(programSnapshot({ withoutHint: true }));
      const hinted = await open();
      const boxes = (of: Page) =>
        of
          .locator("#board .node")
          .evaluateAll("nodes => nodes.map(node => [node.innerText, node.getBoundingClientRect().x])");
      expect(await boxes(page)).toEqual(await boxes(hinted.page));
    });

    test("draws three of twenty receivers, and one wire for all", async () => {
      const { page } = await open(programSnapshot({ receivers: 20 }));
      expect(await page.locator("#board .node", { hasText: /receiver-\d/ }).count()).toBe(3);
      await page.getByRole("button", { name: "+17 more" }).click();
      expect(await page.locator("#panel-act li").count()).toBe(20);
      await page.locator("#panel-act button", { hasText: "receiver-17" }).click();
      await page.locator("#tab-act", { hasText: "receiver-17" }).waitFor();
      expect(await page.locator(".wires .wire").count()).toBe(2 + 1 + 3 + 2 + 1 + 1 + 1);
    });

    test("draws a subnet that the hint doesn't know, inside the VPC's border", async () => {
      const { page } = await open(programSnapshot({ withFifthSubnet: true }));
      const reports = await boxOf(page, ".others .tier");
      const vpc = await boxOf(page, "#board .vpc");
      expect(reports.bottom).toBeLessThan(vpc.bottom);
      expect(reports.left).toBeGreaterThan(vpc.left);
      await expect(page.locator(".others").innerText()).resolves.toMatch(/reports subnet[\s\S]*reporter/);
    });

    test("says of an empty region how to fill it", async () => {
      const { page, feed } = await open(emptySnapshot());
      await page.getByText(`by AWS’s API at ${feed.url} appears here`).waitFor();
      await page.getByText("There is no Auto Scaling group.").waitFor();
      feed.send("change", programSnapshot());
      await page.locator("#board .node", { hasText: "receiver-1" }).waitFor();
    });

    test("shows a start's progress, and what is not ready", async () => {
      const { page } = await open(startingSnapshot());
      await expect(page.locator("#totals").innerText()).resolves.toContain("31");
      await page.getByText("of 67 resources").waitFor();
      expect(await page.locator("#board .node.unmade").count()).toBe(4);
    });

    test("takes names as text", async () => {
      const snapshot = programSnapshot();
      const hostile = "<img src=x onerror=document.title='hacked'>";
      for (const node of snapshot.nodes) if (node.key === keys.stress) node.name = hostile;
      const { page } = await open(snapshot);
      await page.locator("#board .node", { hasText: hostile }).click();
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.title()).toBe("Elastic Fleet: local region");
    });
  });

  describe("what happens", () => {
    test("a drop at the ACL is at its row, under the wall and in the list, and spoken", async () => {
      const { page, feed } = await open({ ...programSnapshot(), drops: [] });
      feed.send("drop", knockDrop());
      await page.locator(".wall tr.fatal", { hasText: "deny the rest" }).waitFor();
      const words = /Internet → data :8080[\s\S]*ingress rule \*, deny all[\s\S]*Nearest: rule 200/;
      await expect(page.locator("#board .sentence").innerText()).resolves.toMatch(words);
      await expect(page.locator("#drops-list li").innerText()).resolves.toMatch(words);
      await expect(page.locator("#announcement").innerText()).resolves.toMatch(
        /Dropped: Internet to data port 8080[\s\S]*Nearest/,
      );
      for (let times = 0; times < 3; times++) feed.send("drop", knockDrop());
      await page.locator("#drops-list", { hasText: "4 times" }).waitFor();
      expect(await page.locator("#drops-list li").count()).toBe(1);
      expect(await page.locator(".wires .wire.dying").count()).toBe(1);
    });

    test("a drop at a group is at the instance, with its reason", async () => {
      const { page, feed } = await open({ ...programSnapshot(), drops: [] });
      feed.send("drop", groupDrop());
      await page.locator("#board .tip", { hasText: "by security group stress" }).waitFor();
      await page.locator("#board .node", { hasText: "e523" }).locator(".badge", { hasText: "✕ 1" }).waitFor();
    });

    test("a dead reply goes out first", async () => {
      const { page, feed } = await open({ ...programSnapshot(), drops: [] });
      feed.send("drop", replyDrop());
      await page.locator(".pulse").first().waitFor({ state: "attached" });
      await page.locator("#board .sentence", { hasText: "The reply was dropped" }).waitFor();
    });

    test("flows count in place, colour their wires and let the entry's row light up", async () => {
      const { page, feed } = await open();
      const row = page.locator("#flow-rows tr", { hasText: "data :5000" });
      await expect(row.innerText()).resolves.toContain("421");
      feed.send("flows", { at: now, flows: [readFlow(9)] });
      await page.locator(".wall tr.passing", { hasText: "5000" }).waitFor();
      await row.locator("td", { hasText: /^430$/ }).waitFor();
      await page.locator(".wires .wire.on").first().waitFor({ state: "attached" });
    });

    test("the table filters by text, verdict and health checks", async () => {
      const { page } = await open();
      const rows = page.locator("#flow-rows tr");
      expect(await rows.count()).toBe(9);
      await page.getByLabel("health checks").check();
      expect(await rows.count()).toBe(10);
      await page.getByRole("radio", { name: "dropped" }).check();
      expect(await rows.count()).toBe(3);
      await page.getByRole("searchbox").fill("8080");
      expect(await rows.count()).toBe(2);
      await page.getByRole("searchbox").fill("no such flow");
      await page.getByText("No flow is like this.").waitFor();
    });

    test("with reduced motion nothing travels, and the cross is there at once", async () => {
      const { page, feed } = await open(programSnapshot(), { reducedMotion: "reduce" });
      feed.send("flows", { at: now, flows: [readFlow(1)] });
      feed.send("drop", knockDrop());
      await page.locator(".wires .cross").waitFor({ state: "attached" });
      expect(await page.locator(".pulse").count()).toBe(0);
    });

    test("the fleet's minutes, steps and causes", async () => {
      const { page, feed } = await open();
      await page.getByRole("img", { name: "3 of 3 minutes" }).waitFor();
      await page
        .getByRole("img", { name: /Mean CPU of the fleet \d+ percent, target 50; desired 3, in service 3/ })
        .waitFor();
      const [group] = programSnapshot().autoScalingGroups;
      if (!group) throw new Error("the snapshot has no group");
      feed.send("change", { at: now, autoScalingGroups: [{ ...group, desiredCapacity: 2 }] });
      await page.locator("#announcement", { hasText: "Desired capacity of fleet is now 2." }).waitFor();
      await page.locator("#fleet details summary").first().click();
      await page.getByText("changing the desired capacity from 2 to 3").waitFor();
    });
  });

  test("each control asks for what it says", async () => {
    const { page, feed } = await open();
    const done = {
      service: "ec2",
      action: "DeleteNetworkAclEntry",
      input: { RuleNumber: 200, Egress: false },
    };
    feed.answers = {
      send: () => ({ outcome: "answered", status: 200, body: "5755", truncated: false, milliseconds: 3 }),
      load: () => ({ statuses: { "200": 10 }, milliseconds: 40 }),
      kill: () => ({ pids: [4711] }),
      knock: () => ({ verdict: "allowed", milliseconds: 1 }),
      ...{ remove: () => done, restore: () => done, stop: () => done, terminate: () => done },
      ...{ setDesiredCapacity: () => done, restoreAll: () => ({ actions: [done] }) },
    };
    const asked = async (name: string, body: unknown) => {
      await eventually(`the page asks to ${name}`, () => feed.commands.length > 0);
      expect(feed.commands.splice(0)).toEqual([{ name, body }]);
    };
    const press = (name: string | RegExp) =>
      page.getByRole("button", { name, exact: typeof name === "string" }).click();
    const node = (name: string) => page.locator("#board .node", { hasText: name }).click();
    const get = { method: "GET", path: "/" };

    await press("Read the number");
    await asked("send", { from: "internet", to: keys.data, port: 5000, ...get });
    await page.locator("#panel output", { hasText: "200 5755" }).waitFor();
    await press("Load the fleet");
    await asked("load", { to: keys.fleetLb, count: 10 });
    await page.locator("#panel output", { hasText: "10 times 200" }).waitFor();
    await press("One fewer");
    await asked("setDesiredCapacity", { autoScalingGroupName: groupName, desiredCapacity: 2 });
    await press("Remove entry 200 in");
    await asked("remove", { rule: `${aclId}/ingress/200` });
    await page.getByText("aws ec2 delete-network-acl-entry --rule-number 200 --no-egress").waitFor();
    feed.send("change", { at: now, networkAcls: withRemoved(programSnapshot(), 200) });
    await page.locator(".wall tr.removed", { hasText: "200" }).waitFor();
    await press("Restore entry 200 in");
    await asked("restore", { rule: `${aclId}/ingress/200` });
    await press("Restore all");
    await asked("restoreAll", {});

    await node("receiver-1");
    await press("Kill the process");
    await asked("kill", { node: keys.receiver(1) });
    await press("Stop the instance");
    await asked("stop", { instanceId: keys.receiver(1) });
    await press("remove rule receiver-out-read");
    await asked("remove", { rule: "sgr-receiver-out-read" });
    await node("e523");
    await press("Terminate the instance");
    await asked("terminate", { instanceId: keys.fleet[0] });
    await node("fleet-lb");
    await press("POST 10 numbers");
    await asked("load", { to: keys.fleetLb, count: 10 });
    await node("Operator");
    await page.getByLabel("knock at").selectOption("data");
    await press("Knock");
    await asked("knock", { from: "operator", to: keys.data, port: 22 });
    await page.getByText("Open: it gets there").waitFor();
    await node("Internet");
    await page.getByLabel("method").selectOption("POST");
    await page.locator("#panel-act").getByLabel("to").fill("data");
    await page.locator("#panel-act").getByLabel("port").fill("8080");
    await page.getByLabel("body, JSON").fill('{"num": 3}');
    await press("Send");
    await asked("send", {
      from: "internet",
      to: keys.data,
      port: 8080,
      method: "POST",
      path: "/",
      body: '{"num": 3}',
    });
    await page.locator("#panel-act").getByLabel("to").fill("10.0.2.10");
    await page.getByLabel("method").selectOption("GET");
    await press("Send");
    await asked("send", { from: "internet", to: "10.0.2.10", port: 8080, ...get });
  });

  test("what the region refuses is shown in its words", async () => {
    const { page } = await open();
    await page.getByRole("button", { name: "Read the number" }).click();
    await page.getByText("UnsupportedOperation: the test has no answer to this").waitFor();
  });

  test("ask why shows every judgement, now or as it was then", async () => {
    const { page, feed } = await open();
    const { hops } = knockDrop();
    feed.why = {
      ...{ at: now, from: "internet", to: keys.data, address: "203.0.113.110", port: 8080 },
      verdict: "dropped",
      hops,
    };
    await page.getByRole("button", { name: "Every hop" }).first().click();
    await page.getByText("As judged at 09:42.").waitFor();
    await page.getByText("Two things are in its way.").waitFor();
    expect(await page.locator(".hops li").count()).toBe(6);
    await expect(page.locator(".hops .blocks").last().innerText()).resolves.toMatch(
      /Would stop it too:[\s\S]*ENI_SG_RULES_MISMATCH/,
    );
    await page.getByRole("button", { name: "Ask again now" }).click();
    await page.getByText("As judged at").waitFor({ state: "detached" });
    feed.why = { ...feed.why, verdict: "allowed", hops: hops.filter(({ passed }) => passed) };
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByText("✓ It gets there, and its reply comes back.").waitFor();
  });

  test("a lost connection says so, disables what acts, and recovers by itself", async () => {
    const { page, feed } = await open();
    feed.interrupt(true);
    const banner = page.getByRole("alert");
    await banner.getByText(/The region has not answered for \d+ s\. What you see is of 09:44\./).waitFor();
    await page.locator("#connection", { hasText: "no connection" }).waitFor();
    const acting = page.locator("button[data-acts]");
    expect(await acting.count()).toBeGreaterThan(10);
    expect(await page.locator("button[data-acts]:enabled").count()).toBe(0);
    expect(await page.locator("#board .node").count()).toBe(12);
    feed.snapshot = { ...programSnapshot(), storedNumber: 42 };
    feed.interrupt(false);
    await page.locator("#board .number", { hasText: "42" }).waitFor();
    await banner.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Read the number" }).isEnabled();
    expect(await page.locator("button[data-acts]:disabled").count()).toBe(1); // one more than the group's maximum
  });

  test("Try now tries at once", async () => {
    const { page, feed } = await open();
    feed.interrupt(true);
    await page.getByRole("alert").waitFor();
    feed.interrupt(false);
    await page.getByRole("button", { name: "Try now" }).click();
    await page.getByRole("alert").waitFor({ state: "hidden" });
  });
});

const readFlow = (count: number) =>
  flow("internet", keys.data, 5000, [`${aclId}/ingress/300`, "sgr-data-access-in-read"], count);

async function boxOf(page: Page, selector: string): Promise<{ left: number; bottom: number }> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not shown`);
  return { left: box.x, bottom: box.y + box.height };
}
