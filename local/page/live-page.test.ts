import { startTestRegion, type TestRegion } from "../../testing/region";
import { answerTo } from "../../testing/client";
import { PageClient } from "../../testing/page";
import { eventually } from "../../testing/eventually";
import type { InstanceNode, Snapshot, Why } from "./events";

let region: TestRegion;
let page: PageClient;

beforeAll(async () => {
  region = await startTestRegion();
  page = await PageClient.open(region.internet);
}, 120_000);

const snapshot = (): Snapshot => {
  const [first] = page.all("snapshot");
  if (!first) throw new Error("there is no snapshot");
  return first;
};
const key = (name: string) => snapshot().nodes.find(node => node.name === name)?.key ?? "";
const aclId = () => region.output("dataNetworkAclId");

describe("the snapshot", () => {
  test("has what the program declares, by name", () => {
    const { nodes, subnets, networkAcls, securityGroups, autoScalingGroups, progress, region } = snapshot();
    expect(region).toMatchObject({ name: "us-east-1", speed: 60, stack: "elastic-fleet/dev" });
    expect(progress.ready).toBe(true);
    expect(progress.made).toBe(progress.declared);
    const names = nodes.map(({ kind, name }) => `${kind} ${name}`);
    expect(names).toEqual(
      expect.arrayContaining([
        "internet Internet",
        "operator Operator",
        "api EC2 API",
        "load-balancer receiver-lb",
        "load-balancer fleet-lb",
        "instance data",
        "instance receiver-1",
        "instance receiver-2",
        "instance stress",
        "instance fleet",
      ]),
    );
    const data = subnets.find(({ name }) => name === "data");
    expect(data).toMatchObject({
      cidrBlock: "10.0.1.0/24",
      networkAclId: aclId(),
      place: { column: 3, row: 0 },
    });
    const acl = networkAcls.find(({ id }) => id === aclId());
    expect(acl?.entries.map(({ key }) => key.split("/").slice(1).join(" "))).toEqual([
      "ingress 100",
      "ingress 200",
      "ingress 300",
      "ingress *",
      "egress 100",
      "egress *",
    ]);
    expect(securityGroups.find(({ name }) => name === "receiver")?.rules.map(({ name }) => name)).toEqual([
      "receiver-in-http",
      "receiver-in-ssh",
      "receiver-out-https",
      "receiver-out-read",
      "receiver-out-update",
    ]);
    expect(autoScalingGroups).toMatchObject([
      {
        ...{ name: "fleet", minSize: 0, maxSize: 3, desiredCapacity: 1 },
        targetTracking: {
          high: { threshold: 50, evaluationPeriods: 3 },
          low: { threshold: 35, evaluationPeriods: 15 },
        },
      },
    ]);
  });

  test("has each instance's service, and its health behind the load balancer", () => {
    const receiver = snapshot().nodes.find(({ name }) => name === "receiver-1") as InstanceNode;
    expect(receiver).toMatchObject({
      state: "running",
      services: [
        { name: "receiver", ports: [8080], release: expect.stringMatching(/^[0-9a-f]{12}$/) as string },
      ],
      targets: [{ targetGroup: "receiver-lb", port: 8080, state: "healthy" }],
    });
    expect(receiver.services[0]?.pid).toBe(region.service("receiver-1").pid);
  });

  test("has the fleet's minutes and activities", async () => {
    expect(snapshot().activities.at(-1)).toMatchObject({ summary: "the group was created" });
    const cpu = await page.first("cpu", ({ mean }) => mean !== undefined);
    expect(cpu).toMatchObject({ desiredCapacity: 1, inService: 1 });
  });

  test("offers what can be tried with the nodes that there are", () => {
    expect(snapshot().suggestions.map(({ title }) => title)).toEqual([
      "Read the number",
      "Write a number",
      "Knock where no rule lets you in",
      "Let the data host ask",
      "Load the fleet",
    ]);
  });
});

