import "../../../testing/runtime"; // first: the others load what it stands in for
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { loopback } from "../../../testing/servers";
import { ports } from "../../../apps/ports";
import { resourceId } from "../../identifiers";
import type { AddressPool } from "./address-pool";
import { amazonLinux2023 } from "./image";
import type { LaunchSpecification } from "./instance-records";
import type { Region } from "../../region";
import { makeSamples, openRegion, operatorAddress } from "../../../testing/sample-resources";
import type { InstanceCredentials } from "../../hosts/metadata";

/** A region with an instance that runs a service, an image of it, and everything needed to launch a copy. */
async function setUp() {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources, "aws:ec2/launchTemplate:LaunchTemplate");
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
  return { region, resources, id, specification };
}

/** The response of an instance's service to a request from the Internet. */
async function responseFrom(region: Region, instanceId: string): Promise<string> {
  const { interfaceId } = region.ec2.instances.hosts.get(instanceId)?.options ?? {};
  const { publicIpAddress: address = "" } = region.ec2.interfaces.get(interfaceId ?? "");
  const connection = region.network.routerFrom({ internetAddress: operatorAddress })({
    address,
    port: ports.receiver.http,
  });
  if (connection.outcome !== "open") throw new Error(`the connection is ${connection.outcome}`);
  const request = get({ host: loopback, port: connection.port, agent: false });
  return new Promise((resolve, reject) => {
    request.on("response", response => void text(response).then(resolve, reject)).on("error", reject);
  });
}

const publicAddresses = (region: Region) =>
  Reflect.get(region.ec2.interfaces, "publicAddresses") as AddressPool;
const privateAddresses = (region: Region) =>
  Reflect.get(region.ec2.interfaces, "privateAddresses") as Map<string, AddressPool>;
/** Everything that a launch allocates. */
const allocations = (region: Region) =>
  JSON.stringify(
    [
      [...privateAddresses(region).values(), publicAddresses(region)].map(
        pool => Reflect.get(pool, "allocated") as Set<string>,
      ),
      [...region.ec2.vpc.networkInterfaces.keys()],
      [...region.ec2.instances.hosts.keys()],
      readdirSync(join(region.options.folder, "hosts")),
      [
        ...(
          Reflect.get(Reflect.get(region.iam, "sessions") as object, "sessions") as Map<string, unknown>
        ).keys(),
      ],
    ],
    (_key, value: unknown) => (value instanceof Set ? [...(value as Set<unknown>)] : value),
  );

describe("a launch from an image", () => {
  test("runs its service under the new host's own name, ready when the launch resolves", async () => {
    const { region, id, specification } = await setUp();
    const { options } = await region.ec2.instances.launch(specification());
    const { privateIpAddress } = region.ec2.interfaces.get(options.interfaceId);
    const name = `ip-${privateIpAddress.replaceAll(".", "-")}.ec2.internal`;
    await expect(responseFrom(region, options.instanceId)).resolves.toBe(name);
    await expect(responseFrom(region, id("instance"))).resolves.not.toBe(name);
  });

  test("gets its own copy of the disk", async () => {
    const { region, id, specification } = await setUp();
    const source = region.ec2.instances.hosts.get(id("instance"));
    writeFileSync(join(source?.root ?? "", "tmp/later"), "");
    const [first, second] = await Promise.all([
      region.ec2.instances.launch(specification()),
      region.ec2.instances.launch(specification()),
    ]);
    writeFileSync(join(first.root, "tmp/own"), "");
    expect(readdirSync(join(first.root, "tmp"))).toEqual(["own"]);
    expect(readdirSync(join(second.root, "tmp"))).toEqual([]);
  });

  test("outlives the host that the image was created from", async () => {
    const { region, id, specification } = await setUp();
    await region.ec2.instances.terminate(id("instance"));
    const { options } = await region.ec2.instances.launch(specification());
    await expect(responseFrom(region, options.instanceId)).resolves.toMatch(/^ip-10-0-1-/);
  });

  test("in progress completes after the image is deregistered, but later launches fail", async () => {
    const { region, id, specification } = await setUp();
    const launching = region.ec2.instances.launch(specification());
    await region.calls.ec2.DeregisterImage({ ImageId: id("image") });
    expect(readdirSync(join(region.options.folder, "images"))).toEqual([]);
    const { options } = await launching;
    await expect(responseFrom(region, options.instanceId)).resolves.toMatch(/^ip-10-0-1-/);
    await expect(region.ec2.instances.launch(specification())).rejects.toMatchObject({
      code: "InvalidAMIID.NotFound",
    });
  });
});

