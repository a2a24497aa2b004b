/** Every action on a small region, called with AWS's own clients. */
import "../../testing/runtime"; // first: the others load what it stands in for
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { resourceId } from "../identifiers";
import { amazonLinux2023 } from "../services/ec2/image";
import type { Region } from "../region";
import { createApiHandler } from "./endpoint";
import { exchange, lines, listen, loopback } from "../../testing/servers";
import { ports } from "../../apps/ports";
import { createInternetProxy } from "../network/local-internet";
import { makeSamples, openRegion, operatorAddress, type Made } from "../../testing/sample-resources";
import type { FakeClock } from "../../testing/fake-clock";
import { clientsOf, type Clients } from "../../testing/aws-clients";

/** The sample instance's port. */
const { http } = ports.receiver;

let region: Region;
let clock: FakeClock;
let events: string[];
let made: Made;
let clients: Clients;
let port: number;

beforeAll(async () => {
  const opened = await openRegion();
  ({ region, clock, events } = opened);
  made = await makeSamples(opened.resources);
  const internet = createInternetProxy({
    dns: region.dns,
    route: region.network.routerFrom({ internetAddress: operatorAddress }),
    welcome: () => "welcome\n",
    handleApiRequest: createApiHandler({
      regionName: "us-east-1",
      services: region.services,
      report: event => events.push(event),
    }),
  });
  ({ port } = await listen(internet));
  clients = clientsOf(`http://${loopback}:${port}`);
});

const id = (name: string) => made[name]?.id ?? "";
const output = (name: string, field: string) => String(made[name]?.outputs[field]);
const balancerArn = () => id("aws:lb/loadBalancer:LoadBalancer");
const targetGroupArn = () => id("aws:lb/targetGroup:TargetGroup");

/** A client's error as "status name: message". */
async function errorOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error("the call succeeded"),
    (thrown: unknown) => thrown as Error & { $metadata?: { httpStatusCode?: number } },
  );
  return `${"$metadata" in error ? error.$metadata?.httpStatusCode : ""} ${error.name}: ${error.message}`;
}

type Filters = Record<string, string>;
const filterList = (filters: Filters) =>
  Object.entries(filters).map(([Name, values]) => ({ Name, Values: values.split(",") }));