describe("flows", () => {
  test("are counted by the rules that judged them", async () => {
    const answer = await page.command("send", {
      ...{ from: "internet", to: key("data"), port: 5000, method: "GET", path: "/" },
    });
    expect(answer).toMatchObject({ outcome: "answered", status: 200 });
    const { flows } = await page.first("flows", ({ flows }) =>
      flows.some(({ port, to }) => port === 5000 && to === key("data")),
    );
    const flow = flows.find(({ port, from }) => port === 5000 && from === "internet");
    expect(flow).toMatchObject({
      to: key("data"),
      verdict: "allowed",
      packet: "request",
      count: 1,
      healthCheck: false,
    });
    const group = snapshot().securityGroups.find(({ name }) => name === "data-access");
    expect(flow?.rules).toEqual([
      `${aclId()}/ingress/300`,
      group?.rules.find(({ name }) => name === "data-access-in-read")?.key,
      `${aclId()}/egress/100`,
    ]);
  });

  test("of health checks are marked", async () => {
    const { flows } = await page.first("flows", ({ flows }) => flows.some(({ healthCheck }) => healthCheck));
    const check = flows.find(({ healthCheck }) => healthCheck);
    expect(check).toMatchObject({ port: 8080, verdict: "allowed" });
    expect([key("receiver-lb"), key("fleet-lb")]).toContain(check?.from);
  });

  test("an update changes the stored number", async () => {
    await page.command("send", {
      ...{
        from: "internet",
        to: key("receiver-lb"),
        port: 80,
        method: "POST",
        path: "/",
        body: '{"num":4711}',
      },
    });
    await page.first("change", ({ storedNumber }) => storedNumber === 4711);
    await page.first("flows", ({ flows }) => flows.some(({ to }) => to === "ec2-api"));
  });
});

describe("drops", () => {
  test("name the wall's rule and the nearest, with every hop", async () => {
    const answer = await page.command("send", {
      ...{ from: "internet", to: key("data"), port: 8080, method: "GET", path: "/" },
    });
    expect(answer.outcome).toBe("dropped");
    const drop = await page.first("drop", ({ port }) => port === 8080);
    expect(drop).toMatchObject({
      ...{ from: "internet", to: key("data"), packet: "request", count: 1 },
      where: {
        component: "network-acl",
        direction: "ingress",
        rule: `${aclId()}/ingress/*`,
        code: "SUBNET_ACL_RESTRICTION",
        nearest: { rule: `${aclId()}/ingress/200` },
      },
    });
    expect(drop.text).toBe(
      "The request was dropped by network ACL data (ingress rule *, deny all) of subnet data.",
    );
    const blockers = drop.hops.filter(({ passed }) => !passed);
    expect(blockers.map(({ code }) => code)).toEqual(["SUBNET_ACL_RESTRICTION", "ENI_SG_RULES_MISMATCH"]);
  });

  test("of a reply say that the ACL judges replies", async () => {
    await page.command("send", { from: key("data"), to: "internet", port: 80, method: "GET", path: "/" });
    const drop = await page.first("drop", ({ packet }) => packet === "reply");
    expect(drop).toMatchObject({
      from: key("data"),
      to: "internet",
      where: { rule: `${aclId()}/ingress/*` },
    });
    expect(drop.text).toContain("stateless");
  });
});

