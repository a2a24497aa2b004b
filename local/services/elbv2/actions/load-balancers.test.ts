import { get, openLoadBalancing } from "../../../../testing/load-balancing";

test("a load balancer is provisioning before it is active", async () => {
  const { elbv2, clock, createLoadBalancer } = await openLoadBalancing();
  await createLoadBalancer();
  const state = async () => (await elbv2.DescribeLoadBalancers({})).LoadBalancers[0]?.State?.Code;
  expect(await state()).toBe("provisioning");
  clock.advance(5_000);
  expect(await state()).toBe("active");
});

test("its security group is the VPC's default unless others are given, and its interfaces are named as by AWS", async () => {
  const { elbv2, region, id } = await openLoadBalancing();
  const { LoadBalancers } = await elbv2.CreateLoadBalancer({
    Name: "lb",
    SubnetMappings: [{ SubnetId: id("subnet-1") }, { SubnetId: id("subnet-2") }],
  });
  const { LoadBalancerArn = "", SecurityGroups, AvailabilityZones } = LoadBalancers[0] ?? {};
  const { securityGroups, networkInterfaces } = region.ec2.vpc;
  expect(SecurityGroups?.map(each => securityGroups.get(each)?.groupName)).toEqual(["default"]);
  expect(AvailabilityZones?.map(each => each.ZoneName)).toEqual(["us-east-1a", "us-east-1b"]);
  const description = `ELB ${LoadBalancerArn.split(":loadbalancer/")[1] ?? ""}`;
  expect([...networkInterfaces.values()].map(each => each.description)).toEqual([description, description]);
});

test("created again with the same settings, it is the same", async () => {
  const { createLoadBalancer, createTargetGroup, createListener } = await openLoadBalancing();
  const balancer = await createLoadBalancer();
  expect(await createLoadBalancer()).toBe(balancer);
  expect(await createTargetGroup()).toBe(await createTargetGroup());
  expect(await createListener(balancer, "hello")).toBe(await createListener(balancer, "hello"));
});

test("deleted, it leaves nothing: no name, interface or listener; deleting it again succeeds", async () => {
  const { elbv2, region, createLoadBalancer, createTargetGroup, createListener } = await openLoadBalancing();
  const LoadBalancerArn = await createLoadBalancer();
  const TargetGroupArn = await createTargetGroup();
  const ListenerArn = await createListener(LoadBalancerArn, TargetGroupArn);
  const { dnsName = "", listeners } = region.elbv2.loadBalancers.get(LoadBalancerArn) ?? {};
  const servers = [...(listeners?.values() ?? [])].map(({ server }) => server);
  await elbv2.DeleteLoadBalancer({ LoadBalancerArn });
  expect(region.ec2.vpc.networkInterfaces.size).toBe(0);
  expect(region.dns.resolve(dnsName)).toBeUndefined();
  expect(servers.map(({ listening }) => listening)).toEqual([false]);
  await expect(elbv2.DescribeListeners({ ListenerArns: [ListenerArn] })).rejects.toMatchObject({
    code: "ListenerNotFound",
  });
  await elbv2.DeleteLoadBalancer({ LoadBalancerArn });
  await elbv2.DeleteTargetGroup({ TargetGroupArn });
  await elbv2.DeleteTargetGroup({ TargetGroupArn });
});

test("deleted while a listener is being created, it has none", async () => {
  const { elbv2, region, createLoadBalancer, createListener } = await openLoadBalancing();
  const LoadBalancerArn = await createLoadBalancer();
  const { listeners } = region.elbv2.loadBalancers.get(LoadBalancerArn) ?? {};
  const creating = createListener(LoadBalancerArn, "hello");
  await new Promise(resolve => queueMicrotask(() => resolve(undefined)));
  const servers = [...(listeners?.values() ?? [])].map(({ server }) => server);
  expect(servers).toHaveLength(1);
  const deleting = elbv2.DeleteLoadBalancer({ LoadBalancerArn });
  await creating;
  await deleting;
  expect(servers.map(({ listening }) => listening)).toEqual([false]);
});

