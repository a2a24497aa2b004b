/** Chromium, headless; `cleanUp` closes it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { onCleanUp } from "./clean-up";
import { temporaryFolder } from "./folders";
import { programPath } from "./programs";

export async function startBrowser(): Promise<Browser> {
  const executablePath = programPath("chromium");
  if (executablePath === undefined) throw new Error("chromium is not in PATH");
  const browser = await chromium.launch({
    executablePath: unprivileged(executablePath),
    args: ["--no-sandbox"],
  });
  onCleanUp(() => browser.close());
  return browser;
}

/** As root, Chromium would put itself before all other processes, and what else the tests do would starve. */
function unprivileged(program: string): string {
  if (process.getuid?.() !== 0 || programPath("setpriv") === undefined) return program;
  const launcher = join(temporaryFolder(), "chromium");
  writeFileSync(launcher, `#!/bin/sh\nexec setpriv --bounding-set=-sys_nice '${program}' "$@"\n`, {
    mode: 0o755,
  });
  return launcher;
}

export interface OpenPage {
  page: Page;
  /** Errors on its console, uncaught ones, and requests to another origin. */
  problems: string[];
}

/** Opens the live page, and waits until it shows what the region holds. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  onCleanUp(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", error => problems.push(error.stack ?? error.message));
  page.on("console", message => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("request", request => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== new URL(url).origin && protocol !== "data:") problems.push(`asks ${request.url()}`);
  });
  await page.goto(url);
  await page.locator("#connection", { hasText: "live" }).waitFor();
  await page.locator("#board .node").first().waitFor();
  // Borders and wires are drawn in the frame after the nodes, and again once those have their size.
  await page.evaluate(
    "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))",
  );
  return { page, problems };
}