describe("commands", () => {
  test("a removed entry drops the next request, and lets it pass once restored", async () => {
    const rule = `${aclId()}/ingress/300`;
    const read = { from: "internet", to: key("data"), port: 5000, method: "GET", path: "/" } as const;
    expect(await page.command("remove", { rule })).toMatchObject({ action: "DeleteNetworkAclEntry" });
    const entries = (acls: Snapshot["networkAcls"] = []) =>
      acls.find(({ id }) => id === aclId())?.entries ?? [];
    await page.first("change", ({ networkAcls }) =>
      entries(networkAcls).some(entry => entry.key === rule && entry.removedAt !== undefined),
    );
    expect(await page.command("send", read)).toMatchObject({ outcome: "dropped" });
    const drop = await page.first("drop", ({ port, to }) => port === 5000 && to === key("data"));
    expect(drop.where).toMatchObject({
      rule: `${aclId()}/ingress/*`,
      nearest: { rule, removedAt: expect.any(Number) as number },
    });

    // A page that comes now knows it, too.
    const later = await PageClient.open(region.internet);
    const known = entries((await later.first("snapshot")).networkAcls).find(({ key }) => key === rule);
    expect(known?.removedAt).toBeDefined();
    later.close();

    expect(await page.command("restore", { rule })).toMatchObject({ action: "CreateNetworkAclEntry" });
    expect(await page.command("send", read)).toMatchObject({ outcome: "answered", status: 200 });
  });

  test("a restored group rule keeps its key and its name", async () => {
    const rules = () => snapshot().securityGroups.flatMap(({ rules }) => rules);
    const rule = rules().find(({ name }) => name === "data-access-in-read");
    const read = { from: "internet", to: key("data"), port: 5000, method: "GET", path: "/" } as const;
    await page.command("remove", { rule: rule?.key ?? "" });
    expect(await page.command("send", read)).toMatchObject({ outcome: "dropped" });
    expect((await page.command("restoreAll", {})).actions).toMatchObject([
      { action: "AuthorizeSecurityGroupIngress" },
    ]);
    expect(await page.command("send", read)).toMatchObject({ outcome: "answered" });
    const later = await PageClient.open(region.internet);
    const restored = (await later.first("snapshot")).securityGroups
      .flatMap(({ rules }) => rules)
      .find(({ key }) => key === rule?.key);
    expect(restored).toEqual({ ...rule, id: expect.not.stringMatching(rule?.id ?? "") as string });
    later.close();
  });

  test("kill ends a process, which restarts", async () => {
    const before = region.service("receiver-2").pid;
    expect(await page.command("kill", { node: key("receiver-2") })).toEqual({ pids: [before] });
    await page.first("change", ({ nodes = [] }) =>
      nodes.some(
        node => node.kind === "instance" && node.name === "receiver-2" && node.services[0]?.pid !== before,
      ),
    );
    await eventually("it runs again", () => region.service("receiver-2").pid !== undefined);
  });

  test("load reaches the fleet", async () => {
    expect(await page.command("load", { to: key("fleet-lb"), count: 5 })).toMatchObject({
      statuses: { "200": 5 },
    });
  });

  test("the desired capacity is set, and a group's instance replaced", async () => {
    const [group] = snapshot().autoScalingGroups;
    const autoScalingGroupName = group?.autoScalingGroupName ?? "";
    expect(await page.command("setDesiredCapacity", { autoScalingGroupName, desiredCapacity: 2 })).toEqual({
      service: "autoscaling",
      action: "SetDesiredCapacity",
      input: { AutoScalingGroupName: autoScalingGroupName, DesiredCapacity: 2 },
    });
    const activity = await page.first(
      "activity",
      ({ summary }) => summary === "desired capacity was set to 2",
    );
    expect(activity.description).toContain("Launching a new EC2 instance");
    const instanceId = group?.instances[0]?.instanceId ?? "";
    expect(await page.command("terminate", { instanceId })).toMatchObject({
      action: "TerminateInstanceInAutoScalingGroup",
    });
    await page.first("activity", ({ description }) =>
      description.startsWith(`Terminating EC2 instance: ${instanceId}`),
    );
  });

  test("AWS's refusal is the command's", async () => {
    const [group] = snapshot().autoScalingGroups;
    const autoScalingGroupName = group?.autoScalingGroupName ?? "";
    await expect(
      page.command("setDesiredCapacity", { autoScalingGroupName, desiredCapacity: 9 }),
    ).rejects.toThrow(/^400: .*"code":"ValidationError"/);
  });

  test("knock says what becomes of SSH", async () => {
    const knock = { from: "operator", to: key("data") };
    expect(await page.command("knock", { ...knock, port: 22 })).toMatchObject({ verdict: "allowed" });
    expect(await page.command("knock", { ...knock, port: 23 })).toMatchObject({ verdict: "dropped" });
  });
});

test("why tells the present judgement, both ways", async () => {
  const ask = async (from: string, to: string, port: number) => {
    const answer = await answerTo(`${region.internet}/why?from=${from}&to=${to}&port=${port}`);
    return answer.json as Why;
  };
  expect(await ask("internet", key("data"), 5000)).toMatchObject({ verdict: "allowed" });
  expect((await ask("internet", key("data"), 5000)).hops.map(({ packet }) => packet)).toContain("reply");
  expect(await ask("internet", key("data"), 8080)).toMatchObject({ verdict: "dropped" });
  expect(await ask(key("receiver-1"), key("data"), 8080)).toMatchObject({ verdict: "allowed" });
});

test("nobody watches once the last page is closed", async () => {
  page.close();
  await eventually("the network has no observer", () => region.region.network.observer === undefined);
});
