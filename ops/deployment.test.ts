import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acquireLock } from "../local/cli/lock";
import { shellEnvironment } from "../local/cli/shell-environment";
import { onCleanUp } from "../testing/clean-up";
import { fakePulumi, type FakeStack } from "../testing/fake-pulumi";
import { temporaryFolder } from "../testing/folders";
import { findDeployment, type Outputs } from "./deployment";

const outputs: Outputs = {
  dataReadUrl: "http://203.0.113.10:5000/",
  dataNetworkAclId: "acl-1",
  receiverLoadBalancerDns: "receiver.test",
  receiverLoadBalancerUrl: "http://receiver.test/",
  fleetLoadBalancerDns: "fleet.test",
  fleetLoadBalancerUrl: "http://fleet.test/",
  autoScalingGroupName: "fleet-1",
  hosts: { data: { instanceId: "i-1", publicIp: "203.0.113.10", privateIp: "10.0.1.10" } },
};

let root: string;
const environment = { ...process.env };
beforeEach(() => {
  root = temporaryFolder();
  mkdirSync(join(root, ".local"));
  onCleanUp(() => {
    process.env = { ...environment };
  });
  for (const name of ["http_proxy", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"])
    Reflect.deleteProperty(process.env, name);
});

function knownToPulumi(stack: FakeStack): void {
  process.env["PATH"] = fakePulumi(stack);
  process.env["PULUMI_CONFIG_PASSPHRASE"] = "any";
}

describe("without --stack, the local region", () => {
  const write = (name: string, text: string) => writeFileSync(join(root, ".local", name), text);
  const running = { internetUrl: "http://127.0.0.1:4001", regionName: "eu-north-1", speed: 120 };
  const start = async () => onCleanUp(await acquireLock(join(root, ".local")));

  test("that `npm start` started: where it is, and what it has put out", async () => {
    await start();
    write("env", shellEnvironment(running));
    write("outputs.json", JSON.stringify({ ...outputs, sshPrivateKey: "[secret]" }));
    const { ssh, ...found } = await findDeployment(root);
    expect(found).toEqual({
      name: "the local region",
      outputs,
      aws: {
        region: "eu-north-1",
        endpoint: "http://127.0.0.1:4001",
        credentials: { accessKeyId: "any", secretAccessKey: "any" },
      },
      proxy: "http://127.0.0.1:4001",
      minute: 500,
    });
    expect(Object.keys(ssh)).toEqual(["configFile"]);
    expect(ssh.configFile).toMatch(/\.local\/ssh_config$/);
  });

  test("that `npm run region` started: what Pulumi knows of stack local", async () => {
    await start();
    write("env", shellEnvironment(running));
    knownToPulumi({ name: "local", outputs, secrets: { sshPrivateKey: "the key" } });
    const found = await findDeployment(root);
    expect(found).toMatchObject({ outputs, proxy: "http://127.0.0.1:4001" });
    expect(await found.ssh.privateKey?.()).toBe("the key\n");
  });

  test("that doesn't run is told in a sentence, whatever the last one left", async () => {
    write("env", shellEnvironment(running));
    write("outputs.json", JSON.stringify(outputs));
    await expect(findDeployment(root)).rejects.toThrow(
      "no local region runs in this project: `npm start` starts one, --stack NAME asks AWS",
    );
  });

  test("that is still starting", async () => {
    await start();
    await expect(findDeployment(root)).rejects.toThrow(
      "the local region is still starting: try again once it is ready",
    );
  });

  test("in which a part of the program was left out", async () => {
    await start();
    write("env", shellEnvironment(running));
    write("outputs.json", JSON.stringify({ ...outputs, dataReadUrl: undefined, hosts: undefined }));
    await expect(findDeployment(root)).rejects.toThrow(
      "the local region lacks these outputs: dataReadUrl, hosts; `pulumi up` makes them",
    );
  });
});

describe("with --stack, what Pulumi knows", () => {
  test("in the stack's region, by the user's own credentials, through no proxy", async () => {
    knownToPulumi({ name: "dev", outputs, config: { "aws:region": { value: "eu-west-1" } } });
    const { ssh, ...found } = await findDeployment(root, "dev");
    expect(found).toEqual({ name: "stack dev", outputs, aws: { region: "eu-west-1" }, minute: 60_000 });
    expect(ssh.configFile).toBeUndefined();
  });

  test("through the proxy that this machine's clients use", async () => {
    knownToPulumi({ name: "dev", outputs });
    process.env["http_proxy"] = "http://127.0.0.1:3128";
    expect((await findDeployment(root, "dev")).proxy).toBe("http://127.0.0.1:3128");
  });

  test.each([
    [
      "the CLI isn't there",
      () => (process.env["PATH"] = temporaryFolder()),
      /^pulumi (stack output|config --json) --stack dev is needed, and pulumi is not in PATH: https:\/\/www\.pulumi\.com\/docs\/install\/$/,
    ],
    [
      "there is no such stack",
      () => knownToPulumi({ name: "prod", outputs }),
      /^pulumi \S+ \S+ --stack dev failed: no stack named 'dev' found; export PULUMI_BACKEND_URL as for `pulumi up`$/,
    ],
    [
      "the passphrase is missing",
      () => (process.env["PATH"] = fakePulumi({ name: "dev", outputs })),
      /failed: getting secrets manager: passphrase .*; export PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE as for `pulumi up`$/,
    ],
    [
      "it is the local region's",
      () => undefined,
      /^stack local is the local region's, which is asked without --stack$/,
    ],
  ])("but %s", async (what, prepare, problem) => {
    prepare();
    const stack = what === "it is the local region's" ? "local" : "dev";
    await expect(findDeployment(root, stack)).rejects.toThrow(problem);
  });
});
