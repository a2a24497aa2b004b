/** Assembles the local region from its services and its network. */
import { mkdir, rm } from "node:fs/promises";
import type http from "node:http";
import { join } from "node:path";
import { callerOf } from "./api/caller";
import { bind, type BoundService } from "./api/dispatch";
import { WallClock } from "./api/wall-clock";
import { eachMinute, minute, type Clock } from "./clock";
import { CpuMeter } from "./hosts/cpu";
import { accountId } from "./identifiers";
import { decisionLog } from "./network/decision-log";
import { Dns } from "./network/dns";
import { dropReport } from "./network/drop-report";
import { FlowLog } from "./network/flow-log";
import { closeServer, listen } from "./network/http/servers";
import { LogFile } from "./network/log-file";
import { VpcModel } from "./network/reachability/vpc-model";
import type { Address } from "./network/router";
import { VirtualNetwork } from "./network/virtual-network";
import { imageParameter, localEnvironment } from "./program";
import { acmService } from "./services/acm/actions";
import { Certificates } from "./services/acm/certificates";
import { autoScalingService } from "./services/auto-scaling/actions";
import { AutoScaling } from "./services/auto-scaling/auto-scaling";
import type { GroupContext } from "./services/auto-scaling/instance-launcher";
import { MetricAlarms } from "./services/cloudwatch/alarms";
import { cloudWatchService } from "./services/cloudwatch/actions";
import type { Dashboard } from "./services/cloudwatch/dashboards";
import { MetricStore } from "./services/cloudwatch/metrics";
import { ec2Service } from "./services/ec2/actions";
import { createDefaultVpc } from "./services/ec2/default-vpc";
import { Ec2 } from "./services/ec2/ec2";
import { createEc2Endpoint } from "./services/ec2/ec2-endpoint";
import { amazonLinux2023 } from "./services/ec2/image";
import { imageAndType, planLaunch } from "./services/ec2/launch-request";
import { currentVersion, dataOf } from "./services/ec2/launch-template";
import { elbv2Service } from "./services/elbv2/actions";
import { Elbv2 } from "./services/elbv2/elbv2";
import { iamService } from "./services/iam/actions";
import { Iam } from "./services/iam/iam";
import { assertRegion } from "./services/ec2/regions";
import { imageAvailable, instanceRunning } from "./services/ec2/waiters";
import { zonesOf } from "./services/ec2/zones";
import { ssmService } from "./services/ssm/actions";
import { Parameters } from "./services/ssm/parameters";
import { stsService } from "./services/sts/actions";

export interface RegionOptions {
  /** AWS's name for it, such as us-east-1. */
  name: string;
  /** Holds the hosts' disks and the logs; emptied by `open()`. */
  folder: string;
  clock: Clock;
  /** Receives each event as one line. */
  report: (event: string) => void;
}

/** The EC2 API's address on the Internet, in TEST-NET-1: outside every VPC. */
export const ec2Api: Address = { address: "192.0.2.10", port: 443 };
const flowLogFile = "flow-log.txt";
const decisionLogFile = "decision-log.jsonl";
/** In region milliseconds. For Nitro-based instances, AWS aggregates flow records over a minute at most. */
const flowLogInterval = minute;

export class Region {
  readonly dns = new Dns();
  readonly network: VirtualNetwork;
  readonly iam = new Iam(() => this.options.clock.now());
  readonly ssm = new Parameters({ [imageParameter]: amazonLinux2023 });
  readonly metrics = new MetricStore();
  readonly metricAlarms: MetricAlarms;
  readonly dashboards = new Map<string, Dashboard>();
  readonly ec2: Ec2;
  readonly elbv2: Elbv2;
  readonly certificates: Certificates;
  readonly autoScaling: AutoScaling;

  private readonly servers: http.Server[] = [];
  private readonly logs = new Map<string, LogFile>();
  private readonly flowLog: FlowLog;
  private stopFlowLog: () => void = () => undefined;
  private stopMinutes: () => void = () => undefined;

