/**
 * The service as its users and its operator see it: from the Internet, knowing only the stack's outputs. This runs on
 * the local region, so it does not prove that AWS answers the same.
 */
import { statSync } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ports } from "../apps/ports";
import { answerTo } from "../testing/client";
import { startTestRegion, type HostAddresses, type TestRegion } from "../testing/region";
import { eventually } from "../testing/eventually";

interface Outputs {
  dataReadUrl: string;
  dataNetworkAclId: string;
  receiverLoadBalancerDns: string;
  receiverLoadBalancerUrl: string;
  hosts: Record<string, HostAddresses>;
  fleetLoadBalancerDns: string;
  fleetLoadBalancerUrl: string;
  autoScalingGroupName: string;
  dashboardUrl: string;
  sshPrivateKey: string;
}

let region: TestRegion;
let outputs: Outputs;
let through: string;
beforeAll(async () => {
  region = await startTestRegion();
  through = region.internet;
  outputs = JSON.parse(await readFile(join(region.folder, "outputs.json"), "utf8")) as Outputs;
});

const readNumber = async () => (await answerTo(outputs.dataReadUrl, { through })).json;

/** The order matters: each test builds on the one before. */
test("a number that was never set is 0", async () => {
  expect(await answerTo(outputs.dataReadUrl, { through })).toMatchObject({
    status: 200,
    headers: { "content-type": "application/json; charset=utf-8" },
    text: "0",
  });
});

test("a POST to the receivers answers the data subnet's network ACL, whole", async () => {
  const request = { through, method: "POST", body: { num: 1000 } };
  const answer = await answerTo(outputs.receiverLoadBalancerUrl, request);
  const { dataNetworkAclId: NetworkAclId } = outputs;
  const { read, update } = ports["data-access"];
  const allowed = { Protocol: "6", RuleAction: "allow" };
  const entry = (Egress: boolean, RuleNumber: number, CidrBlock: string, From: number, To = From) => {
    return { Egress, RuleNumber, CidrBlock, PortRange: { From, To }, ...allowed };
  };
  const denied = { CidrBlock: "0.0.0.0/0", Protocol: "-1", RuleAction: "deny", RuleNumber: 32767 };
  const denyAll = (Egress: boolean): object => ({ Egress, ...denied });
  const subnets = [...region.region.ec2.vpc.subnets.values()];
  const dataSubnet = subnets.find(({ cidrBlock }) => cidrBlock === "10.0.1.0/24");
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({
    NetworkAcls: [
      {
        Associations: [
          {
            NetworkAclAssociationId: expect.stringMatching(/^aclassoc-[0-9a-f]{17}$/) as string,
            NetworkAclId,
            SubnetId: dataSubnet?.id,
          },
        ],
        Entries: [
          entry(true, 100, "0.0.0.0/0", 0, 65535),
          denyAll(true),
          entry(false, 100, "0.0.0.0/0", 22),
          entry(false, 200, "10.0.2.0/24", update),
          entry(false, 300, "0.0.0.0/0", read),
          denyAll(false),
        ],
        IsDefault: false,
        NetworkAclId,
        OwnerId: expect.stringMatching(/^\d{12}$/) as string,
        Tags: [
          { Key: "project", Value: "elastic-fleet" },
          { Key: "stack", Value: "dev" },
          { Key: "Name", Value: "data" },
          { Key: "part", Value: "network" },
        ],
        VpcId: dataSubnet?.vpcId,
      },
    ],
  });
  expect(await readNumber()).toBe(1000);
});

test("the load balancer alternates between the receivers, and each answers its own public address", async () => {
  const answers: unknown[] = [];
  for (let request = 0; request < 20; request++) {
    answers.push((await answerTo(outputs.receiverLoadBalancerUrl, { through })).json);
  }
  const from = (name: string) => ({ seed: 1000, server_ip_address: outputs.hosts[name]?.publicIp });
  expect(answers).toEqual(answers.map((_, index) => answers[index % 2]));
  expect(answers.slice(0, 2)).toEqual(
    expect.arrayContaining([from("receiver-1"), from("receiver-2")]) as unknown,
  );
});

test("each load balancer also answers on a loopback port, without any proxy", async () => {
  const { loadBalancers } = region.running.overview();
  expect(loadBalancers.map(({ name }) => name)).toEqual(["receiver-lb", "fleet-lb"]);
  const answer = await answerTo(loadBalancers[0]?.listeners[0]?.localUrl ?? "");
  expect(answer.json).toMatchObject({ seed: 1000 });
});

test("the number survives the death of its process", async () => {
  const service = region.service("data");
  const { pid } = service;
  if (pid === undefined) throw new Error("data-access does not run");
  process.kill(pid, "SIGKILL");
  await eventually("another process listens", () => service.pid !== pid && service.listeningOn.size === 2);
  expect(await readNumber()).toBe(1000);
});

test("outputs.json is what the program exports, with the secret left out", () => {
  const exported = Object.entries(region.running.outputs).map(([name, output]) => [
    name,
    output.secret ? "[secret]" : output.value,
  ]);
  expect(outputs).toEqual(Object.fromEntries(exported));
  expect(outputs.sshPrivateKey).toBe("[secret]");
});

test("the private key appears in no file that others can read, nor in what the start reported", async () => {
  const key = privateKey();
  const files = await filesUnder(region.folder);
  // Otherwise the search would prove nothing.
  expect(files.some(file => file.endsWith("/var/log/receiver.log"))).toBe(true);
  const isRuntime = (file: string) => /\/opt\/elastic-fleet\/runtimes\/[0-9a-f]{64}\/node$/.test(file);
  for (const file of files) {
    // What ssh needs, for its owner alone.
    if (file.includes("/ssh_keys/") && (statSync(file).mode & 0o077) === 0) continue;
    const content = await readFile(file);
    if (key.some(line => content.includes(line))) throw new Error(`${file} holds the key`);
    // In any form; the runtime is exempt, as it can read keys and so holds their headers.
    if (content.includes("PRIVATE KEY") && !isRuntime(file)) throw new Error(`${file} holds a private key`);
  }
  expect(region.events.filter(event => key.some(line => event.includes(line)))).toEqual([]);
});

/** The lines that make up the key that hosts were provisioned with, those that every such key has left out. */
function privateKey(): string[] {
  const command = region.declared("command:remote:Command");
  const { privateKey } = command.inputs["connection"] as { privateKey: string };
  const [begin, head, ...lines] = privateKey.trimEnd().split("\n");
  expect([begin, head?.slice(0, 20), lines.pop()]).toEqual([
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "b3BlbnNzaC1rZXktdjEA",
    "-----END OPENSSH PRIVATE KEY-----",
  ]);
  expect(lines.length).toBeGreaterThan(2);
  return lines;
}

/** Each file once, however many links it has. */
async function filesUnder(folder: string): Promise<string[]> {
  const seen = new Set<number>();
  const files = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { ino } = await lstat(path);
    if (!seen.has(ino)) files.push(path);
    seen.add(ino);
  }
  return files;
}
