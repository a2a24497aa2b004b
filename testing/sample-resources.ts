/** Regions without a program, and one resource of each type to create in them. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { create as createArchive } from "tar";
import { ports, sshPort } from "../apps/ports";
import { installCommand, manifestFor, remoteRelease, remoteUser } from "../apps/shipping/ship";
import { FakeClock } from "./fake-clock";
import { onCleanUp } from "./clean-up";
import { localCommands, run, ssh } from "../local/program";
import { DeclaredResources } from "../local/pulumi/declared-resources";
import { resourceTypes } from "../local/pulumi/resources";
import { amazonLinux2023 } from "../local/services/ec2/image";
import { Region } from "../local/region";
import { temporaryFolder } from "./folders";

export const operatorAddress = "198.51.100.10";

/** An empty region whose clock stands still; `cleanUp` closes it. */
export async function openRegion() {
  const clock = new FakeClock();
  const events: string[] = [];
  const region = new Region({
    name: "us-east-1",
    folder: join(temporaryFolder(), ".local"),
    clock,
    report: event => events.push(event),
  });
  await region.open();
  const resources = new DeclaredResources(
    resourceTypes(region, { operatorAddress, ssh, run, localCommands }),
    {
      ...region.calls,
      until: region.until,
    },
  );
  onCleanUp(() => region.close());
  return { region, resources, clock, events };
}

/** What was created, by name. */
export type Made = Record<string, { id: string; outputs: Record<string, unknown> }>;

/** A resource to declare; its inputs depend on what was created before. */
export interface Sample {
  type: string;
  name: string;
  inputs: (made: Made) => Record<string, unknown>;
}

const tags = { Name: "sample", project: "elastic-fleet" };

/** The port of the service that the sample instance runs. */
const port = ports.receiver.http;

const everywhere = "0.0.0.0/0";
const topicArn = "arn:aws:sns:us-east-1:123456789012:alarms";
const loadBalancer = "aws:lb/loadBalancer:LoadBalancer";
const targetGroup = "aws:lb/targetGroup:TargetGroup";

const hardening = {
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  creditSpecification: { cpuCredits: "unlimited" },
};

const healthCheck = {
  path: "/health",
  matcher: "200",
  interval: 10,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

/** An archive like a release's, of a service that answers with its host's name. */
const release = () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "main.js"),
    `const server = require("node:http").createServer((req, res) => res.end(process.env.HOST_NAME));
     server.listen({ fd: 3 }, () => {
       const { address, port } = server.address();
       console.log(JSON.stringify({ msg: "listening", socket: "http", address, port }));
     });`,
  );
  const archive = join(folder, "release.tar");
  createArchive({ sync: true, cwd: folder, file: archive }, ["main.js"]);
  const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
  return { service: "receiver" as const, sha256, archive };
};

/** The id of what was created under this name, or another of its outputs. */
type Of = (name: string, output?: string) => unknown;

function sample(type: string, name: string, inputs: (of: Of) => Record<string, unknown>): Sample {
  const ofMade =
    (made: Made): Of =>
    (name, output) =>
      output === undefined ? made[name]?.id : made[name]?.outputs[output];
  return {
    type,
    name,
    inputs: made => inputs(ofMade(made)),
  };
}

const policy = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string) => policy({ Effect: "Allow", Action, Resource: "*" });
const Principal = { Service: "ec2.amazonaws.com" };
const assumeRolePolicy = policy([{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }]);

/**
 * One of each type that the region knows, in an order in which they can be created: an instance in a public subnet
 * behind a load balancer, with a service, and a group to launch copies of it.
 */