describe("EC2", () => {
  const describeInstances = (Filters: Filters) =>
    clients.ec2.describeInstances({ Filters: filterList(Filters) });

  test("an instance has the attributes that users look for", async () => {
    const { Reservations } = await clients.ec2.describeInstances({ InstanceIds: [id("instance")] });
    const publicIp = output("instance", "publicIp");
    const name = `ec2-${publicIp.replaceAll(".", "-")}.compute-1.test`;
    expect(Reservations).toMatchObject([
      {
        Instances: [
          {
            InstanceId: id("instance"),
            InstanceType: "t3.micro",
            ImageId: "ami-0a1b2c3d4e5f60718",
            KeyName: id("pair"),
            SubnetId: id("subnet-1"),
            VpcId: id("vpc"),
            PublicIpAddress: publicIp,
            PublicDnsName: name,
            PrivateIpAddress: "10.0.1.10",
            PrivateDnsName: "ip-10-0-1-10.ec2.internal",
            Placement: { AvailabilityZone: "us-east-1a" },
            State: { Code: 16, Name: "running" },
            Monitoring: { State: "disabled" },
            MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
            SecurityGroups: [{ GroupId: id("group"), GroupName: output("group", "name") }],
            NetworkInterfaces: [
              { NetworkInterfaceId: output("instance", "primaryNetworkInterfaceId"), Groups: [{}] },
            ],
            Tags: [{ Key: "Name", Value: "receiver-1" }],
          },
        ],
      },
    ]);
    const instance = Reservations?.[0]?.Instances?.[0];
    expect(instance?.IamInstanceProfile?.Arn).toContain(":instance-profile/");
    expect(Math.abs((instance?.LaunchTime?.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
    expect(region.dns.resolve(name)).toBe(publicIp);
  });

  test.each<[Filters, boolean]>([
    [{ "instance-state-name": "pending,running" }, true],
    [{ "instance-state-name": "stopped" }, false],
    [{ "tag:Name": "receiver-*" }, true],
    [{ "tag:Name": "receiver-?" }, true],
    [{ "tag:Name": "data*" }, false],
    [{ "tag-key": "Name" }, true],
    [{ "tag-key": "name" }, false],
    [{ "availability-zone": "us-east-1a", "instance-type": "t3.*" }, true],
    [{ "availability-zone": "us-east-1b" }, false],
    [{ "private-ip-address": "10.0.1.10" }, true],
    [{ "ip-address": "203.0.113.*" }, true],
    [{ "ip-address": "198.51.100.*" }, false],
    [{ "instance-id": "i-*", "instance-state-code": "16" }, true],
    [{ "image-id": "ami-0a1b2c3d4e5f60718" }, true],
  ])("filter %j", async (filters, found) => {
    const { Reservations } = await describeInstances(filters);
    expect(Reservations).toHaveLength(found ? 1 : 0);
  });

  test.each([
    ["vpc-id", "vpc"],
    ["subnet-id", "subnet-1"],
    ["instance.group-id", "group"],
    ["network-interface.group-id", "group"],
    ["key-name", "pair"],
  ])("filter %s matches the id of %s", async (name, resource) => {
    expect((await describeInstances({ [name]: id(resource) })).Reservations).toHaveLength(1);
    expect((await describeInstances({ [name]: "other" })).Reservations).toHaveLength(0);
  });

  test("an instance is terminated once and reported once", async () => {
    const specification = region.ec2.instances.records.get(id("instance"))?.specification;
    if (!specification) throw new Error("the sample instance is missing");
    const instanceId = resourceId("i");
    await region.ec2.instances.launch({
      ...specification,
      instanceId,
      name: "extra",
      imageId: amazonLinux2023,
    });
    const before = events.length;
    for (const state of ["running", "shutting-down|terminated"]) {
      const { TerminatingInstances } = await clients.ec2.terminateInstances({ InstanceIds: [instanceId] });
      expect(TerminatingInstances?.[0]?.PreviousState?.Name).toMatch(new RegExp(`^(${state})$`));
    }
    expect(events.slice(before)).toEqual([`extra (${instanceId}) terminated at a user's request`]);
    await region.ec2.instances.terminate(instanceId); // resolves once it is gone
  });

  test("VPCs, the account's default and another", async () => {
    const vpcs = async (filters: Filters) =>
      (await clients.ec2.describeVpcs({ Filters: filterList(filters) })).Vpcs;
    const own = { VpcId: id("vpc"), CidrBlock: "10.0.0.0/16", IsDefault: false, State: "available" };
    const byDefault = { CidrBlock: "172.31.0.0/16", IsDefault: true };
    expect(await vpcs({})).toMatchObject([byDefault, own]);
    expect(await vpcs({ isDefault: "true" })).toMatchObject([byDefault]);
    expect(await vpcs({ isDefault: "false", cidr: "10.0.*" })).toMatchObject([own]);
  });

  test("subnets", async () => {
    const subnets = async (filters: Filters) => {
      const input = { Filters: filterList(filters) };
      const { Subnets = [] } = await clients.ec2.describeSubnets(input);
      return Subnets.map(({ SubnetId }) => SubnetId);
    };
    expect(await subnets({ "vpc-id": id("vpc") })).toEqual([id("subnet-1"), id("subnet-2")]);
    expect(await subnets({ "subnet-id": id("subnet-2") })).toEqual([id("subnet-2")]);
    expect(await subnets({ "availability-zone": "us-east-1b", "default-for-az": "false" })).toEqual([
      id("subnet-2"),
    ]);
    expect(await subnets({ "cidr-block": "10.0.1.0/24" })).toEqual([id("subnet-1")]);
    const { Subnets } = await clients.ec2.describeSubnets({ SubnetIds: [id("subnet-1")] });
    // Of 256, AWS reserves five, and an instance and a load balancer node have one each.
    expect(Subnets).toMatchObject([
      { AvailableIpAddressCount: 249, AvailabilityZoneId: "use1-az1", MapPublicIpOnLaunch: true },
    ]);
  });

  test("security groups with their rules", async () => {
    const input = { Filters: filterList({ "group-name": "group-*", "ip-permission.cidr": "0.0.0.0/0" }) };
    const { SecurityGroups } = await clients.ec2.describeSecurityGroups(input);
    expect(SecurityGroups).toMatchObject([
      {
        GroupId: id("group"),
        Description: "a group",
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
        IpPermissionsEgress: [
          { IpProtocol: "tcp", FromPort: http, ToPort: http, UserIdGroupPairs: [{ GroupId: id("group") }] },
        ],
      },
    ]);
  });

  test("a VPC's default security group", async () => {
    const { Vpcs = [] } = await clients.ec2.describeVpcs({ Filters: filterList({ "is-default": "true" }) });
    const input = {
      Filters: filterList({ "group-name": "default", "vpc-id": String(Vpcs[0]?.VpcId) }),
    };
    const { SecurityGroups } = await clients.ec2.describeSecurityGroups(input);
    expect(SecurityGroups).toMatchObject([
      {
        Description: "default VPC security group",
        IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: SecurityGroups?.[0]?.GroupId }] }],
        IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      },
    ]);
  });

  test("one that the program has emptied", async () => {
    const input = { Filters: filterList({ "group-name": "default", "vpc-id": id("vpc") }) };
    const { SecurityGroups } = await clients.ec2.describeSecurityGroups(input);
    expect(SecurityGroups).toMatchObject([{ IpPermissions: [], IpPermissionsEgress: [] }]);
  });

  test("network ACLs by associated subnet", async () => {
    const input = { Filters: filterList({ "association.subnet-id": id("subnet-1") }) };
    const { NetworkAcls } = await clients.ec2.describeNetworkAcls(input);
    expect(NetworkAcls).toMatchObject([{ NetworkAclId: id("acl"), Entries: [{}, {}, {}, {}] }]);
  });

  const unknown = "0123456789abcdef0";
  const refusals = {
    [`400 InvalidInstanceID.NotFound: The instance ID 'i-${unknown}' does not exist`]: () =>
      clients.ec2.describeInstances({ InstanceIds: [`i-${unknown}`] }),
    "400 InvalidInstanceID.NotFound: The instance IDs 'i-01, i-02' do not exist": () =>
      clients.ec2.describeInstances({ InstanceIds: ["i-01", "i-02"] }),
    '400 InvalidInstanceID.Malformed: Invalid id: "my-host" (expecting "i-...")': () =>
      clients.ec2.describeInstances({ InstanceIds: ["my-host"] }),
    "400 InvalidParameterCombination: The parameter instancesSet cannot be used with the parameter maxResults":
      () => clients.ec2.describeInstances({ InstanceIds: ["i-01"], MaxResults: 5 }),
    "400 InvalidParameterValue: Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than 1000.":
      () => clients.ec2.describeInstances({ MaxResults: 1001 }),
    "400 InvalidNextToken: The specified NextToken is not valid.": () =>
      clients.ec2.describeVpcs({ NextToken: "x" }),
    "400 UnsupportedOperation: The local region does not support the parameter IncludeManagedResources of DescribeInstances. The nearest that it supports: MaxResults, InstanceIds, Filters.":
      () => clients.ec2.describeInstances({ IncludeManagedResources: true }),
    [`400 InvalidVpcID.NotFound: The vpc ID 'vpc-${unknown}' does not exist`]: () =>
      clients.ec2.describeVpcs({ VpcIds: [`vpc-${unknown}`] }),
    [`400 InvalidSubnetID.NotFound: The subnet ID 'subnet-${unknown}' does not exist`]: () =>
      clients.ec2.describeSubnets({ SubnetIds: [`subnet-${unknown}`] }),
    [`400 InvalidGroup.NotFound: The security group 'sg-${unknown}' does not exist`]: () =>
      clients.ec2.describeSecurityGroups({ GroupIds: [`sg-${unknown}`] }),
    "400 InvalidParameterValue: The filter 'colour' is invalid": () =>
      clients.ec2.describeSubnets({ Filters: [{ Name: "colour", Values: ["x"] }] }),
    "400 InvalidInstanceID.NotFound: The instance ID 'i-02' does not exist": () =>
      clients.ec2.terminateInstances({ InstanceIds: [id("instance"), "i-02"] }),
    "412 DryRunOperation: Request would have succeeded, but DryRun flag is set.": () =>
      clients.ec2.terminateInstances({ InstanceIds: [id("instance")], DryRun: true }),
  };
  test.each(Object.entries(refusals))("refuses with %s", async (expected, ask) => {
    expect(await errorOf(ask())).toBe(expected);
    expect(region.ec2.instances.hosts.has(id("instance"))).toBe(true);
  });
});

