/** The program with the stack file that `npm run region` writes: what the real providers are then told. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { writeLocalStack } from "../local/pulumi/local-stack";
import { readStack } from "../local/pulumi/stack";
import { realClock } from "../local/clock";
import { Region } from "../local/region";
import { temporaryFolder } from "../testing/folders";
import type { Registration } from "../testing/registrations";
import { evaluate } from "./testing";

const url = "http://127.0.0.1:4000";
let resources: Registration[];
let endpointNames: string[];
beforeAll(async () => {
  const root = temporaryFolder();
  copyFileSync(join(__dirname, "..", "Pulumi.yaml"), join(root, "Pulumi.yaml"));
  const { services } = new Region({
    name: "us-east-1",
    folder: root,
    clock: realClock(1),
    report: () => undefined,
  });
  await writeLocalStack(root, {
    region: "us-east-1",
    url,
    scopes: services.map(({ scope }) => scope),
    operatorAddress: "198.51.100.10",
    sshBastion: "operator@127.0.0.1:4022",
  });
  const { stack, config } = readStack(root, "local");
  endpointNames = Object.keys((JSON.parse(config["aws:endpoints"] ?? "") as object[])[0] ?? {});
  ({ resources } = await evaluate({ stack, config }));
});

test("the AWS provider asks the region for every service, with keys that nobody takes for real ones", () => {
  const provider = resources.find(({ type }) => type === "pulumi:providers:aws");
  expect(endpointNames).toContain("elbv2");
  // Its properties travel as JSON.
  const { defaultTags, endpoints, ...inputs } = provider?.inputs ?? {};
  expect(inputs).toEqual({
    region: "us-east-1",
    accessKey: "local",
    secretKey: "local",
    skipCredentialsValidation: "true",
    skipRegionValidation: "true", // the SDK's default
  });
  expect(JSON.parse(String(endpoints))).toEqual([Object.fromEntries(endpointNames.map(name => [name, url]))]);
  expect(JSON.parse(String(defaultTags))).toEqual({ tags: { project: "elastic-fleet", stack: "local" } });
});

test("hosts are reached through the region's bastion, and no other address may", () => {
  const proxies = resources
    .filter(({ type }) => type.startsWith("command:remote:"))
    .map(({ inputs }) => (inputs["connection"] as { proxy: object }).proxy);
  expect(proxies.length).toBeGreaterThan(0);
  for (const proxy of proxies)
    expect(proxy).toMatchObject({ user: "operator", host: "127.0.0.1", port: 4022 });
  const open = resources
    .filter(({ type }) => type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .filter(({ inputs }) => inputs["fromPort"] === 22);
  expect(open.length).toBeGreaterThan(0);
  for (const { inputs } of open) expect(inputs["cidrIpv4"]).toBe("198.51.100.10/32");
});

test("the wait for the fleet's refresh asks the region too", () => {
  const refreshed = resources.find(({ name }) => name === "fleet-refreshed");
  expect(JSON.parse(String(refreshed?.inputs["stdin"]))).toMatchObject({
    endpoint: url,
    region: "us-east-1",
    accessKey: "local",
  });
  expect(refreshed?.maskedInputs["stdin"]).toBe("(secret)");
});