  /** @throws if AWS has no region of this name */
  constructor(readonly options: RegionOptions) {
    const { name: regionName, ...surroundings } = options;
    assertRegion(regionName);
    const now = () => Date.now();
    const vpc = new VpcModel();
    this.metricAlarms = new MetricAlarms(this.metrics, surroundings.report);
    this.flowLog = new FlowLog({ accountId, now, write: this.log(flowLogFile) });
    const decisions = decisionLog({ now, write: this.log(decisionLogFile) });
    const reportDrop = dropReport({
      model: vpc,
      instanceName: interfaceId =>
        [...this.ec2.instances.hosts.values()].find(({ options }) => options.interfaceId === interfaceId)
          ?.options.name,
      now,
      report: surroundings.report,
    });
    this.network = new VirtualNetwork(vpc, this.flowLog, (attempt, verdict) => {
      decisions(attempt, verdict);
      reportDrop(attempt, verdict);
    });
    const { dns, network, iam } = this;
    this.ec2 = new Ec2({
      ...surroundings,
      regionName,
      vpc,
      network,
      dns,
      ec2Api,
      localEnvironment,
      identities: iam,
      onEnd: (instanceId, how) => this.elbv2.instanceEnded(instanceId, how),
      onStart: instanceId => this.elbv2.instanceStarted(instanceId),
    });
    const { instances, interfaces, launchTemplates } = this.ec2;
    this.elbv2 = new Elbv2({
      ...surroundings,
      regionName,
      dns,
      network,
      vpc,
      interfaces,
      certificate: arn => this.certificates.serverCertificate(arn),
      metrics: this.metrics,
      instanceExists: id => instances.records.get(id) !== undefined,
      instance: id => {
        const host = instances.hosts.get(id)?.options;
        return host && { name: host.name, ...interfaces.get(host.interfaceId) };
      },
    });
    this.certificates = new Certificates({
      regionName,
      usersOf: arn => this.elbv2.loadBalancersWith(arn).map(each => each.arn),
      onReimport: arn => this.elbv2.certificateChanged(arn),
    });
    this.autoScaling = new AutoScaling({
      ...this.groupContext(),
      regionName,
      assertLaunchTemplate: ({ id, version }) =>
        imageAndType(
          this.ec2,
          dataOf(launchTemplates, {
            id,
            version:
              typeof version === "number" ? version : (currentVersion(launchTemplates, id, version) ?? 0),
          }),
        ),
    });
  }

  /**
   * The AWS API that clients call by HTTP. EC2's is first, for `preload` to load it first: a receiver's first call has no
   * time for it.
   */
  get services(): BoundService[] {
    const contexts = this.actionContexts;
    return [
      bind(ec2Service, contexts.ec2),
      bind(acmService, contexts.acm),
      bind(autoScalingService, contexts.autoScaling),
      bind(cloudWatchService, contexts.cloudWatch),
      bind(elbv2Service, contexts.elbv2),
      bind(iamService, contexts.iam),
      bind(ssmService, contexts.ssm),
      bind(stsService, () => undefined),
    ];
  }

  /** The same API, called in-process. */
  get calls() {
    const contexts = this.actionContexts;
    return {
      acm: callerOf(acmService.actions, contexts.acm),
      autoScaling: callerOf(autoScalingService.actions, contexts.autoScaling),
      cloudWatch: callerOf(cloudWatchService.actions, contexts.cloudWatch),
      ec2: callerOf(ec2Service.actions, contexts.ec2),
      elbv2: callerOf(elbv2Service.actions, contexts.elbv2),
      iam: callerOf(iamService.actions, contexts.iam),
      ssm: callerOf(ssmService.actions, contexts.ssm),
    };
  }

  /** What callers in-process wait for. */
  readonly until = {
    instanceRunning: (instanceId: string) => instanceRunning(this.ec2, instanceId),
    imageAvailable: (imageId: string) => imageAvailable(this.ec2, imageId),
  };

