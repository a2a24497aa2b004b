import { get, openLoadBalancing } from "../../../../testing/load-balancing";
import { listenHttp } from "../../../../testing/servers";

/** A load balancer that forwards to an instance, on which servers answer with their ports. */
async function openTargets() {
  const opened = await openLoadBalancing({ instance: true });
  const { region, elbv2, clock, id } = opened;
  const { vpc, instances } = region.ec2;
  vpc.securityGroupRules.set("sgr-all", {
    id: "sgr-all",
    groupId: id("group"),
    egress: true,
    ipProtocol: "-1",
    cidrIpv4: "0.0.0.0/0",
    tags: {},
  });
  const interfaceId = instances.hosts.get(id("instance"))?.options.interfaceId ?? "";
  for (const port of [8080, 8081, 9090]) {
    const server = await listenHttp((_req, res) => res.end(String(port)));
    region.network.registerEndpoint(interfaceId, port, server.port);
  }
  const balancer = await opened.createLoadBalancer();
  const Id = id("instance");
  const healthOf = async (TargetGroupArn: string, Targets?: { Id: string; Port?: number }[]) => {
    const { TargetHealthDescriptions } = await elbv2.DescribeTargetHealth({ TargetGroupArn, Targets });
    return TargetHealthDescriptions.map(({ Target, TargetHealth }) =>
      [Target.Port, TargetHealth.State, TargetHealth.Reason].filter(Boolean).join(" "),
    );
  };
  /** Lets the first checks pass. */
  const untilHealthy = async (arn: string) => {
    clock.advance(0);
    await region.elbv2
      .groupOf(arn)
      .until(targets => targets.every(({ targetHealth }) => targetHealth.state === "healthy"));
  };
  return { ...opened, balancer, Id, healthOf, untilHealthy };
}

test("a target is an id and a port, from registration to deregistration", async () => {
  const { region, elbv2, clock, balancer, Id, healthOf, untilHealthy, ...opened } = await openTargets();
  const TargetGroupArn = await opened.createTargetGroup();
  await elbv2.RegisterTargets({ TargetGroupArn, Targets: [{ Id }, { Id, Port: 8081 }] });
  expect(await healthOf(TargetGroupArn)).toEqual([
    "8080 unused Target.NotInUse",
    "8081 unused Target.NotInUse",
  ]);
  await opened.createListener(balancer, TargetGroupArn);
  await untilHealthy(TargetGroupArn);
  expect(await healthOf(TargetGroupArn, [{ Id, Port: 8081 }, { Id, Port: 9999 }, { Id: "i-9" }])).toEqual([
    "8081 healthy",
    "9999 unused Target.NotRegistered",
    "8080 unused Target.NotRegistered",
  ]);
  const answers = [await get(region, balancer), await get(region, balancer)];
  expect(answers.sort()).toEqual(["200 8080", "200 8081"]);

  await elbv2.DeregisterTargets({ TargetGroupArn, Targets: [{ Id, Port: 8081 }] });
  expect(await healthOf(TargetGroupArn)).toEqual([
    "8080 healthy",
    "8081 draining Target.DeregistrationInProgress",
  ]);
  expect([await get(region, balancer), await get(region, balancer)]).toEqual(["200 8080", "200 8080"]);
  clock.advance(300_000);
  expect(await healthOf(TargetGroupArn)).toEqual(["8080 healthy"]);
});

test("the deregistration delay can be changed", async () => {
  const { elbv2, clock, Id, healthOf, createTargetGroup } = await openTargets();
  const TargetGroupArn = await createTargetGroup();
  await elbv2.ModifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "5" }],
  });
  await elbv2.RegisterTargets({ TargetGroupArn, Targets: [{ Id }] });
  await elbv2.DeregisterTargets({ TargetGroupArn, Targets: [{ Id }] });
  clock.advance(4_999);
  expect(await healthOf(TargetGroupArn)).toHaveLength(1);
  clock.advance(1);
  expect(await healthOf(TargetGroupArn)).toEqual([]);
});

