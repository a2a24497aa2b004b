import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { loopback } from "../../../testing/servers";
import { ports } from "../../../apps/ports";
import { cleanUp } from "../../../testing/clean-up";
import { AddressPool, amazonLinux2023, resourceId } from "../../identifiers";
import { launch, terminate, type LaunchSpecification } from "./launch";
import type { Region } from "../../region";
import { makeSamples, openRegion } from "../../../testing/sample-resources";

jest.mock("../../hosts/runtime", () => jest.requireActual<object>("../../../testing/runtime"));

// Processes take their time on a busy machine.
jest.setTimeout(30_000);
afterEach(cleanUp);

/** A region with an instance that runs a service, an image of it, and what is needed to launch a copy. */
async function setUp() {
  const { region } = await openRegion();
  const made = await makeSamples(region, "aws:ec2/launchTemplate:LaunchTemplate");
  const id = (name: string) => made[name]?.id ?? "";
  const specification = (): LaunchSpecification => ({
    instanceId: resourceId("i"),
    name: "copy",
    imageId: id("image"),
    instanceType: "t3.micro",
    subnetId: id("subnet-1"),
    securityGroupIds: [id("group")],
    publicAddress: true,
    instanceProfileName: id("profile"),
    detailedMonitoring: true,
    tags: {},
  });
  return { region, id, specification };
}

/** What the service answers at an instance's address, asked from outside. */
async function answerOf(region: Region, instanceId: string): Promise<string> {
  const { interfaceId } = region.hosts.get(instanceId)?.options ?? {};
  const { publicIpAddress: address = "" } = region.interface(interfaceId ?? "");
  const way = region.virtualNetwork.routerFrom({ internetAddress: region.operatorAddress })({
    address,
    port: ports.receiver.http,
  });
  if (way.outcome !== "open") throw new Error(`it is ${way.outcome}`);
  const request = get({ host: loopback, port: way.port, agent: false });
  return new Promise((resolve, reject) => {
    request.on("response", response => void text(response).then(resolve, reject)).on("error", reject);
  });
}

const publicAddresses = (region: Region) => Reflect.get(region, "publicAddresses") as AddressPool;
/** Whatever a launch takes. */
const taken = (region: Region) =>
  JSON.stringify(
    [
      [...region.privateAddresses.values()],
      publicAddresses(region),
      [...region.vpc.networkInterfaces.keys()],
      [...region.hosts.keys()],
      readdirSync(join(region.folder, "hosts")),
      [...(Reflect.get(region.iam, "sessions") as Map<string, unknown>).keys()],
    ],
    (_key, value: unknown) => (value instanceof Set ? [...(value as Set<unknown>)] : value),
  );

describe("a launch from an image", () => {
  test("runs its service under the new host's own name, and answers when it resolves", async () => {
    const { region, id, specification } = await setUp();
    const { options } = await launch(region, specification());
    const { privateIpAddress } = region.interface(options.interfaceId);
    const name = `ip-${privateIpAddress.replaceAll(".", "-")}.ec2.internal`;
    await expect(answerOf(region, options.instanceId)).resolves.toBe(name);
    await expect(answerOf(region, id("instance"))).resolves.not.toBe(name);
  });

  test("is a copy: neither disk sees what the other writes", async () => {
    const { region, id, specification } = await setUp();
    const source = region.hosts.get(id("instance"));
    writeFileSync(join(source?.root ?? "", "tmp/later"), "");
    const [first, second] = await Promise.all([
      launch(region, specification()),
      launch(region, specification()),
    ]);
    writeFileSync(join(first.root, "tmp/own"), "");
    expect(readdirSync(join(first.root, "tmp"))).toEqual(["own"]);
    expect(readdirSync(join(second.root, "tmp"))).toEqual([]);
  });

  test("needs the host no more that it was made of", async () => {
    const { region, id, specification } = await setUp();
    await terminate(region, id("instance"));
    const { options } = await launch(region, specification());
    await expect(answerOf(region, options.instanceId)).resolves.toMatch(/^ip-10-0-1-/);
  });

  test("that is under way has its copy when the image is deregistered; the next one has none", async () => {
    const { region, specification } = await setUp();
    const launching = launch(region, specification());
    await region.delete("aws:ec2/amiFromInstance:AmiFromInstance", "image");
    expect(readdirSync(join(region.folder, "images"))).toEqual([]);
    const { options } = await launching;
    await expect(answerOf(region, options.instanceId)).resolves.toMatch(/^ip-10-0-1-/);
    await expect(launch(region, specification())).rejects.toThrow(/^InvalidAMIID\.NotFound: /);
  });
});