  /** What each service's actions act on, made anew for each call. */
  private get actionContexts() {
    const { ec2, elbv2, autoScaling, metrics, metricAlarms, dashboards, iam, ssm: parameters } = this;
    const { instanceProfiles } = iam;
    const { name: regionName, clock, report } = this.options;
    const now = () => clock.now();
    const wallClock = () => new WallClock(clock);
    const subnet = (id: string) => ec2.vpc.subnets.get(id);
    return {
      acm: () => ({ certificates: this.certificates, now, wallClock: wallClock() }),
      autoScaling: () => ({
        autoScaling,
        regionName,
        subnet,
        defaultSubnetOf: (zone: string) =>
          [...ec2.vpc.subnets.values()].find(each => each.defaultForAz && each.availabilityZone === zone)?.id,
        launchTemplateNameOf: (id: string) => ec2.launchTemplates.get(id)?.name,
        launchTemplateIdOf: (name: string) =>
          [...ec2.launchTemplates].find(([, template]) => template.name === name)?.[0],
        isTargetGroup: (arn: string) => elbv2.targetGroups.has(arn),
        instanceTypeOf: (id: string) => ec2.instances.records.get(id)?.specification.instanceType,
        now,
        wallClock: wallClock(),
      }),
      cloudWatch: () => ({
        metrics,
        dashboards,
        metricAlarms,
        policyAlarms: () => autoScaling.alarms(),
        regionName,
        now,
        wallClock: wallClock(),
      }),
      ec2: () => ({ ec2, regionName, instanceProfiles, now, wallClock: wallClock(), report }),
      elbv2: () => ({ elbv2, now, wallClock: wallClock() }),
      iam: () => ({ iam, wallClock: wallClock() }),
      ssm: () => ({ parameters, regionName }),
    };
  }

  async open(): Promise<void> {
    const { folder, clock, report } = this.options;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const name of [flowLogFile, decisionLogFile]) this.logs.set(name, new LogFile(join(folder, name)));
    createDefaultVpc(this.ec2, zonesOf(this.options.name));
    const endpoint = createEc2Endpoint(this.actionContexts.ec2, this.iam, report);
    this.servers.push(endpoint);
    this.network.registerEndpoint(ec2Api.address, ec2Api.port, await listen(endpoint));
    this.stopMinutes = eachMinute(clock, start => {
      this.elbv2.measure(start);
      // A minute late, when all of its data has arrived.
      this.metricAlarms.evaluate(start, clock.now());
    });
    this.stopFlowLog = clock.every(flowLogInterval, () => this.flowLog.flush());
  }

  /** Stops everything; the folder stays so that its logs can be read. */
  async close(): Promise<void> {
    this.stopMinutes();
    this.stopFlowLog();
    await this.autoScaling.close();
    this.elbv2.close();
    await this.ec2.instances.close();
    this.network.close();
    for (const server of this.servers) closeServer(server);
    this.flowLog.flush();
    for (const log of this.logs.values()) log.close();
  }

  private groupContext(): GroupContext {
    const { ec2, elbv2, metrics } = this;
    const { clock, report } = this.options;
    const { instances, interfaces, vpc, launchTemplates } = ec2;
    return {
      clock,
      metrics,
      report,
      availabilityZoneOf: subnetId => vpc.subnets.get(subnetId)?.availabilityZone,
      launch: async ({ launchTemplate, subnetId: SubnetId, ...request }) => {
        const data = dataOf(launchTemplates, launchTemplate);
        const plan = planLaunch({ ec2, instanceProfiles: this.iam.instanceProfiles }, { ...data, SubnetId });
        const tags = {
          ...plan.tags,
          ...request.tags,
          "aws:ec2launchtemplate:id": launchTemplate.id,
          "aws:ec2launchtemplate:version": String(launchTemplate.version),
        };
        const { options } = await instances.launch({ ...plan, ...request, tags });
        return interfaces.get(options.interfaceId).privateIpAddress;
      },
      terminate: instanceId => instances.terminate(instanceId),
      currentVersion: (id, which) => currentVersion(launchTemplates, id, which),
      isRunning: instanceId => instances.hosts.has(instanceId),
      targetGroup: arn => elbv2.targetGroups.get(arn)?.group,
      cpuMeter: instanceId =>
        new CpuMeter(() =>
          [...(instances.hosts.get(instanceId)?.services.values() ?? [])].flatMap(({ pid }) => pid ?? []),
        ),
    };
  }

  private log(name: string): (line: string) => void {
    return line => this.logs.get(name)?.write(line);
  }
}