describe("Elastic Load Balancing", () => {
  test("load balancers, listeners and target groups refer to each other", async () => {
    const { elbv2 } = clients;
    const { LoadBalancers } = await elbv2.describeLoadBalancers({
      Names: [output("aws:lb/loadBalancer:LoadBalancer", "name")],
    });
    expect(LoadBalancers).toMatchObject([
      {
        LoadBalancerArn: balancerArn(),
        DNSName: output("aws:lb/loadBalancer:LoadBalancer", "dnsName"),
        Scheme: "internet-facing",
        State: { Code: "provisioning" },
        VpcId: id("vpc"),
        AvailabilityZones: [{ SubnetId: id("subnet-1") }, { SubnetId: id("subnet-2") }],
        SecurityGroups: [id("group")],
      },
    ]);
    const { Listeners } = await elbv2.describeListeners({ LoadBalancerArn: balancerArn() });
    expect(Listeners).toMatchObject([
      { ListenerArn: id("listener"), Port: 80, DefaultActions: [{ TargetGroupArn: targetGroupArn() }] },
    ]);
    const { TargetGroups } = await elbv2.describeTargetGroups({ LoadBalancerArn: balancerArn() });
    expect(TargetGroups).toMatchObject([
      { TargetGroupArn: targetGroupArn(), LoadBalancerArns: [balancerArn()], HealthCheckPath: "/health" },
    ]);
  });

  test("health of all targets, or of the requested ones", async () => {
    const health = (Targets?: { Id: string }[]) =>
      clients.elbv2.describeTargetHealth({ TargetGroupArn: targetGroupArn(), Targets });
    expect((await health()).TargetHealthDescriptions).toMatchObject([
      { Target: { Id: id("instance"), Port: http }, HealthCheckPort: String(http) },
    ]);
    expect((await health([{ Id: "i-other" }])).TargetHealthDescriptions).toMatchObject([
      { Target: { Id: "i-other" }, TargetHealth: { State: "unused", Reason: "Target.NotRegistered" } },
    ]);
  });

  const otherArn = (kind: string) => `arn:aws:elasticloadbalancing:us-east-1:1:${kind}/x/0123`;
  const refusals = {
    "400 LoadBalancerNotFoundException: Load balancers '[a, b]' not found": () =>
      clients.elbv2.describeLoadBalancers({ Names: ["a", "b"] }),
    "400 LoadBalancerNotFoundException: One or more load balancers not found": () =>
      clients.elbv2.describeLoadBalancers({ LoadBalancerArns: [otherArn("loadbalancer/app")] }),
    "400 ValidationError: 'x' is not a valid load balancer ARN": () =>
      clients.elbv2.describeLoadBalancers({ LoadBalancerArns: ["x"] }),
    "400 ValidationError: You can specify only one of the following: load balancer ARNs, load balancer names":
      () => clients.elbv2.describeLoadBalancers({ LoadBalancerArns: [balancerArn()], Names: ["a"] }),
    "400 TargetGroupNotFoundException: One or more target groups not found": () =>
      clients.elbv2.describeTargetGroups({ Names: ["a"] }),
    [`400 TargetGroupNotFoundException: Target groups '${otherArn("targetgroup")}' not found`]: () =>
      clients.elbv2.describeTargetHealth({ TargetGroupArn: otherArn("targetgroup") }),
    "400 ValidationError: 1 validation error detected: Value '0' at 'pageSize' failed to satisfy constraint: Member must have value greater than or equal to 1":
      () => clients.elbv2.describeLoadBalancers({ PageSize: 0 }),
    "400 ValidationError: You must specify either listener ARNs or a load balancer ARN": () =>
      clients.elbv2.describeListeners({}),
  };
  test.each(Object.entries(refusals))("refuses with %s", async (expected, ask) => {
    expect(await errorOf(ask())).toBe(expected);
  });
});