test("SetSecurityGroups decides at once who gets through", async () => {
  const { elbv2, region, id, createLoadBalancer, createListener } = await openLoadBalancing();
  const LoadBalancerArn = await createLoadBalancer();
  await createListener(LoadBalancerArn, "hello");
  expect(await get(region, LoadBalancerArn)).toBe("200 hello");
  const groups = [...region.ec2.vpc.securityGroups.values()];
  const closed = groups.find(each => each.vpcId === id("vpc") && each.groupName === "default")?.id ?? "";
  await elbv2.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: [closed] });
  expect(await get(region, LoadBalancerArn)).toBe("dropped");
  await elbv2.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: [id("group")] });
  expect(await get(region, LoadBalancerArn)).toBe("200 hello");
});

test("a subnet that is named twice gets one node", async () => {
  const { elbv2, region, id } = await openLoadBalancing();
  await elbv2.CreateLoadBalancer({ Name: "lb", Subnets: [id("subnet-1"), id("subnet-1"), id("subnet-2")] });
  const nodes = [...region.ec2.vpc.networkInterfaces.values()].map(({ subnetId }) => subnetId);
  expect(nodes).toEqual([id("subnet-1"), id("subnet-2")]);
});

test("SetSubnets moves its nodes; those in subnets that stay are kept and serve on", async () => {
  const { elbv2, region, id, createLoadBalancer, createListener } = await openLoadBalancing();
  const LoadBalancerArn = await createLoadBalancer();
  await createListener(LoadBalancerArn, "hello");
  const { vpc } = region.ec2;
  const second = vpc.subnets.get(id("subnet-2"));
  if (!second) throw new Error("no second subnet");
  const { Subnet } = await region.calls.ec2.CreateSubnet({
    VpcId: second.vpcId,
    CidrBlock: "10.0.3.0/24",
    AvailabilityZone: "us-east-1c",
  });
  const third = { id: Subnet.SubnetId ?? "" };
  for (const association of [...vpc.routeTableAssociations.values()])
    if (association.subnetId === second.id)
      vpc.routeTableAssociations.set("rtbassoc-3", { ...association, id: "rtbassoc-3", subnetId: third.id });
  const nodes = () => region.elbv2.loadBalancers.get(LoadBalancerArn)?.interfaceIds ?? [];
  const [kept] = nodes();
  const { AvailabilityZones } = await elbv2.SetSubnets({
    LoadBalancerArn,
    Subnets: [id("subnet-1"), third.id],
  });
  expect(AvailabilityZones.map(each => each.ZoneName)).toEqual(["us-east-1a", "us-east-1c"]);
  expect(nodes()[0]).toBe(kept);
  expect([...vpc.networkInterfaces.values()].map(each => each.subnetId)).toEqual([id("subnet-1"), third.id]);
  // DNS spreads the requests over both nodes.
  expect([await get(region, LoadBalancerArn), await get(region, LoadBalancerArn)]).toEqual([
    "200 hello",
    "200 hello",
  ]);
});

test("attributes have AWS's defaults and keep what is changed", async () => {
  const { elbv2, createLoadBalancer, createTargetGroup, createListener } = await openLoadBalancing();
  const LoadBalancerArn = await createLoadBalancer();
  const TargetGroupArn = await createTargetGroup();
  const ListenerArn = await createListener(LoadBalancerArn, TargetGroupArn);
  const idle = { Key: "idle_timeout.timeout_seconds", Value: "120" };
  await elbv2.ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [idle] });
  const ofBalancer = await elbv2.DescribeLoadBalancerAttributes({ LoadBalancerArn });
  expect(ofBalancer.Attributes).toContainEqual(idle);
  expect(ofBalancer.Attributes).toContainEqual({ Key: "routing.http2.enabled", Value: "true" });
  const ofGroup = await elbv2.DescribeTargetGroupAttributes({ TargetGroupArn });
  expect(ofGroup.Attributes).toContainEqual({ Key: "deregistration_delay.timeout_seconds", Value: "300" });
  const ofListener = await elbv2.DescribeListenerAttributes({ ListenerArn });
  expect(ofListener.Attributes).toContainEqual({
    Key: "routing.http.response.server.enabled",
    Value: "true",
  });
});

