/** A call for each thing that Elastic Load Balancing refuses: the compiler names a refusal that has none. */
import type { CreateListenerCommandInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { openLoadBalancing } from "../../../testing/load-balancing";
import { createVpc } from "../ec2/vpcs";
import { refusals } from "./refusals";

type Opened = Awaited<ReturnType<typeof openLoadBalancing>>;

/** The calls that end in the refusal, and its code. */
type Case = [code: string, call: (opened: Opened) => unknown];

const cases: Record<keyof typeof refusals, Case> = {
  regionLacks: ["ValidationError", opened => createBalancer(opened, { Scheme: "internal" })],
  invalidName: ["ValidationError", opened => createBalancer(opened, { Name: "a--b-" })],
  outOfRange: ["ValidationError", opened => createGroup(opened, { HealthCheckIntervalSeconds: 4 })],
  missing: ["ValidationError", opened => createGroup(opened, { Port: undefined })],

  duplicateLoadBalancerName: [
    "DuplicateLoadBalancerName",
    async opened => {
      await opened.createLoadBalancer("lb");
      return createBalancer(opened, { SecurityGroups: undefined });
    },
  ],
  subnetsOrMappings: ["ValidationError", opened => createBalancer(opened, { Subnets: undefined })],
  tooFewZones: ["ValidationError", opened => createBalancer(opened, { Subnets: [opened.id("subnet-1")] })],
  sameZone: [
    "InvalidConfigurationRequest",
    opened => {
      const { subnets } = opened.region.ec2.vpc;
      const second = subnets.get(opened.id("subnet-2"));
      if (second) second.availabilityZone = "us-east-1a";
      return createBalancer(opened);
    },
  ],
  severalVpcs: [
    "InvalidConfigurationRequest",
    opened => createBalancer(opened, { Subnets: [opened.id("subnet-1"), subnetOfOtherVpc(opened)] }),
  ],
  otherVpc: [
    "InvalidConfigurationRequest",
    async opened => {
      const LoadBalancerArn = await opened.createLoadBalancer();
      const running = opened.region.elbv2.loadBalancers.get(LoadBalancerArn);
      if (running) running.vpcId = "vpc-0";
      return opened.elbv2.SetSubnets({ LoadBalancerArn, Subnets: subnetsOf(opened) });
    },
  ],
  subnetNotFound: ["SubnetNotFound", opened => createBalancer(opened, { Subnets: ["subnet-0", "subnet-1"] })],
  noInternetGateway: [
    "InvalidSubnet",
    opened => {
      opened.region.ec2.vpc.internetGateways.clear();
      return createBalancer(opened);
    },
  ],
  securityGroupNotFound: [
    "InvalidSecurityGroup",
    opened => createBalancer(opened, { SecurityGroups: ["sg-0"] }),
  ],
  securityGroupInOtherVpc: [
    "InvalidConfigurationRequest",
    opened => {
      const { defaultSecurityGroupId } = otherVpc(opened);
      return createBalancer(opened, { SecurityGroups: [defaultSecurityGroupId] });
    },
  ],
  noSecurityGroup: [
    "InvalidConfigurationRequest",
    async ({ elbv2, createLoadBalancer }) =>
      elbv2.SetSecurityGroups({ LoadBalancerArn: await createLoadBalancer(), SecurityGroups: [] }),
  ],
  deletionProtection: [
    "OperationNotPermitted",
    async opened => {
      const LoadBalancerArn = await opened.createLoadBalancer();
      await setBalancerAttribute(opened, "deletion_protection.enabled", "true", LoadBalancerArn);
      return opened.elbv2.DeleteLoadBalancer({ LoadBalancerArn });
    },
  ],

  unknownAttribute: ["ValidationError", opened => setBalancerAttribute(opened, "idle_timeout", "60")],
  attributeTwice: [
    "ValidationError",
    async ({ elbv2, createTargetGroup }) => {
      const Attributes = ["1", "2"].map(Value => ({ Key: "deregistration_delay.timeout_seconds", Value }));
      return elbv2.ModifyTargetGroupAttributes({ TargetGroupArn: await createTargetGroup(), Attributes });
    },
  ],
  invalidAttribute: [
    "ValidationError",
    opened => setBalancerAttribute(opened, "idle_timeout.timeout_seconds", "4001"),
  ],
  logsWithoutBucket: [
    "InvalidConfigurationRequest",
    async opened => {
      const Attributes = [{ Key: "access_logs.s3.enabled", Value: "true" }];
      const LoadBalancerArn = await opened.createLoadBalancer();
      return opened.elbv2.ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
    },
  ],
  crossZoneIsFixed: [
    "InvalidConfigurationRequest",
    opened => setBalancerAttribute(opened, "load_balancing.cross_zone.enabled", "false"),
  ],

  duplicateTargetGroupName: [
    "DuplicateTargetGroupName",
    async opened => {
      await createGroup(opened);
      return createGroup(opened, { Port: 8081 });
    },
  ],
  vpcNotFound: ["ValidationError", opened => createGroup(opened, { VpcId: "vpc-0" })],
  healthCheckAlwaysOn: ["ValidationError", opened => createGroup(opened, { HealthCheckEnabled: false })],
  healthCheckPath: ["ValidationError", opened => createGroup(opened, { HealthCheckPath: "health" })],
  healthCheckPort: ["ValidationError", opened => createGroup(opened, { HealthCheckPort: "65536" })],
  timeoutNotBelowInterval: [
    "ValidationError",
    opened => createGroup(opened, { HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 10 }),
  ],
  matcher: ["ValidationError", opened => createGroup(opened, { Matcher: { HttpCode: "200-600" } })],
  targetGroupInUse: [
    "ResourceInUse",
    async ({ elbv2, ...opened }) => {
      const TargetGroupArn = await opened.createTargetGroup();
      await opened.createListener(await opened.createLoadBalancer(), TargetGroupArn);
      return elbv2.DeleteTargetGroup({ TargetGroupArn });
    },
  ],

  noTargets: ["ValidationError", opened => register(opened, undefined)],
  targetsNotFound: ["InvalidTarget", opened => register(opened, [{ Id: "i-0" }])],
  targetsNotRunning: [
    "InvalidTarget",
    async opened => {
      const { hosts } = opened.region.ec2.instances;
      const Id = opened.id("instance");
      const [host] = [...hosts.values()];
      hosts.delete(Id);
      try {
        return await register(opened, [{ Id }]);
      } finally {
        if (host) hosts.set(Id, host);
      }
    },
  ],
  targetsInOtherVpc: [
    "InvalidTarget",
    async opened => {
      const { vpcId } = otherVpc(opened);
      const { TargetGroups } = await createGroup(opened, { VpcId: vpcId });
      const { TargetGroupArn } = TargetGroups[0] ?? {};
      return opened.elbv2.RegisterTargets({ TargetGroupArn, Targets: [{ Id: opened.id("instance") }] });
    },
  ],

  duplicateListener: [
    "DuplicateListener",
    async ({ createLoadBalancer, createListener }) => {
      const balancer = await createLoadBalancer();
      await createListener(balancer, "one");
      return createListener(balancer, "another");
    },
  ],
  listenerProtocol: ["ValidationError", opened => createHttps(opened, { Protocol: "TLS" })],
  noCertificate: ["ValidationError", opened => createHttps(opened, { Certificates: undefined })],
  oneCertificate: [
    "ValidationError",
    opened => createHttps(opened, { Certificates: [{ CertificateArn: "1" }, { CertificateArn: "2" }] }),
  ],
  certificateNotFound: [
    "CertificateNotFound",
    async opened => {
      const CertificateArn = `${await opened.importCertificate()}0`;
      return createHttps(opened, { Certificates: [{ CertificateArn }] });
    },
  ],
  unsupportedCertificate: [
    "UnsupportedCertificate",
    async opened => {
      const CertificateArn = await opened.importCertificate("localhost");
      return createHttps(opened, { Certificates: [{ CertificateArn }] });
    },
  ],
  defaultCertificate: [
    "OperationNotPermitted",
    async opened => {
      const { Listeners } = await createHttps(opened);
      const { ListenerArn, Certificates } = Listeners[0] ?? {};
      return opened.elbv2.RemoveListenerCertificates({ ListenerArn, Certificates });
    },
  ],
  onlyHttps: ["ValidationError", opened => createHttps(opened, { Protocol: "HTTP", SslPolicy: undefined })],
  sslPolicyNotFound: [
    "SSLPolicyNotFound",
    opened => createHttps(opened, { SslPolicy: "ELBSecurityPolicy-1999-01" }),
  ],
  alpnPolicy: ["ALPNPolicyNotFound", opened => createHttps(opened, { AlpnPolicy: ["HTTP2Preferred"] })],
  targetGroupOfOtherLoadBalancer: [
    "TargetGroupAssociationLimit",
    async ({ createLoadBalancer, createTargetGroup, createListener }) => {
      const group = await createTargetGroup();
      await createListener(await createLoadBalancer("one"), group);
      return createListener(await createLoadBalancer("another"), group);
    },
  ],
  targetGroupInOtherVpc: [
    "InvalidConfigurationRequest",
    async opened => {
      const { TargetGroups } = await createGroup(opened, { VpcId: otherVpc(opened).vpcId });
      return opened.createListener(await opened.createLoadBalancer(), TargetGroups[0]?.TargetGroupArn ?? "");
    },
  ],
  oneAction: ["InvalidLoadBalancerAction", opened => listen(opened, [redirect, redirect])],
  invalidAction: [
    "InvalidLoadBalancerAction",
    opened => listen(opened, [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "301" } }]),
  ],
  redirectLoop: [
    "InvalidLoadBalancerAction",
    opened => listen(opened, [{ Type: "redirect", RedirectConfig: { StatusCode: "HTTP_301", Query: "a" } }]),
  ],

  priorityInUse: [
    "PriorityInUse",
    async opened => {
      const ListenerArn = await listenerOf(opened);
      await createRule(opened, { ListenerArn });
      return createRule(opened, { ListenerArn });
    },
  ],
  priorityTwice: [
    "ValidationError",
    async opened => {
      const ListenerArn = await listenerOf(opened);
      const [one, another] = [
        await createRule(opened, { ListenerArn }),
        await createRule(opened, { ListenerArn, Priority: 2 }),
      ];
      const RulePriorities = [one, another].map(RuleArn => ({ RuleArn, Priority: 3 }));
      return opened.elbv2.SetRulePriorities({ RulePriorities });
    },
  ],
  rulesOfSeveralListeners: [
    "ValidationError",
    async opened => {
      const balancer = await opened.createLoadBalancer();
      const rules = await Promise.all(
        [80, 81].map(async port =>
          createRule(opened, { ListenerArn: await opened.createListener(balancer, "hello", port) }),
        ),
      );
      return opened.elbv2.SetRulePriorities({
        RulePriorities: rules.map((RuleArn, index) => ({ RuleArn, Priority: index + 5 })),
      });
    },
  ],
  defaultRule: [
    "OperationNotPermitted",
    async opened => {
      const { Rules } = await opened.elbv2.DescribeRules({ ListenerArn: await listenerOf(opened) });
      return opened.elbv2.DeleteRule({ RuleArn: Rules[0]?.RuleArn });
    },
  ],
  invalidCondition: [
    "ValidationError",
    opened => createRule(opened, { Conditions: [{ Field: "host-header", Values: ["nodot"] }] }),
  ],
  nothingToModify: [
    "ValidationError",
    async opened => opened.elbv2.ModifyRule({ RuleArn: await createRule(opened) }),
  ],

  duplicateTagKeys: ["DuplicateTagKeys", opened => tag(opened, [{ Key: "a" }, { Key: "a" }])],
  tooManyTags: [
    "TooManyTags",
    opened =>
      tag(
        opened,
        Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}` })),
      ),
  ],
  invalidTag: ["ValidationError", opened => tag(opened, [{ Key: "aws:a" }])],
};

const redirect = { Type: "redirect", RedirectConfig: { StatusCode: "HTTP_301", Port: "81" } } as const;

const subnetsOf = ({ id }: Opened) => [id("subnet-1"), id("subnet-2")];

const otherVpc = ({ region }: Opened) => createVpc(region.ec2.vpc, { cidrBlock: "10.1.0.0/16", tags: {} });

function subnetOfOtherVpc(opened: Opened): string {
  const { subnets } = opened.region.ec2.vpc;
  const first = subnets.get(opened.id("subnet-1"));
  if (first) subnets.set("subnet-other", { ...first, id: "subnet-other", vpcId: otherVpc(opened).vpcId });
  return "subnet-other";
}

function createBalancer(opened: Opened, changes: object = {}) {
  return opened.elbv2.CreateLoadBalancer({
    Name: "lb",
    Subnets: subnetsOf(opened),
    SecurityGroups: [opened.id("group")],
    ...changes,
  });
}

function createGroup({ elbv2, id }: Opened, changes: object = {}) {
  return elbv2.CreateTargetGroup({ Name: "group", Protocol: "HTTP", Port: 80, VpcId: id("vpc"), ...changes });
}

async function setBalancerAttribute(opened: Opened, Key: string, Value: string, arn?: string) {
  const LoadBalancerArn = arn ?? (await opened.createLoadBalancer());
  return opened.elbv2.ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key, Value }] });
}

async function register(opened: Opened, Targets: { Id: string; Port?: number }[] | undefined) {
  return opened.elbv2.RegisterTargets({ TargetGroupArn: await opened.createTargetGroup(), Targets });
}

type Actions = Parameters<Opened["elbv2"]["CreateListener"]>[0]["DefaultActions"];

async function listen(opened: Opened, DefaultActions: Actions) {
  const LoadBalancerArn = await opened.createLoadBalancer();
  return opened.elbv2.CreateListener({ LoadBalancerArn, Protocol: "HTTP", Port: 80, DefaultActions });
}

const listenerOf = async ({ createLoadBalancer, createListener }: Opened) =>
  createListener(await createLoadBalancer(), "hello");

async function createRule(
  opened: Opened,
  { ListenerArn, ...changes }: Partial<Parameters<Opened["elbv2"]["CreateRule"]>[0]> = {},
) {
  const { Rules } = await opened.elbv2.CreateRule({
    ListenerArn: ListenerArn ?? (await listenerOf(opened)),
    Priority: 1,
    Conditions: [{ Field: "path-pattern", Values: ["/a"] }],
    Actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
    ...changes,
  });
  return Rules[0]?.RuleArn ?? "";
}

async function tag({ elbv2, createTargetGroup }: Opened, Tags: { Key: string }[]) {
  return elbv2.AddTags({ ResourceArns: [await createTargetGroup()], Tags });
}

async function createHttps(opened: Opened, input: Partial<CreateListenerCommandInput> = {}) {
  return opened.elbv2.CreateListener({
    LoadBalancerArn: await opened.createLoadBalancer(),
    Protocol: "HTTPS",
    Port: 443,
    Certificates: [{ CertificateArn: await opened.importCertificate() }],
    DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
    ...input,
  });
}

test.each(Object.entries(cases))("%s", async (name, [code, call]) => {
  const opened = await openLoadBalancing({ instance: name.startsWith("targets") });
  await expect(call(opened)).rejects.toMatchObject({ code });
});

describe("an ARN", () => {
  const actions = {
    LoadBalancerNotFound: [
      ["SetSubnets", { Subnets: ["subnet-0"] }],
      ["SetSecurityGroups", { SecurityGroups: ["sg-0"] }],
      ["SetIpAddressType", { IpAddressType: "ipv4" }],
      ["DescribeLoadBalancerAttributes", {}],
      ["ModifyLoadBalancerAttributes", { Attributes: [] }],
      ["DescribeCapacityReservation", {}],
      ["CreateListener", { Protocol: "HTTP", Port: 80, DefaultActions: [redirect] }],
    ],
    TargetGroupNotFound: [
      ["ModifyTargetGroup", {}],
      ["DescribeTargetGroupAttributes", {}],
      ["ModifyTargetGroupAttributes", { Attributes: [] }],
      ["RegisterTargets", { Targets: [{ Id: "i-0" }] }],
      ["DeregisterTargets", { Targets: [{ Id: "i-0" }] }],
      ["DescribeTargetHealth", {}],
    ],
    ListenerNotFound: [
      ["ModifyListener", {}],
      ["DeleteListener", {}],
      ["DescribeListenerAttributes", {}],
      ["ModifyListenerAttributes", { Attributes: [] }],
      ["CreateRule", { Priority: 1 }],
      ["DescribeRules", {}],
    ],
    RuleNotFound: [
      ["ModifyRule", { Actions: [redirect] }],
      ["DeleteRule", {}],
    ],
  } as const;
  const arns = {
    LoadBalancerNotFound: ["LoadBalancerArn", "loadbalancer/app/x/0"],
    TargetGroupNotFound: ["TargetGroupArn", "targetgroup/x/0"],
    ListenerNotFound: ["ListenerArn", "listener/app/x/0/0"],
    RuleNotFound: ["RuleArn", "listener-rule/app/x/0/0/0"],
  } as const;

  test("that is unknown or malformed is refused by every action that takes one", async () => {
    const { elbv2 } = await openLoadBalancing();
    for (const [code, calls] of Object.entries(actions)) {
      const [parameter, resource] = arns[code as keyof typeof arns];
      const unknown = `arn:aws:elasticloadbalancing:us-east-1:123456789012:${resource}`;
      for (const [name, input] of calls) {
        const call = elbv2[name] as (input: object) => Promise<object>;
        await expect(call({ ...input, [parameter]: unknown })).rejects.toMatchObject({ code });
        await expect(call({ ...input, [parameter]: "arn" })).rejects.toMatchObject({
          code: "ValidationError",
        });
      }
      await expect(elbv2.DescribeTags({ ResourceArns: [unknown] })).rejects.toMatchObject({ code });
    }
  });
});
