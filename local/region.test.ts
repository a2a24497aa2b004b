import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeSamples, openRegion, operatorAddress } from "../testing/sample-resources";

test("with an instance goes whatever listened at its address", async () => {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources, "aws:lb/loadBalancer:LoadBalancer");
  const { id = "", outputs = {} } = made["instance"] ?? {};
  const interfaceId = String(outputs["primaryNetworkInterfaceId"]);
  region.network.registerEndpoint(interfaceId, 8080, 12345);
  const { interfaceId: own } = region.ec2.instances.hosts.get(id)?.options ?? {};
  expect(own).toBe(interfaceId);
  await region.ec2.instances.terminate(id);
  const endpoints = Reflect.get(region.network, "endpoints") as Map<string, number>;
  expect([...endpoints.keys()]).not.toContain(`${interfaceId}:8080`);
});

describe("close", () => {
  test("ends whatever listens or ticks, writes the logs to their end, and leaves the folder", async () => {
    const { region, resources, clock } = await openRegion();
    const made = await makeSamples(resources, "command:remote:CopyToRemote");
    region.network.probe(
      { internetAddress: operatorAddress },
      { address: String(made["instance"]?.outputs["publicIp"]), port: 22 },
    );
    const balancers = [...region.elbv2.loadBalancers.values()].flatMap(({ listeners }) =>
      [...listeners.values()].map(({ server }) => server),
    );
    const host = [...region.ec2.instances.hosts.values()][0];
    expect(balancers.map(({ listening }) => listening)).toEqual([true]);
    await region.close();
    expect(balancers.map(({ listening }) => listening)).toEqual([false]);
    expect(clock.pending).toBe(0);
    await expect(fetch(host?.proxyUrl ?? "")).rejects.toThrow();
    const flows = readFileSync(join(region.options.folder, "flow-log.txt"), "utf8").trimEnd().split("\n");
    expect(flows).toHaveLength(2);
    expect(existsSync(host?.root ?? "")).toBe(true);
  });
});
