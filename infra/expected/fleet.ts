/** Load balancers, and the fleet behind one of them. */
import { createHash } from "node:crypto";
import { commandOf, firstReceiver, secondReceiver, stressManifest, stressService } from "./hosts";
import { routing, rules } from "./network";
import { component, expected, type Expected } from "./row";

/** The SDK's own. */
const formerType = (type: string) => ({ aliases: [`aws:elasticloadbalancingv2/${type}`] });

/** The rows of one load balancer; the results are the component and the listener. */
function loadBalancer(name: string, part: string): { parent: Expected; listener: Expected } {
  const parent = component("LoadBalancer", name, {
    vpcId: "<Vpc fleet>",
    subnetIds: ["<Subnet edge-a>", "<Subnet edge-b>"],
    securityGroupId: "<SecurityGroup load-balancer>",
    targetPort: 8080,
    part,
  });
  const tags = { Name: name, part };
  expected({
    type: "aws:lb/loadBalancer:LoadBalancer",
    name,
    parent,
    inputs: {
      loadBalancerType: "application",
      internal: false,
      subnets: ["<Subnet edge-a>", "<Subnet edge-b>"],
      securityGroups: ["<SecurityGroup load-balancer>"],
      tags,
    },
    after: routing,
    options: { ...formerType("loadBalancer:LoadBalancer"), replaceOnChanges: ["subnets"] },
  });
  expected({
    type: "aws:lb/targetGroup:TargetGroup",
    name,
    parent,
    inputs: {
      vpcId: "<Vpc fleet>",
      targetType: "instance",
      protocol: "HTTP",
      port: 8080,
      healthCheck: {
        path: "/health",
        matcher: "200",
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      deregistrationDelay: 30,
      tags,
    },
    options: formerType("targetGroup:TargetGroup"),
  });
  const listener = expected({
    type: "aws:lb/listener:Listener",
    name,
    parent,
    inputs: {
      loadBalancerArn: `<arn of ${name}>`,
      protocol: "HTTP",
      port: 80,
      defaultActions: [{ type: "forward", targetGroupArn: `<arn of ${name}>` }],
      tags,
    },
    options: formerType("listener:Listener"),
  });
  return { parent, listener };
}

const receivers = loadBalancer("receiver-lb", "receiver");
for (const [name, installed] of [
  ["receiver-1", firstReceiver],
  ["receiver-2", secondReceiver],
] as const) {
  expected({
    type: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    name: `receiver-lb-${name}`,
    parent: receivers.parent,
    inputs: { targetGroupArn: "<arn of receiver-lb>", targetId: `<Instance ${name}>`, port: 8080 },
    after: installed,
    options: formerType("targetGroupAttachment:TargetGroupAttachment"),
  });
}

// The image: its name changes with whatever it holds, and with the host that it is a copy of.

const content = createHash("sha256").update(stressManifest).digest("hex").slice(0, 12);
expected({
  type: "aws:ec2/amiFromInstance:AmiFromInstance",
  name: "stress",
  parent: component("GoldenImage", "stress", {}),
  inputs: {
    name: `elastic-fleet-dev-stress-${content}-<Instance stress>`,
    sourceInstanceId: "<Instance stress>",
    tags: { Name: "stress", part: "stress" },
  },
  after: commandOf(stressService),
});

// The group.

const { listener } = loadBalancer("fleet-lb", "stress");
const fleet = component("Fleet", "fleet", {
  imageId: "<AmiFromInstance stress>",
  instanceType: "t3.micro",
  keyName: "<keyName of fleet>",
  securityGroupId: "<SecurityGroup stress>",
  subnetIds: ["<Subnet edge-a>", "<Subnet edge-b>"],
  minSize: 0,
  maxSize: 3,
  desiredCapacity: 1,
  warmupSeconds: 300,
  targetCpuPercent: 50,
  part: "stress",
});
const launchedTags = { project: "elastic-fleet", stack: "dev", Name: "fleet", part: "stress" };
expected({
  type: "aws:ec2/launchTemplate:LaunchTemplate",
  name: "fleet",
  parent: fleet,
  inputs: {
    imageId: "<AmiFromInstance stress>",
    instanceType: "t3.micro",
    keyName: "<keyName of fleet>",
    vpcSecurityGroupIds: ["<SecurityGroup stress>"],
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    creditSpecification: { cpuCredits: "unlimited" },
    monitoring: { enabled: true },
    tagSpecifications: [
      { resourceType: "instance", tags: launchedTags },
      { resourceType: "volume", tags: launchedTags },
    ],
    updateDefaultVersion: true,
    tags: { Name: "fleet", part: "stress" },
  },
});
expected({
  type: "aws:autoscaling/group:Group",
  name: "fleet",
  parent: fleet,
  inputs: {
    minSize: 0,
    maxSize: 3,
    desiredCapacity: 1,
    defaultInstanceWarmup: 300,
    vpcZoneIdentifiers: ["<Subnet edge-a>", "<Subnet edge-b>"],
    launchTemplate: { id: "<LaunchTemplate fleet>", version: "<latestVersion of fleet>" },
    targetGroupArns: ["<arn of fleet-lb>"],
    healthCheckType: "ELB",
    healthCheckGracePeriod: 60,
    metricsGranularity: "1Minute",
    enabledMetrics: [
      "GroupDesiredCapacity",
      "GroupInServiceInstances",
      "GroupPendingInstances",
      "GroupTerminatingInstances",
    ],
    instanceRefresh: {
      strategy: "Rolling",
      preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
    },
    tags: [
      { key: "project", value: "elastic-fleet", propagateAtLaunch: false },
      { key: "stack", value: "dev", propagateAtLaunch: false },
      { key: "Name", value: "fleet", propagateAtLaunch: false },
      { key: "part", value: "stress", propagateAtLaunch: false },
    ],
  },
  after: [...routing, ...rules, listener],
  options: { ignoreChanges: ["desiredCapacity"] },
});
expected({
  type: "aws:autoscaling/policy:Policy",
  name: "fleet-cpu-target-tracking",
  parent: fleet,
  inputs: {
    name: "cpu-target-tracking",
    autoscalingGroupName: "<name of fleet>",
    policyType: "TargetTrackingScaling",
    targetTrackingConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
      targetValue: 50,
    },
  },
});