test("a rule forwards to a target group of its own, and keeps it in use", async () => {
  const { region, elbv2, balancer, Id, healthOf, untilHealthy, ...opened } = await openTargets();
  const one = await opened.createTargetGroup("one", 8080);
  const other = await opened.createTargetGroup("other", 9090);
  for (const TargetGroupArn of [one, other])
    await elbv2.RegisterTargets({ TargetGroupArn, Targets: [{ Id }] });
  const ListenerArn = await opened.createListener(balancer, one);
  const { Rules } = await elbv2.CreateRule({
    ListenerArn,
    Priority: 1,
    Conditions: [{ Field: "path-pattern", Values: ["/other"] }],
    Actions: [
      {
        Type: "forward",
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: one, Weight: 0 },
            { TargetGroupArn: other, Weight: 1 },
          ],
        },
      },
    ],
  });
  await untilHealthy(one);
  await untilHealthy(other);
  expect(await get(region, balancer)).toBe("200 8080");
  expect(await get(region, balancer, { path: "/other" })).toBe("200 9090");
  await expect(elbv2.DeleteTargetGroup({ TargetGroupArn: other })).rejects.toMatchObject({
    code: "ResourceInUse",
  });
  await elbv2.DeleteRule({ RuleArn: Rules[0]?.RuleArn });
  expect(await healthOf(other)).toEqual(["9090 unused Target.NotInUse"]);
  await elbv2.DeleteTargetGroup({ TargetGroupArn: other });
});

test("targets of a stopped instance are unused, and come back when it starts", async () => {
  const { region, elbv2, balancer, Id, healthOf, untilHealthy, ...opened } = await openTargets();
  const TargetGroupArn = await opened.createTargetGroup();
  await elbv2.RegisterTargets({ TargetGroupArn, Targets: [{ Id }, { Id, Port: 8081 }] });
  await opened.createListener(balancer, TargetGroupArn);
  await untilHealthy(TargetGroupArn);
  region.elbv2.instanceEnded(Id, "stopped");
  expect(await healthOf(TargetGroupArn)).toEqual([
    "8080 unused Target.InvalidState",
    "8081 unused Target.InvalidState",
  ]);
  expect(await get(region, balancer)).toMatch(/^503 /);
  region.elbv2.instanceStarted(Id);
  await untilHealthy(TargetGroupArn);
  expect(await get(region, balancer)).toMatch(/^200 /);
});

test("health checks have the API's defaults; another port and codes are taken", async () => {
  const { elbv2, createTargetGroup } = await openLoadBalancing();
  const TargetGroupArn = await createTargetGroup();
  const { TargetGroups } = await elbv2.DescribeTargetGroups({ TargetGroupArns: [TargetGroupArn] });
  expect(TargetGroups).toMatchObject([
    {
      HealthCheckProtocol: "HTTP",
      HealthCheckPort: "traffic-port",
      HealthCheckPath: "/",
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: "200" },
    },
  ]);
  for (const HttpCode of ["200-499", "200,202", "200,301-302"])
    await elbv2.ModifyTargetGroup({ TargetGroupArn, Matcher: { HttpCode }, HealthCheckPort: "9000" });
  for (const HttpCode of ["200-600", "299-200", "100", "200,", "ok"])
    await expect(elbv2.ModifyTargetGroup({ TargetGroupArn, Matcher: { HttpCode } })).rejects.toThrow(
      "200-499",
    );
  const changed = await elbv2.DescribeTargetGroups({ TargetGroupArns: [TargetGroupArn] });
  expect(changed.TargetGroups).toMatchObject([
    { HealthCheckPort: "9000", Matcher: { HttpCode: "200,301-302" }, HealthCheckIntervalSeconds: 30 },
  ]);
});