describe("Auto Scaling", () => {
  const groupName = () => id("fleet");

  test("a group has its declared settings", async () => {
    const { AutoScalingGroups } = await clients.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [groupName()],
    });
    expect(AutoScalingGroups).toMatchObject([
      {
        AutoScalingGroupName: groupName(),
        AutoScalingGroupARN: output("fleet", "arn"),
        LaunchTemplate: { LaunchTemplateId: id("template"), LaunchTemplateName: output("template", "name") },
        DesiredCapacity: 0,
        Instances: [],
        TargetGroupARNs: [targetGroupArn()],
      },
    ]);
  });

  test.each<[string, () => { Name: string; Values: string[] }[], number]>([
    ["a tag", () => [{ Name: "tag:Name", Values: ["fleet"] }], 1],
    ["another value of a tag", () => [{ Name: "tag:Name", Values: ["other"] }], 0],
    ["a tag key", () => [{ Name: "tag-key", Values: ["Name"] }], 1],
    ["a tag value", () => [{ Name: "tag-value", Values: ["other"] }], 0],
  ])("groups by %s", async (_name, filters, count) => {
    const { AutoScalingGroups } = await clients.autoScaling.describeAutoScalingGroups({ Filters: filters() });
    expect(AutoScalingGroups).toHaveLength(count);
  });

  test("the policy with its alarms", async () => {
    const { ScalingPolicies } = await clients.autoScaling.describePolicies({
      AutoScalingGroupName: groupName(),
    });
    expect(ScalingPolicies).toMatchObject([
      {
        PolicyName: id("tracking"),
        PolicyType: "TargetTrackingScaling",
        Alarms: [
          { AlarmName: expect.stringContaining("-AlarmHigh-") as unknown },
          { AlarmName: expect.stringContaining("-AlarmLow-") as unknown },
        ],
        TargetTrackingConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
          TargetValue: 50,
        },
      },
    ]);
    const none = await clients.autoScaling.describePolicies({ PolicyNames: ["x"] });
    expect(none.ScalingPolicies).toEqual([]);
  });

  const setCapacity = (DesiredCapacity: number, AutoScalingGroupName = groupName()) =>
    clients.autoScaling.setDesiredCapacity({ AutoScalingGroupName, DesiredCapacity, HonorCooldown: true });
  test.each<[string, () => Promise<unknown>, string]>([
    [
      "a capacity above the maximum",
      () => setCapacity(9),
      "400 ValidationError: New SetDesiredCapacity value 9 is above max value 0 for the AutoScalingGroup.",
    ],
    [
      "a negative capacity",
      () => setCapacity(-1),
      "400 ValidationError: 1 validation error detected: Value '-1' at 'desiredCapacity' failed to satisfy " +
        "constraint: Member must have value greater than or equal to 0",
    ],
    [
      "an unknown group",
      () => setCapacity(1, "other"),
      "400 ValidationError: AutoScalingGroup name not found - AutoScalingGroup other not found",
    ],
    [
      "an unknown group's activities",
      () => clients.autoScaling.describeScalingActivities({ AutoScalingGroupName: "other" }),
      "400 ValidationError: AutoScalingGroup name not found - AutoScalingGroup other not found",
    ],
    [
      "an instance that is in no group",
      () =>
        clients.autoScaling.terminateInstanceInAutoScalingGroup({
          InstanceId: id("instance"),
          ShouldDecrementDesiredCapacity: false,
        }),
      "400 ValidationError: Instance Id not found - No managed instance found for instance ID: ",
    ],
    [
      "too many records",
      () => clients.autoScaling.describePolicies({ MaxRecords: 101 }),
      "400 ValidationError: 1 validation error detected: Value '101' at 'maxRecords' failed to satisfy constraint: " +
        "Member must have value less than or equal to 100",
    ],
    [
      "an invalid token",
      () => clients.autoScaling.describeAutoScalingGroups({ NextToken: "x" }),
      "400 InvalidNextToken: The token 'x' is invalid.",
    ],
    [
      "an unknown filter",
      () => clients.autoScaling.describeAutoScalingGroups({ Filters: [{ Name: "x" }] }),
      "400 ValidationError: Filter type x is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>",
    ],
  ])("rejects %s", async (_name, ask, expected) => {
    expect(await errorOf(ask())).toContain(expected);
  });
});

