/** The live page of a whole local region, in a browser. */
import type { Browser, Page } from "playwright-core";
import { openPage, startBrowser } from "../testing/browser";
import { describeWith } from "../testing/programs";
import { startTestRegion, type TestRegion } from "../testing/region";

describeWith({ chromium: "apt-get install chromium" }, "the live page of a region", () => {
  let region: TestRegion;
  let browser: Browser;
  beforeAll(async () => {
    [region, browser] = await Promise.all([startTestRegion(), startBrowser()]);
  }, 120_000);

  const answer = (page: Page) => page.locator("#panel output");
  const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

  test("an entry removed by a click drops the next request at the wall; restored, it lets it pass", async () => {
    const { page, problems } = await openPage(browser, region.internet);
    await press(page, "Read the number");
    await answer(page).locator("b", { hasText: "200" }).waitFor();

    await press(page, "Remove entry 300 in");
    await page.locator(".wall tr.removed", { hasText: "5000" }).waitFor();
    await press(page, "Read the number");
    const words = page.locator("#board .sentence", { hasText: "Internet → data :5000" });
    const row = page.locator(".wall tr.fatal", { hasText: "deny the rest" });
    await Promise.all([words, row].map(each => each.waitFor({ timeout: 1_000 })));
    await expect(words.innerText()).resolves.toMatch(
      /ingress rule \*, deny all[\s\S]*Rule 300, .* would let it pass, but was removed at \d\d:\d\d\./,
    );
    await answer(page).getByText("No answer: a drop is silence, not refusal.").waitFor();

    await press(page, "Restore entry 300 in");
    await page.locator(".wall tr.removed").waitFor({ state: "detached" });
    await press(page, "Read the number");
    await answer(page).locator("b", { hasText: "200" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("a number written by the load balancer appears on its host, with the flows that carried it", async () => {
    const { page, problems } = await openPage(browser, region.internet);
    await press(page, "Write a number");
    await answer(page).locator("b", { hasText: "200" }).waitFor();
    await page.locator("#board .number", { hasText: "42" }).waitFor();
    await page.locator("#flow-rows tr", { hasText: "data :8080" }).waitFor();
    await page.locator("#flow-rows tr", { hasText: "EC2 API :443" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("the data host's question dies as a reply, with every hop", async () => {
    const { page, problems } = await openPage(browser, region.internet);
    await press(page, "Let the data host ask");
    const drop = page.locator("#drops-list li", { hasText: "data → Internet :80" });
    await drop.getByText("reply").first().waitFor();
    await drop.getByRole("button", { name: "Every hop" }).click();
    await page.locator(".hops .blocks", { hasText: "SUBNET_ACL_RESTRICTION" }).waitFor();
    await press(page, "Ask again now");
    await page.locator(".verdict", { hasText: "Dropped." }).waitFor();
    expect(problems).toEqual([]);
  });

  test("a killed process restarts, a changed capacity is reached, a terminated instance is replaced", async () => {
    const { page, problems } = await openPage(browser, region.internet);
    const { pid } = region.service("receiver-1");
    await page.locator("#board .node", { hasText: "receiver-1" }).click();
    await press(page, "Kill the process");
    await answer(page)
      .getByText(`Killed process ${String(pid)}`)
      .waitFor();

    const places = page.locator("#board .place.node");
    await press(page, "One more");
    await page
      .locator("#fleet-title + select + span", { hasText: "2 of 2 in service" })
      .waitFor({ timeout: 30_000 });
    expect(await places.count()).toBe(2);
    const before = await places.first().locator(".name").innerText();
    await places.first().click();
    await press(page, "Terminate the instance");
    await page
      .locator("#board .place.node .name", { hasText: before.trim() })
      .waitFor({ state: "detached", timeout: 30_000 });
    await page
      .locator("#fleet-title + select + span", { hasText: "2 of 2 in service" })
      .waitFor({ timeout: 30_000 });
    expect(problems).toEqual([]);
  });
});