describe("a launch that fails leaves nothing", () => {
  const exhaust = (pool: AddressPool | undefined) => {
    const free: string[] = [];
    try {
      for (;;) free.push(pool?.take() ?? "");
    } catch {
      expect(free.length).toBeGreaterThan(200);
    }
  };

  test.each<[string, (set: Awaited<ReturnType<typeof setUp>>) => Partial<LaunchSpecification>, string]>([
    ["without a subnet", () => ({ subnetId: "subnet-0" }), "InvalidSubnetID.NotFound"],
    ["without an image", () => ({ imageId: "ami-0" }), "InvalidAMIID.NotFound"],
    [
      "without a public address left",
      ({ region }) => {
        exhaust(publicAddresses(region));
        return {};
      },
      "InsufficientFreeAddressesInSubnet: 203.0.113.0/24",
    ],
    [
      "without a private address left",
      ({ region, id }) => {
        exhaust(region.privateAddresses.get(id("subnet-1")));
        return {};
      },
      "InsufficientFreeAddressesInSubnet: 10.0.1.0/24",
    ],
    [
      "with an image whose disk is broken",
      ({ region, id }) => {
        rmSync(join(region.folder, "images", id("image")), { recursive: true });
        return {};
      },
      "ENOENT",
    ],
  ])("%s", async (_name, change, message) => {
    const set = await setUp();
    const specification = { ...set.specification(), ...change(set) };
    const before = taken(set.region);
    await expect(launch(set.region, specification)).rejects.toThrow(message);
    expect(taken(set.region)).toBe(before);
  });

  test("terminated while it boots", async () => {
    const { region, id, specification } = await setUp();
    // A service that never gets healthy has a boot take its full time.
    const releases = join(region.folder, "images", id("image"), "opt/elastic-fleet/receiver/releases");
    for (const release of readdirSync(releases))
      writeFileSync(join(releases, release, "main.js"), "setInterval(() => {}, 1000);");
    const before = taken(region);
    const sick = specification();
    const launching = launch(region, sick);
    const failing = expect(launching).rejects.toThrow("copy is shut down");
    while (!region.hosts.has(sick.instanceId)) await new Promise(resolve => setImmediate(resolve));
    await terminate(region, sick.instanceId);
    await failing;
    expect(taken(region)).toBe(before);
  });
});

describe("a termination", () => {
  test("takes disk, addresses and credentials along, whoever else asks for it meanwhile", async () => {
    const { region, specification } = await setUp();
    const before = taken(region);
    const { root, options } = await launch(region, { ...specification(), imageId: amazonLinux2023 });
    const { instanceId } = options;
    const { accessKeyId } = options.metadata().credentials();
    expect(region.iam.session(accessKeyId)).toBeDefined();
    expect(taken(region)).not.toBe(before);
    await Promise.all(
      [1, 2].map(async () => {
        await terminate(region, instanceId);
        expect(existsSync(root)).toBe(false);
      }),
    );
    expect(region.iam.session(accessKeyId)).toBeUndefined();
    expect([taken(region), region.terminations.size]).toEqual([before, 0]);
    await expect(terminate(region, instanceId)).resolves.toBeUndefined();
  });

  test("asks no load balancer, and drains nothing: the target is of no use at once", async () => {
    const { region, id } = await setUp();
    const [group] = [...region.targetGroups.values()];
    const before = group?.group.describe();
    expect(before).toMatchObject([{ target: { id: id("instance") } }]);
    await terminate(region, id("instance"));
    expect(group?.group.describe()).toMatchObject([
      {
        target: { id: id("instance") },
        targetHealth: { state: "unused", reason: "Target.InvalidState" },
      },
    ]);
  });

  test("is over before the region is", async () => {
    const { region, specification } = await setUp();
    const { root, options } = await launch(region, specification());
    const terminating = terminate(region, options.instanceId);
    await region.close();
    expect(existsSync(root)).toBe(false);
    await terminating;
  });
});