// The dashboard.

const ofGroup = ["AutoScalingGroupName", "<name of fleet>"];
const ofBalancer = (name: string) => ["LoadBalancer", `<arnSuffix of ${name}>`];
const widgets = [
  ["Fleet CPU, mean, percent", [["AWS/EC2", "CPUUtilization", ...ofGroup, { stat: "Average" }]]],
  [
    "Instances",
    [
      ["AWS/AutoScaling", "GroupDesiredCapacity", ...ofGroup],
      ["AWS/AutoScaling", "GroupInServiceInstances", ...ofGroup],
    ],
  ],
  [
    "Requests",
    [
      [
        "AWS/ApplicationELB",
        "RequestCount",
        ...ofBalancer("receiver-lb"),
        { label: "receivers", stat: "Sum" },
      ],
      ["AWS/ApplicationELB", "RequestCount", ...ofBalancer("fleet-lb"), { label: "fleet", stat: "Sum" }],
    ],
  ],
  [
    "Latency, seconds",
    [
      [
        "AWS/ApplicationELB",
        "TargetResponseTime",
        ...ofBalancer("receiver-lb"),
        { label: "receivers", stat: "p99" },
      ],
      [
        "AWS/ApplicationELB",
        "TargetResponseTime",
        ...ofBalancer("fleet-lb"),
        { label: "fleet", stat: "p99" },
      ],
    ],
  ],
  [
    "Healthy targets",
    [
      [
        "AWS/ApplicationELB",
        "HealthyHostCount",
        "TargetGroup",
        "<arnSuffix of receiver-lb>",
        ...ofBalancer("receiver-lb"),
        { label: "receivers", stat: "Minimum" },
      ],
      [
        "AWS/ApplicationELB",
        "HealthyHostCount",
        "TargetGroup",
        "<arnSuffix of fleet-lb>",
        ...ofBalancer("fleet-lb"),
        { label: "fleet", stat: "Minimum" },
      ],
    ],
  ],
].map(([title, metrics], index) => ({
  type: "metric",
  x: [0, 12, 0, 12, 0][index],
  y: [0, 0, 6, 6, 12][index],
  width: 12,
  height: 6,
  properties: { title, metrics, region: "us-east-1", period: 60, view: "timeSeries" },
}));
expected({
  type: "aws:cloudwatch/dashboard:Dashboard",
  name: "fleet",
  parent: component("Dashboard", "fleet", {}),
  inputs: { dashboardName: "elastic-fleet-dev", dashboardBody: JSON.stringify({ widgets }) },
});