export function samples(): Sample[] {
  const built = release();
  const manifest = (A: string) => JSON.stringify(manifestFor(built, { A }));
  const subnets = (of: Of) => [of("subnet-1"), of("subnet-2")];
  const connection = (of: Of) => ({
    host: of("instance", "publicIp"),
    port: sshPort,
    user: remoteUser,
    privateKey: of("key", "privateKeyOpenssh"),
  });
  const tracking = (targetValue: number) => ({
    predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
    targetValue,
  });
  return [
    sample("aws:ec2/vpc:Vpc", "vpc", () => ({
      cidrBlock: "10.0.0.0/16",
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags,
    })),
    sample("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", of => ({
      vpcId: of("vpc"),
      tags,
    })),
    sample("aws:ec2/flowLog:FlowLog", "flows", of => ({
      vpcId: of("vpc"),
      trafficType: "ALL",
      logDestinationType: "s3",
      logDestination: "arn:aws:s3:::my-logs",
      maxAggregationInterval: 60,
      tags,
    })),
    sample("aws:ec2/internetGateway:InternetGateway", "gateway", of => ({ vpcId: of("vpc"), tags })),
    sample("aws:ec2/routeTable:RouteTable", "table", of => ({ vpcId: of("vpc"), tags })),
    sample("aws:ec2/route:Route", "route", of => ({
      routeTableId: of("table"),
      destinationCidrBlock: everywhere,
      gatewayId: of("gateway"),
    })),
    ...["1", "2"].flatMap(n => [
      sample("aws:ec2/subnet:Subnet", `subnet-${n}`, of => ({
        vpcId: of("vpc"),
        cidrBlock: `10.0.${n}.0/24`,
        availabilityZone: `us-east-1${n === "1" ? "a" : "b"}`,
        mapPublicIpOnLaunch: true,
        tags,
      })),
      sample("aws:ec2/routeTableAssociation:RouteTableAssociation", `table-of-${n}`, of => ({
        subnetId: of(`subnet-${n}`),
        routeTableId: of("table"),
      })),
    ]),
    sample("aws:ec2/networkAcl:NetworkAcl", "acl", of => ({ vpcId: of("vpc"), tags })),
    ...[false, true].map(egress =>
      sample("aws:ec2/networkAclRule:NetworkAclRule", egress ? "entry-out" : "entry-in", of => ({
        networkAclId: of("acl"),
        ruleNumber: 100,
        egress,
        protocol: "6",
        ruleAction: "allow",
        cidrBlock: everywhere,
        fromPort: 0,
        toPort: 65535,
      })),
    ),
    sample("aws:ec2/networkAclAssociation:NetworkAclAssociation", "acl-of-1", of => ({
      networkAclId: of("acl"),
      subnetId: of("subnet-1"),
    })),
    sample("aws:ec2/securityGroup:SecurityGroup", "group", of => ({
      vpcId: of("vpc"),
      description: "a group",
      tags,
    })),
    sample("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "in", of => ({
      securityGroupId: of("group"),
      ipProtocol: "-1",
      cidrIpv4: everywhere,
      tags,
    })),
    sample("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out", of => ({
      securityGroupId: of("group"),
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      referencedSecurityGroupId: of("group"),
      tags,
    })),
    sample("aws:iam/role:Role", "role", () => ({ assumeRolePolicy, tags })),
    sample("aws:iam/rolePolicy:RolePolicy", "policy", of => ({
      role: of("role"),
      policy: allow("ec2:DescribeNetworkAcls"),
    })),
    sample("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attached", of => ({
      role: of("role"),
      policyArn: "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess",
    })),
    sample("aws:iam/instanceProfile:InstanceProfile", "profile", of => ({ role: of("role"), tags })),
    sample("tls:index/privateKey:PrivateKey", "key", () => ({ algorithm: "ED25519" })),
    sample("aws:ec2/keyPair:KeyPair", "pair", of => ({ publicKey: of("key", "publicKeyOpenssh"), tags })),
    sample("aws:ec2/instance:Instance", "instance", of => ({
      ami: amazonLinux2023,
      instanceType: "t3.micro",
      subnetId: of("subnet-1"),
      vpcSecurityGroupIds: [of("group")],
      associatePublicIpAddress: true,
      keyName: of("pair"),
      iamInstanceProfile: of("profile"),
      ...hardening,
      rootBlockDevice: { volumeType: "gp3", encrypted: true, tags },
      tags: { Name: "receiver-1" },
    })),
    sample(loadBalancer, "balancer", of => ({
      loadBalancerType: "application",
      internal: false,
      subnets: subnets(of),
      securityGroups: [of("group")],
      dropInvalidHeaderFields: true,
      enableDeletionProtection: false,
      accessLogs: { bucket: "my-logs", prefix: "balancer", enabled: true },
      tags,
    })),
    sample(targetGroup, "balancer", of => ({
      vpcId: of("vpc"),
      targetType: "instance",
      protocol: "HTTP",
      port,
      healthCheck,
      deregistrationDelay: 30,
      tags,
    })),
    sample("aws:lb/listener:Listener", "listener", of => ({
      loadBalancerArn: of(loadBalancer),
      protocol: "HTTP",
      port: 80,
      defaultActions: [{ type: "forward", targetGroupArn: of(targetGroup) }],
      tags,
    })),
    sample("aws:lb/listenerRule:ListenerRule", "rule", of => ({
      listenerArn: of("listener"),
      priority: 10,
      conditions: [{ pathPattern: { values: ["/hello"] } }],
      actions: [{ type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "200" } }],
      tags,
    })),
    sample("aws:lb/targetGroupAttachment:TargetGroupAttachment", "attachment", of => ({
      targetGroupArn: of(targetGroup),
      targetId: of("instance"),
      port,
    })),
    sample("command:remote:CopyToRemote", "copy", of => ({
      connection: connection(of),
      source: new pulumi.asset.FileAsset(built.archive),
      remotePath: remoteRelease(built),
      triggers: [of("instance")],
    })),
    sample("command:remote:Command", "command", of => ({
      create: installCommand(built),
      connection: { ...connection(of), dialErrorLimit: 60 },
      stdin: manifest("1"),
      triggers: [of("instance")],
    })),
    sample("command:local:Command", "wait", of => ({ delete: "sleep 30", triggers: [of("instance")] })),
    sample("aws:ec2/amiFromInstance:AmiFromInstance", "image", of => ({
      name: "sample-image",
      sourceInstanceId: of("instance"),
      tags,
    })),
    sample("aws:ec2/launchTemplate:LaunchTemplate", "template", of => ({
      imageId: of("image"),
      instanceType: "t3.micro",
      keyName: of("pair"),
      vpcSecurityGroupIds: [of("group")],
      ...hardening,
      monitoring: { enabled: true },
      tagSpecifications: [{ resourceType: "instance", tags }],
      updateDefaultVersion: true,
      tags,
    })),
    sample("aws:autoscaling/group:Group", "fleet", of => ({
      minSize: 0,
      // Without instances: launches take time, and the group makes them by itself.
      maxSize: 0,
      desiredCapacity: 0,
      defaultInstanceWarmup: 300,
      vpcZoneIdentifiers: subnets(of),
      launchTemplate: { id: of("template"), version: String(of("template", "latestVersion")) },
      targetGroupArns: [of(targetGroup)],
      healthCheckType: "ELB",
      healthCheckGracePeriod: 60,
      metricsGranularity: "1Minute",
      enabledMetrics: ["GroupDesiredCapacity"],
      instanceRefresh: {
        strategy: "Rolling",
        preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
      },
      tags: [{ key: "Name", value: "fleet", propagateAtLaunch: false }],
    })),
    sample("aws:autoscaling/policy:Policy", "tracking", of => ({
      name: "cpu-target-tracking",
      autoscalingGroupName: of("fleet"),
      policyType: "TargetTrackingScaling",
      targetTrackingConfiguration: tracking(50),
    })),
    sample("aws:autoscaling/notification:Notification", "told", of => ({
      groupNames: [of("fleet")],
      notifications: ["autoscaling:EC2_INSTANCE_LAUNCH"],
      topicArn,
    })),
    sample("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", of => ({
      alarmDescription: "an alarm",
      namespace: "AWS/EC2",
      metricName: "CPUUtilization",
      dimensions: { AutoScalingGroupName: of("fleet") },
      statistic: "Average",
      period: 60,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      threshold: 90,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [topicArn],
      okActions: [topicArn],
      tags,
    })),
    sample("aws:cloudwatch/dashboard:Dashboard", "dashboard", () => ({
      dashboardName: "sample",
      dashboardBody: JSON.stringify({ widgets: [] }),
    })),
  ];
}

/** Creates a sample, and records it by name and by type. */
export async function make(
  resources: DeclaredResources,
  { type, name, inputs }: Sample,
  made: Made,
): Promise<void> {
  const result = await resources.create({ type, name, inputs: inputs(made) });
  made[name] = result;
  made[type] = result;
}

/** Creates all samples, or those before the first of a type. */
export async function makeSamples(resources: DeclaredResources, before?: string): Promise<Made> {
  const made: Made = {};
  for (const sample of samples()) {
    if (sample.type === before) break;
    await make(resources, sample, made);
  }
  return made;
}