describe("CloudWatch", () => {
  const metric = {
    namespace: "AWS/EC2",
    name: "CPUUtilization",
    dimensions: [{ name: "InstanceId", value: "i-7" }],
  };
  const hour = 3_600_000;
  const inputWith = (changes: Partial<cloudwatch.GetMetricStatisticsInput> = {}) => ({
    Namespace: "AWS/EC2",
    MetricName: "CPUUtilization",
    Dimensions: [{ Name: "InstanceId", Value: "i-7" }],
    StartTime: new Date(Date.now() - hour),
    EndTime: new Date(),
    Period: 60,
    Statistics: ["Average" as const],
    ...changes,
  });
  const get = (changes?: Partial<cloudwatch.GetMetricStatisticsInput>) =>
    clients.cloudWatch.getMetricStatistics(inputWith(changes));

  test("the last hour of the wall clock is the region's last hour", async () => {
    const begin = Math.floor(clock.now() / 60_000) * 60_000;
    for (let minutes = 90; minutes >= 1; minutes--)
      region.metrics.put(metric, begin - minutes * 60_000, minutes);
    const { Datapoints = [], Label } = await get();
    expect(Label).toBe("CPUUtilization");
    expect(Datapoints.length).toBeGreaterThanOrEqual(58);
    expect(Datapoints.length).toBeLessThanOrEqual(60);
    const latest = Datapoints.at(-1);
    expect(latest).toMatchObject({ Average: 1, Unit: "Percent" });
    expect(latest?.Maximum).toBeUndefined();
    expect((latest?.Timestamp?.getTime() ?? 1) % 60_000).toBe(0);

    const whole = { StartTime: new Date(Date.now() - 3 * hour), Period: 86_400 };
    const all = await get({ ...whole, Statistics: ["Maximum", "Minimum", "SampleCount", "Sum"] });
    expect(all.Datapoints).toMatchObject([{ Maximum: 90, Minimum: 1, SampleCount: 90, Sum: 4095 }]);
  });

  test("the group's own metrics have no unit", async () => {
    const dimension = { name: "AutoScalingGroupName", value: "fleet-1" };
    const name = "GroupInServiceInstances";
    const begin = Math.floor(clock.now() / 60_000 - 1) * 60_000;
    region.metrics.put({ namespace: "AWS/AutoScaling", name, dimensions: [dimension] }, begin, 2);
    const ask = (Unit?: "None" | "Percent") =>
      get({
        Namespace: "AWS/AutoScaling",
        MetricName: name,
        Dimensions: [{ Name: dimension.name, Value: dimension.value }],
        StartTime: new Date(Date.now() - hour),
        Unit,
      });
    expect(await ask()).toMatchObject({ Label: name, Datapoints: [{ Average: 2, Unit: "None" }] });
    expect((await ask("None")).Datapoints).toHaveLength(1);
    expect((await ask("Percent")).Datapoints).toEqual([]);
  });

  test("an unknown metric has no datapoints", async () => {
    expect(await get({ MetricName: "NetworkIn" })).toMatchObject({ Label: "NetworkIn", Datapoints: [] });
    expect((await get({ Dimensions: [] })).Datapoints).toEqual([]);
    expect((await get({ Unit: "Bytes" })).Datapoints).toEqual([]);
  });

  test.each<[string, Partial<cloudwatch.GetMetricStatisticsInput>, string]>([
    [
      "a period of half a minute",
      { Period: 30 },
      "InvalidParameterValueException: The parameter Period must be a multiple of 60.",
    ],
    [
      "no statistic",
      { Statistics: [] },
      "MissingRequiredParameterException: The parameter Statistics or ExtendedStatistics is required.",
    ],
    [
      "no namespace",
      { Namespace: undefined },
      "MissingRequiredParameterException: The parameter Namespace is required.",
    ],
    [
      "an unknown statistic",
      { Statistics: ["Sum", "Mean" as "Average"] },
      "InvalidParameterValueException: The parameter Statistics.member.2 must be a value in the set " +
        "[ Average, Maximum, Minimum, SampleCount, Sum ].",
    ],
    [
      "an end before the start",
      { EndTime: new Date(0) },
      "InvalidParameterCombinationException: The parameter StartTime must be less than the parameter EndTime.",
    ],
    [
      "two days by the minute",
      { StartTime: new Date(Date.now() - 48 * hour) },
      "InvalidParameterCombinationException: You have requested up to 2",
    ],
  ])("rejects %s", async (_name, changes, expected) => {
    expect(await errorOf(get(changes))).toContain(`400 ${expected}`);
  });

  test("also speaks the query protocol of older clients", async () => {
    const response = await post(
      "monitoring",
      "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FEC2&MetricName=x&Period=60" +
        "&StartTime=2026-11-22T20:00:00Z&EndTime=2026-11-22T21:00:00Z&Statistics.member.1=Average",
    );
    expect(response).toMatch(/^HTTP\/1\.1 200 [^]*<GetMetricStatisticsResult>[^]*<Datapoints\/>/);
  });
});

