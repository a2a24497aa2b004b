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
import { run, ssh } from "../local/program";
import { DeclaredResources } from "../local/pulumi/declared-resources";
import { resourceHandlers } from "../local/pulumi/resources";
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
  const resources = new DeclaredResources(resourceHandlers(region, { operatorAddress, ssh, run }));
  onCleanUp(() => {
    resources.close();
    return region.close();
  });
  return { region, resources, clock, events };
}

/** What was created, by name. */
export type Made = Record<string, { id: string; outputs: Record<string, unknown> }>;

/** A resource to declare; its inputs depend on what was created before. */
export interface Sample {
  type: string;
  name: string;
  inputs: (made: Made) => Record<string, unknown>;
  /** Changed inputs, for types that are updated in place. */
  changed?: (made: Made) => Record<string, unknown>;
}

const tags = { Name: "sample", project: "elastic-fleet" };

const healthCheck = {
  path: "/health",
  matcher: "200",
  interval: 10,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

/** The port of the service that the sample instance runs. */
const port = ports.receiver.http;

const hardening = {
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  creditSpecification: { cpuCredits: "unlimited" },
};

function connectionTo(made: Made) {
  const { publicIp: host } = made["instance"]?.outputs ?? {};
  return { host, port: sshPort, user: remoteUser, privateKey: made["key"]?.outputs["privateKeyOpenssh"] };
}

/** An archive like a release's, of a service that answers with its host's name. */
const release = () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "main.js"),
    `const server = require("node:http").createServer((req, res) => res.end(process.env.HOST_NAME));
     server.listen(0, "127.0.0.1", () => {
       const { address, port } = server.address();
       console.log(JSON.stringify({ msg: "listening", socket: "http", address, port }));
     });`,
  );
  const archive = join(folder, "release.tar");
  createArchive({ sync: true, cwd: folder, file: archive }, ["main.js"]);
  const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
  return { service: "receiver" as const, sha256, archive };
};

/**
 * One of each type that the region knows, in an order in which they can be created: an instance in a public subnet
 * behind a load balancer, with a service, and a group to launch copies of it.
 */