test("it can't be deleted while deletion protection is on, whatever else is kept of its attributes", async () => {
  const { elbv2, createLoadBalancer, region } = await openLoadBalancing();
  const LoadBalancerArn = await createLoadBalancer();
  const set = async (attributes: Record<string, string>) =>
    elbv2.ModifyLoadBalancerAttributes({
      LoadBalancerArn,
      Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })),
    });
  const logs = { "access_logs.s3.enabled": "true", "access_logs.s3.bucket": "my-logs" };
  const { Attributes } = await set({ ...logs, "deletion_protection.enabled": "true" });
  expect(Attributes).toContainEqual({ Key: "access_logs.s3.bucket", Value: "my-logs" });
  await expect(elbv2.DeleteLoadBalancer({ LoadBalancerArn })).rejects.toMatchObject({
    name: "OperationNotPermitted",
    message: `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
  });
  await set({ "deletion_protection.enabled": "false" });
  await elbv2.DeleteLoadBalancer({ LoadBalancerArn });
  expect(region.elbv2.loadBalancers.size).toBe(0);
});

test("every minute it tells CloudWatch of its requests and its targets", async () => {
  const { region, clock, elbv2, createLoadBalancer, createTargetGroup, createListener, id } =
    await openLoadBalancing({ instance: true });
  const LoadBalancerArn = await createLoadBalancer();
  const TargetGroupArn = await createTargetGroup();
  await createListener(LoadBalancerArn, TargetGroupArn);
  clock.advance(60_000);
  expect(await get(region, LoadBalancerArn)).toMatch(/^503 /);
  await elbv2.RegisterTargets({ TargetGroupArn, Targets: [{ Id: id("instance") }] });
  clock.advance(60_000);
  const LoadBalancer = LoadBalancerArn.split(":loadbalancer/")[1];
  const TargetGroup = TargetGroupArn.split(":").at(-1);
  const sums = async (MetricName: string, dimensions: Record<string, string | undefined>) => {
    const { Datapoints } = await region.calls.cloudWatch.GetMetricStatistics({
      Namespace: "AWS/ApplicationELB",
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 3_600_000),
      Period: 60,
      Statistics: ["Sum"],
    });
    return Datapoints.map(({ Sum, Unit }) => [Sum, Unit]);
  };
  expect(await sums("HTTPCode_ELB_5XX_Count", { LoadBalancer })).toEqual([[1, "Count"]]);
  expect(await sums("RequestCount", { LoadBalancer })).toEqual([]);
  expect(await sums("HealthyHostCount", { LoadBalancer, TargetGroup })).toEqual([[0, "Count"]]);
});

test("what the region can't honour is refused, and what has no effect is kept", async () => {
  const { elbv2, createTargetGroup } = await openLoadBalancing();
  const TargetGroupArn = await createTargetGroup();
  const set = (Key: string, Value: string) =>
    elbv2.ModifyTargetGroupAttributes({ TargetGroupArn, Attributes: [{ Key, Value }] });
  await expect(set("stickiness.enabled", "true")).rejects.toThrow("The local region does not support");
  await expect(set("slow_start.duration_seconds", "30")).rejects.toThrow("The local region does not support");
  await expect(set("slow_start.duration_seconds", "29")).rejects.toThrow("must be");
  await set("stickiness.lb_cookie.duration_seconds", "60");
  const { Attributes } = await elbv2.DescribeTargetGroupAttributes({ TargetGroupArn });
  expect(Attributes).toContainEqual({ Key: "stickiness.lb_cookie.duration_seconds", Value: "60" });
});