/** A request that no client would send. */
function post(scope: string, body: string, ...fields: string[]): Promise<string> {
  const credential = `Credential=any/20261122/us-east-1/${scope}/aws4_request`;
  const signature = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}`;
  const head = [
    "POST / HTTP/1.1",
    `Host: localhost:${port}`,
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(scope === "" ? [] : [`Authorization: ${signature}`]),
    ...fields,
  ];
  return exchange(port, `${lines(...head, "", "")}${body}`);
}

describe("every service", () => {
  test("identifies the caller", async () => {
    await expect(clients.sts.getCallerIdentity({})).resolves.toMatchObject({
      Account: "123456789012",
      Arn: "arn:aws:iam::123456789012:user/operator",
    });
  });

  test.each<[string, string, string, RegExp]>([
    ["no signature", "", "Action=DescribeVpcs", /^HTTP\/1\.1 403 [^]*<Code>MissingAuthenticationToken</],
    [
      "an unsupported service",
      "s3",
      "Action=x",
      /^HTTP\/1\.1 400 [^]*<Error><Code>UnsupportedOperation<[^]* but not s3</,
    ],
    [
      "no action",
      "ec2",
      "Version=1",
      /^HTTP\/1\.1 400 [^]*<Response><Errors><Error>[^]*<Code>MissingParameter</,
    ],
    [
      "an empty body",
      "autoscaling",
      "",
      /^HTTP\/1\.1 400 [^]*<ErrorResponse [^]*<Type>Sender<[^]*<Code>ValidationError</,
    ],
    [
      "an action named like a property of every object",
      "ec2",
      "Action=constructor",
      /^HTTP\/1\.1 400 [^]*<Code>InvalidAction</,
    ],
    [
      "classic load balancers, which share scope and action",
      "elasticloadbalancing",
      "Action=DescribeLoadBalancers&Version=2012-06-01",
      /^HTTP\/1\.1 400 [^]*<Message>Could not find operation DescribeLoadBalancers for version 2012-06-01</,
    ],
    [
      "an oversized body",
      "ec2",
      `Action=${"x".repeat(70_000)}`,
      /^HTTP\/1\.1 413 [^]*<Code>RequestEntityTooLarge</,
    ],
    [
      "a parameter unknown to AWS",
      "ec2",
      "Action=DescribeVpcs&Colour=red",
      /^HTTP\/1\.1 400 [^]*<Code>UnknownParameter</,
    ],
  ])("rejects %s", async (_name, scope, body, expected) => {
    expect(await post(scope, body)).toMatch(expected);
  });

  test("rejects a JSON request in JSON", async () => {
    const target = "X-Amz-Target: GraniteServiceVersion20100801.GetMetricStatistics";
    const response = await post("monitoring", "{}", target, "Content-Type: application/x-amz-json-1.0");
    expect(response).toMatch(/^HTTP\/1\.1 400 [^]*x-amzn-query-error: MissingParameter;Sender\r\n/);
    expect(response).toMatch(/\{"__type":"MissingRequiredParameterException","message":"[^"]*Namespace/);
  });

  test("reports an internal failure but doesn't reveal it", async () => {
    const visible = jest.spyOn(region.ec2.instances.records, "visible").mockImplementation(() => {
      throw new Error("a secret cause");
    });
    const response = await post("ec2", "Action=DescribeInstances");
    visible.mockRestore();
    expect(response).toMatch(/^HTTP\/1\.1 500 [^]*<Code>InternalError</);
    expect(response).not.toContain("secret");
    expect(events.at(-1)).toContain("a secret cause");
  });
});