describe("a failed launch leaves nothing behind", () => {
  const noAddress = "InsufficientFreeAddressesInSubnet";
  const exhaust = (pool: AddressPool | undefined) => {
    const free: string[] = [];
    try {
      for (;;) free.push(pool?.take() ?? "");
    } catch {
      expect(free.length).toBeGreaterThan(200);
    }
  };

  test.each<[string, (set: Awaited<ReturnType<typeof setUp>>) => Partial<LaunchSpecification>, object]>([
    ["into an unknown subnet", () => ({ subnetId: "subnet-0" }), { code: "InvalidSubnetID.NotFound" }],
    ["from an unknown image", () => ({ imageId: "ami-0" }), { code: "InvalidAMIID.NotFound" }],
    [
      "without a free public address",
      ({ region }) => {
        exhaust(publicAddresses(region));
        return {};
      },
      { code: noAddress, message: "203.0.113.0/24 has no free addresses" },
    ],
    [
      "without a free private address",
      ({ region, id }) => {
        exhaust(privateAddresses(region).get(id("subnet-1")));
        return {};
      },
      { code: noAddress, message: "10.0.1.0/24 has no free addresses" },
    ],
    [
      "from an image whose disk is missing",
      ({ region, id }) => {
        rmSync(join(region.options.folder, "images", id("image")), { recursive: true });
        return {};
      },
      { code: "ENOENT" },
    ],
  ])("%s", async (_name, change, error) => {
    const set = await setUp();
    const specification = { ...set.specification(), ...change(set) };
    const before = allocations(set.region);
    await expect(set.region.ec2.instances.launch(specification)).rejects.toMatchObject(error);
    expect(allocations(set.region)).toBe(before);
  });

  test("when terminated while booting", async () => {
    const { region, id, specification } = await setUp();
    // A boot takes its full time when a service never becomes healthy.
    const releases = join(
      region.options.folder,
      "images",
      id("image"),
      "opt/elastic-fleet/receiver/releases",
    );
    for (const release of readdirSync(releases))
      writeFileSync(join(releases, release, "main.js"), "setInterval(() => {}, 1000);");
    const before = allocations(region);
    const unhealthy = specification();
    const launching = region.ec2.instances.launch(unhealthy);
    const failing = expect(launching).rejects.toThrow("copy is shut down");
    while (!region.ec2.instances.hosts.has(unhealthy.instanceId))
      await new Promise(resolve => setImmediate(resolve));
    await region.ec2.instances.terminate(unhealthy.instanceId);
    await failing;
    expect(allocations(region)).toBe(before);
  });
});

describe("a termination", () => {
  test("removes disk, addresses and credentials, also when requested twice at once", async () => {
    const { region, specification } = await setUp();
    const before = allocations(region);
    const { root, options } = await region.ec2.instances.launch({
      ...specification(),
      imageId: amazonLinux2023,
    });
    const { instanceId } = options;
    const { accessKeyId } = options.metadata().credentials() as InstanceCredentials;
    expect(region.iam.session(accessKeyId)).toBeDefined();
    expect(allocations(region)).not.toBe(before);
    await Promise.all(
      [1, 2].map(async () => {
        await region.ec2.instances.terminate(instanceId);
        expect(existsSync(root)).toBe(false);
      }),
    );
    expect(region.iam.session(accessKeyId)).toBeUndefined();
    expect([allocations(region), region.ec2.instances.terminations.size]).toEqual([before, 0]);
    await expect(region.ec2.instances.terminate(instanceId)).resolves.toBeUndefined();
  });

  test("doesn't drain: the target is unused at once", async () => {
    const { region, id } = await setUp();
    const [group] = [...region.elbv2.targetGroups.values()];
    const before = group?.group.describe();
    expect(before).toMatchObject([{ target: { id: id("instance") } }]);
    await region.ec2.instances.terminate(id("instance"));
    expect(group?.group.describe()).toMatchObject([
      {
        target: { id: id("instance") },
        targetHealth: { state: "unused", reason: "Target.InvalidState" },
      },
    ]);
  });

  test("completes before the region closes", async () => {
    const { region, specification } = await setUp();
    const { root, options } = await region.ec2.instances.launch(specification());
    const terminating = region.ec2.instances.terminate(options.instanceId);
    await region.close();
    expect(existsSync(root)).toBe(false);
    await terminating;
  });
});