export function samples(): Sample[] {
  const id = (made: Made, name: string) => made[name]?.id;
  const built = release();
  const manifest = (A: string) => JSON.stringify(manifestFor(built, { A }));
  const policy = (Action: string) =>
    JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action, Resource: "*" } });
  const command = { create: installCommand(built) };
  const template = (instanceType: string) => (made: Made) => ({
    imageId: id(made, "image"),
    instanceType,
    keyName: id(made, "pair"),
    vpcSecurityGroupIds: [id(made, "group")],
    ...hardening,
    monitoring: { enabled: true },
    tagSpecifications: [{ resourceType: "instance", tags }],
    updateDefaultVersion: true,
    tags,
  });
  // Without instances: launches take time, and the group makes them by itself.
  const scalingGroup = (maxSize: number) => (made: Made) => ({
    minSize: 0,
    maxSize,
    desiredCapacity: 0,
    defaultInstanceWarmup: 300,
    vpcZoneIdentifiers: [id(made, "subnet-1"), id(made, "subnet-2")],
    launchTemplate: { id: id(made, "template"), version: String(made["template"]?.outputs["latestVersion"]) },
    targetGroupArns: [id(made, "aws:lb/targetGroup:TargetGroup")],
    healthCheckType: "ELB",
    healthCheckGracePeriod: 60,
    metricsGranularity: "1Minute",
    enabledMetrics: ["GroupDesiredCapacity"],
    instanceRefresh: {
      strategy: "Rolling",
      preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
    },
    tags: [{ key: "Name", value: "fleet", propagateAtLaunch: false }],
  });
  const tracking = (targetValue: number) => (made: Made) => ({
    name: "cpu-target-tracking",
    autoscalingGroupName: id(made, "fleet"),
    policyType: "TargetTrackingScaling",
    targetTrackingConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
      targetValue,
    },
  });
  return [
    {
      type: "aws:ec2/vpc:Vpc",
      name: "vpc",
      inputs: () => ({ cidrBlock: "10.0.0.0/16", enableDnsHostnames: true, enableDnsSupport: true, tags }),
    },
    {
      type: "aws:ec2/internetGateway:InternetGateway",
      name: "gateway",
      inputs: made => ({ vpcId: id(made, "vpc"), tags }),
    },
    {
      type: "aws:ec2/routeTable:RouteTable",
      name: "table",
      inputs: made => ({ vpcId: id(made, "vpc"), tags }),
    },
    {
      type: "aws:ec2/route:Route",
      name: "route",
      inputs: made => ({
        routeTableId: id(made, "table"),
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: id(made, "gateway"),
      }),
    },
    ...["1", "2"].flatMap(n => [
      {
        type: "aws:ec2/subnet:Subnet",
        name: `subnet-${n}`,
        inputs: (made: Made) => ({
          vpcId: id(made, "vpc"),
          cidrBlock: `10.0.${n}.0/24`,
          availabilityZone: `us-east-1${n === "1" ? "a" : "b"}`,
          mapPublicIpOnLaunch: true,
          tags,
        }),
      },
      {
        type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
        name: `table-of-${n}`,
        inputs: (made: Made) => ({ subnetId: id(made, `subnet-${n}`), routeTableId: id(made, "table") }),
      },
    ]),
    {
      type: "aws:ec2/networkAcl:NetworkAcl",
      name: "acl",
      inputs: made => ({ vpcId: id(made, "vpc"), tags }),
    },
    ...[false, true].map(egress => ({
      type: "aws:ec2/networkAclRule:NetworkAclRule",
      name: egress ? "entry-out" : "entry-in",
      inputs: (made: Made) => ({
        networkAclId: id(made, "acl"),
        ruleNumber: 100,
        egress,
        protocol: "6",
        ruleAction: "allow",
        cidrBlock: "0.0.0.0/0",
        fromPort: 0,
        toPort: 65535,
      }),
    })),
    {
      type: "aws:ec2/networkAclAssociation:NetworkAclAssociation",
      name: "acl-of-1",
      inputs: made => ({ networkAclId: id(made, "acl"), subnetId: id(made, "subnet-1") }),
    },
    {
      type: "aws:ec2/securityGroup:SecurityGroup",
      name: "group",
      inputs: made => ({ vpcId: id(made, "vpc"), description: "a group", tags }),
    },
    {
      type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      name: "in",
      inputs: made => ({
        securityGroupId: id(made, "group"),
        ipProtocol: "-1",
        cidrIpv4: "0.0.0.0/0",
        tags,
      }),
      changed: made => ({
        securityGroupId: id(made, "group"),
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
        cidrIpv4: "198.51.100.0/24",
        tags,
      }),
    },
    {
      type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      name: "out",
      inputs: made => ({
        securityGroupId: id(made, "group"),
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        referencedSecurityGroupId: id(made, "group"),
        tags,
      }),
      changed: made => ({
        securityGroupId: id(made, "group"),
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port + 1,
        referencedSecurityGroupId: id(made, "group"),
        tags,
      }),
    },
    {
      type: "aws:iam/role:Role",
      name: "role",
      inputs: () => ({
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
          ],
        }),
        tags,
      }),
    },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      name: "policy",
      inputs: made => ({ role: id(made, "role"), policy: policy("ec2:DescribeNetworkAcls") }),
      changed: made => ({ role: id(made, "role"), policy: policy("ec2:Describe*") }),
    },
    {
      type: "aws:iam/instanceProfile:InstanceProfile",
      name: "profile",
      inputs: made => ({ role: id(made, "role"), tags }),
    },
    { type: "tls:index/privateKey:PrivateKey", name: "key", inputs: () => ({ algorithm: "ED25519" }) },
    {
      type: "aws:ec2/keyPair:KeyPair",
      name: "pair",
      inputs: made => ({ publicKey: made["key"]?.outputs["publicKeyOpenssh"], tags }),
    },
    {
      type: "aws:ec2/instance:Instance",
      name: "instance",
      inputs: made => ({
        ami: amazonLinux2023,
        instanceType: "t3.micro",
        subnetId: id(made, "subnet-1"),
        vpcSecurityGroupIds: [id(made, "group")],
        associatePublicIpAddress: true,
        keyName: id(made, "pair"),
        iamInstanceProfile: id(made, "profile"),
        ...hardening,
        rootBlockDevice: { volumeType: "gp3", encrypted: true, tags },
        tags: { Name: "receiver-1" },
      }),
    },
    {
      type: "aws:lb/loadBalancer:LoadBalancer",
      name: "balancer",
      inputs: made => ({
        loadBalancerType: "application",
        internal: false,
        subnets: [id(made, "subnet-1"), id(made, "subnet-2")],
        securityGroups: [id(made, "group")],
        tags,
      }),
    },
    {
      type: "aws:lb/targetGroup:TargetGroup",
      name: "balancer",
      inputs: made => ({
        vpcId: id(made, "vpc"),
        targetType: "instance",
        protocol: "HTTP",
        port,
        healthCheck,
        deregistrationDelay: 30,
        tags,
      }),
      changed: made => ({
        vpcId: id(made, "vpc"),
        targetType: "instance",
        protocol: "HTTP",
        port,
        healthCheck: { ...healthCheck, path: "/" },
        deregistrationDelay: 0,
        tags,
      }),
    },
    {
      type: "aws:lb/listener:Listener",
      name: "listener",
      inputs: made => ({
        loadBalancerArn: id(made, "aws:lb/loadBalancer:LoadBalancer"),
        protocol: "HTTP",
        port: 80,
        defaultActions: [{ type: "forward", targetGroupArn: id(made, "aws:lb/targetGroup:TargetGroup") }],
        tags,
      }),
    },
    {
      type: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
      name: "attachment",
      inputs: made => ({
        targetGroupArn: id(made, "aws:lb/targetGroup:TargetGroup"),
        targetId: id(made, "instance"),
        port,
      }),
    },
    {
      type: "command:remote:CopyToRemote",
      name: "copy",
      inputs: made => ({
        connection: connectionTo(made),
        source: new pulumi.asset.FileAsset(built.archive),
        remotePath: remoteRelease(built),
        triggers: [id(made, "instance")],
      }),
    },
    {
      type: "command:remote:Command",
      name: "command",
      inputs: made => ({
        ...command,
        connection: { ...connectionTo(made), dialErrorLimit: 60 },
        stdin: manifest("1"),
        triggers: [id(made, "instance")],
      }),
      changed: made => ({ ...command, connection: connectionTo(made), stdin: manifest("2") }),
    },
    {
      type: "aws:ec2/amiFromInstance:AmiFromInstance",
      name: "image",
      inputs: made => ({ name: "sample-image", sourceInstanceId: id(made, "instance"), tags }),
    },
    {
      type: "aws:ec2/launchTemplate:LaunchTemplate",
      name: "template",
      inputs: template("t3.micro"),
      changed: template("t3.small"),
    },
    {
      type: "aws:autoscaling/group:Group",
      name: "fleet",
      inputs: scalingGroup(0),
      changed: scalingGroup(1),
    },
    {
      type: "aws:autoscaling/policy:Policy",
      name: "tracking",
      inputs: tracking(50),
      changed: tracking(60),
    },
    {
      type: "aws:cloudwatch/dashboard:Dashboard",
      name: "dashboard",
      inputs: () => ({ dashboardName: "sample", dashboardBody: JSON.stringify({ widgets: [] }) }),
      changed: () => ({ dashboardName: "sample", dashboardBody: JSON.stringify({ widgets: [{}] }) }),
    },
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
