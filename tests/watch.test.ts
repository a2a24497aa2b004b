/** `npm start -- --watch`: what an edit under apps/ does, in a copy of the project, to a running region under load. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyOfProject, start, startedIn, type Command } from "../testing/cli";
import { answerTo } from "../testing/client";
import { eventually } from "../testing/eventually";
import { count, under } from "../testing/load";

jest.setTimeout(180_000);

let project: string;
let region: Command;
let urls: { receivers: string; fleet: string; internet: string };
beforeAll(async () => {
  project = copyOfProject();
  region = start(project, ["--watch"]);
  await region.says(/ready after/);
  const { internet, outputs } = startedIn(project);
  urls = { receivers: outputs.receiverLoadBalancerUrl, fleet: outputs.fleetLoadBalancerUrl, internet };
}, 180_000);

function edit(path: string, change: (text: string) => string): void {
  const file = join(project, path);
  const before = readFileSync(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`the edit of ${path} changes nothing`);
  writeFileSync(file, after);
}

/** What it has said since `work` began, once that matches. */
async function saidAfter(work: () => void, pattern: RegExp): Promise<string> {
  const before = region.stdout().length;
  work();
  const since = () => region.stdout().slice(before);
  await eventually(`it says ${String(pattern)}`, () => pattern.test(since()), 120_000);
  return since();
}

const through = () => ({ through: urls.internet });

test("an edited receiver is shipped to one after the other, and no request is lost", async () => {
  let said = "";
  const sent = await under(urls.receivers, { perSecond: 50, ...through() }, async () => {
    said = await saidAfter(
      () =>
        edit("apps/receiver/app.ts", text =>
          text.replace("server_ip_address: address", "server_address: address"),
        ),
      /receiver-\d: done in [^]*receiver-\d: done in /,
    );
  });
  expect(count(sent)).toEqual({ "200": sent.length });
  expect(said.match(/(shipping to|done in)/g)).toEqual(["shipping to", "done in", "shipping to", "done in"]);
  expect(said).not.toMatch(/data-access|stress/);
  for (let turn = 0; turn < 4; turn++)
    expect((await answerTo(urls.receivers, through())).json).toHaveProperty("server_address");
});

test("a syntax error says where, and nothing changes", async () => {
  const broken = "\nconst broken = ;\n";
  const said = await saidAfter(
    () => edit("apps/receiver/main.ts", text => text + broken),
    /apps\/receiver\/main\.ts:\d+:\d+: ERROR: Unexpected ";"/,
  );
  expect(said).not.toContain("shipping");
  expect(await answerTo(urls.receivers, through())).toMatchObject({ status: 200 });
  await saidAfter(
    () => edit("apps/receiver/main.ts", text => text.replace(broken, "")),
    /changed, and no release/,
  );
});

test("a release that never gets healthy says why, and the one before goes on", async () => {
  const failing = "\nthrow new Error('out of order');\n";
  const said = await saidAfter(
    () => edit("apps/data-access/main.ts", text => text + failing),
    /data-access release \w+ failed[^]*out of order/,
  );
  expect(said).toMatch(/release \w{12} runs again/);
  expect(await answerTo(urls.receivers, through())).toMatchObject({ status: 200 });
  await saidAfter(
    () => edit("apps/data-access/main.ts", text => text.replace(failing, "")),
    /changed, and no release/,
  );
});

test("an edited stress service bakes an image and rolls the fleet, and no request is lost", async () => {
  const sent = await under(urls.fleet, { perSecond: 20, ...through() }, async () => {
    const said = await saidAfter(
      () => edit("apps/stress/app.ts", text => text.replace('"success"', '"rolled"')),
      /rolled in [\d.]+ s/,
    );
    expect(said).toMatch(/shipping to stress[^]*baking a new image[^]*rolling fleet/);
  });
  expect(count(sent)).toEqual({ "200": sent.length });
  expect((await answerTo(urls.fleet, { ...through(), method: "POST" })).json).toEqual({ status: "rolled" });
});

test("an edit of the declaration says that it needs a new start, and Ctrl-C amid a round ends cleanly", async () => {
  const said = await saidAfter(
    () => edit("infra/host.ts", text => `${text}\n`),
    /infra\/host\.ts changed: that needs a new start/,
  );
  expect(said).not.toContain("shipping");
  await saidAfter(
    () =>
      edit("apps/receiver/app.ts", text =>
        text.replace("server_address: address", "public_address: address"),
      ),
    /shipping to/,
  );
  region.kill("SIGINT");
  expect(await region.ended).toBe(0);
  expect(region.stderr()).toBe("");
});
