/**
 * What an operator runs (docs/operating.md), against one region: as this project's own, and reached as AWS is, by its
 * API and what the Pulumi CLI knows. It does not prove that AWS answers as the region does.
 */
import { hosts } from "../ops/hosts";
import type { Instance } from "../ops/instances";
import { operatorOf, operatorOnAws, type Operator } from "../testing/deployments";
import { describeWith } from "../testing/programs";
import { startTestRegion, type TestRegion } from "../testing/region";

let region: TestRegion;
beforeAll(async () => {
  region = await startTestRegion();
});

type Place = "here" | "on AWS";
const places: Place[] = ["here", "on AWS"];

async function operatorAt(place: Place): Promise<Operator> {
  return place === "here" ? operatorOf(region) : operatorOnAws(region);
}

describeWith({ ssh: "apt-get install openssh-client" }, "hosts", () => {
  test.each(places)("%s, are the stack's and the fleet's, with their releases", async place => {
    const operator = await operatorAt(place);
    const { code, stdout, stderr } = await operator(hosts, ["--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const found = JSON.parse(stdout) as (Instance & { release: string; ssh: string })[];
    expect(found.map(({ name }) => name)).toEqual(["data", "fleet", "receiver-1", "receiver-2", "stress"]);
    for (const { name, instanceId, privateIp, publicIp, zone, service, release, health, ssh } of found) {
      const host = region.region.ec2.instances.hosts.get(instanceId);
      if (name !== "fleet")
        expect({ instanceId, privateIp, publicIp }).toEqual({ ...region.addresses(name) });
      expect(host?.options.name).toBe(name);
      expect(zone).toMatch(name.startsWith("receiver") ? /^us-east-1b$/ : /^us-east-1[ab]$/);
      expect(release).toBe(host?.services.get(service)?.options.unit.command[1].split("/").at(-2));
      expect(health).toBe(["data", "stress"].includes(name) ? "status ok" : "healthy");
      expect(ssh).toContain(place === "here" ? instanceId : `ec2-user@${publicIp}`);
    }
  });

  test("as a table, each in a line, or in two where the terminal is narrow", async () => {
    const operator = await operatorOf(region);
    const { instanceId, privateIp, publicIp } = region.addresses("receiver-2");
    const fields = ["receiver-2", instanceId, privateIp, publicIp, "us-east-1b"].join(" +");
    const rest = String.raw`healthy, release [0-9a-f]{12}, \d+ (min|h|d)`;
    expect((await operator(hosts)).stdout).toMatch(new RegExp(`^${fields} +${rest}$`, "m"));
    const { stdout } = await operator(hosts, [], { columns: 80 });
    expect(stdout).toMatch(new RegExp(`^${fields}\n    ${rest}$`, "m"));
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test("a host that can't be reached by SSH is listed with the reason", async () => {
    const operator = await operatorOf(region);
    const rule = region.declared(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "receiver-in-ssh",
    );
    await region.remove(rule);
    const { code, stdout } = await operator(hosts);
    await region.restore(rule);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^receiver-1 .* healthy, release unknown: .*ENI_SG_RULES_MISMATCH.*$/m);
    expect(stdout).toMatch(/^data .* status ok, release [0-9a-f]{12},/m);
  });
});
