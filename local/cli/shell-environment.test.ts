import { execFileSync } from "node:child_process";
import { readShellEnvironment, shellEnvironment } from "./shell-environment";

/** Variables as a shell has them after sourcing the file. */
function variables(environment: string, names: string[]): string[] {
  const print = names.map(name => `printf '%s\\0' "$${name}"`).join("\n");
  const env = { AWS_PROFILE: "work", AWS_SESSION_TOKEN: "theirs", AWS_REGION: "eu-west-1" };
  const shown = execFileSync("sh", ["-euc", `${environment}\n${print}`], { env, encoding: "utf8" });
  return shown.split("\0").slice(0, -1);
}

const internetUrl = "http://127.0.0.1:4001";
const running = { internetUrl, regionName: "us-east-1", speed: 120 };

test("names the proxy and each output that is a public text, whatever is in it", () => {
  const value = `a 'quoted' "$(text)"\n\\ !`;
  const environment = shellEnvironment(running, {
    text: { secret: false, value },
    hosts: { secret: false, value: {} },
    sshPrivateKey: { secret: true, value: "the key" },
  });
  expect(variables(environment, ["proxy", "awsMinute", "text"])).toEqual([internetUrl, "0.5", value]);
  expect(environment).not.toMatch(/hosts|sshPrivateKey|the key/);
});

test("sends AWS's clients to the region, whatever the terminal's settings were", () => {
  const names = ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"];
  const environment = shellEnvironment({ ...running, regionName: "eu-north-1" });
  expect(variables(environment, names)).toEqual([internetUrl, "eu-north-1", "eu-north-1"]);
  expect(variables(environment, ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])).toEqual(["any", "any"]);
  expect(variables(environment, ["{AWS_PROFILE-unset}", "{AWS_SESSION_TOKEN-unset}"])).toEqual([
    "unset",
    "unset",
  ]);
});

test("says where the region is, to programs too", () => {
  const tricky = { AWS_REGION: { secret: false as const, value: "proxy=x" } };
  expect(readShellEnvironment(shellEnvironment(running, tricky))).toEqual(running);
  expect(readShellEnvironment("")).toBeUndefined();
});
