/**
 * The local region: what exists in it, and the life cycle of its resources. How each type of resource behaves
 * is said by its handler, where packets go by the judge.
 */
import { mkdir, rm } from "node:fs/promises";
import type http from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { bind, type BoundService } from "./api/dispatch";
import { createApiHandler, type ApiHandler } from "./api/endpoint";
import { WallClock } from "./api/wall-clock";
import { autoScaling } from "./services/auto-scaling/actions";
import type { AutoScalingGroup } from "./services/auto-scaling/group";
import { cloudwatch } from "./services/cloudwatch/actions";
import { MetricStore } from "./services/cloudwatch/metrics";
import type { Context } from "./services/context";
import { ec2 } from "./services/ec2/actions";
import { createEc2Endpoint } from "./services/ec2/ec2-endpoint";
import { elbv2 } from "./services/elbv2/actions";
import { Iam } from "./services/iam/iam";
import { sts } from "./services/sts/actions";
import type { Clock } from "./clock";
import { VirtualNetwork } from "./network/virtual-network";
import type { Host } from "./hosts/host";
import { listen, closeServer } from "./network/http/servers";
import type { Address } from "./network/router";
import { accountId, AddressPool, publicRange, resourceId } from "./identifiers";
import type { Image } from "./services/ec2/image";
import type { LaunchTemplate } from "./services/ec2/launch-template";
import { Instances } from "./services/ec2/instances";
import { LogFile } from "./network/log-file";
import { Dns } from "./network/dns";
import { handlers } from "./pulumi/resources";
import type { Existing } from "./pulumi/resources/handler";
import type { RunningLoadBalancer, RunningTargetGroup } from "./pulumi/resources/load-balancing";
import { decisionLog } from "./network/decision-log";
import { FlowLog } from "./network/flow-log";
import { VpcModel, type NetworkInterface } from "./network/reachability/vpc-model";

export interface RegionOptions {
  /** As AWS names it, for example us-east-1. */
  name: string;
  /** Where it keeps its hosts' disks and its logs; emptied at the start. */
  folder: string;
  clock: Clock;
  /** The address on the Internet that provisioning comes from. */
  operatorAddress: string;
  /** Told of what happens, one line each. */
  report: (event: string) => void;
}

/** A declared resource. */
export interface Declaration {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** Where the EC2 API is on the Internet, in TEST-NET-1: an address of AWS's own, in nobody's VPC. */
const ec2ApiAddress: Address = { address: "192.0.2.10", port: 443 };
const flowLogFile = "flow-log.txt";
const decisionLogFile = "decision-log.jsonl";
/** AWS writes flow records at least every minute where instances are of a current type. */
const flowLogInterval = 60_000;

export class Region {
  readonly vpc = new VpcModel();
  readonly iam = new Iam();
  readonly dns = new Dns();
  /** What EC2 tells of instances, those that have ended included. */
  readonly instances = new Instances();
  /** The machines of those that run. */
  readonly hosts = new Map<string, Host>();
  /** Terminations under way, by instance. */
  readonly terminations = new Map<string, Promise<void>>();
  /** Key pair names to public keys. */
  readonly keyPairs = new Map<string, string>();
  readonly loadBalancers = new Map<string, RunningLoadBalancer>();
  readonly targetGroups = new Map<string, RunningTargetGroup>();
  readonly images = new Map<string, Image>();
  readonly launchTemplates = new Map<string, LaunchTemplate>();
  readonly autoScalingGroups = new Map<string, AutoScalingGroup>();
  readonly metrics = new MetricStore();
  /** Free private addresses by subnet. */
  readonly privateAddresses = new Map<string, AddressPool>();
  readonly virtualNetwork: VirtualNetwork;
  readonly ec2Api = ec2ApiAddress;
  /** What operators can call. */
  readonly services: readonly BoundService[];
  readonly handleApiRequest: ApiHandler;

  private readonly publicAddresses = new AddressPool(publicRange);
  private readonly resources = new Map<string, { declaration: Declaration; existing: Existing<unknown> }>();
  /** Keys of the resources, and of those that are being made. */
  private readonly declared = new Set<string>();
  private readonly servers: http.Server[] = [];
  private readonly logs = new Map<string, LogFile>();
  private readonly flowLog: FlowLog;
  private endFlowLog: () => void = () => undefined;
  private closed = false;

  constructor(private readonly options: RegionOptions) {
    const now = () => Date.now();
    this.flowLog = new FlowLog({ accountId, now, write: this.log(flowLogFile) });
    const decisions = decisionLog({ now, write: this.log(decisionLogFile) });
    this.virtualNetwork = new VirtualNetwork(this.vpc, this.flowLog, decisions);
    const context = (): Context => ({ region: this, vpc: this.vpc, wallClock: new WallClock(this.clock) });
    this.services = [
      bind(autoScaling, context),
      bind(cloudwatch, context),
      bind(ec2, context),
      bind(elbv2, context),
      bind(sts, () => undefined),
    ];
    this.handleApiRequest = createApiHandler(this.services, this.report);
  }

  get name(): string {
    return this.options.name;
  }

  get folder(): string {
    return this.options.folder;
  }

  get clock(): Clock {
    return this.options.clock;
  }

  get operatorAddress(): string {
    return this.options.operatorAddress;
  }

  get report(): (event: string) => void {
    return this.options.report;
  }

  async open(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true });
    for (const name of [flowLogFile, decisionLogFile]) {
      this.logs.set(name, new LogFile(join(this.folder, name)));
    }
    const ec2Api = createEc2Endpoint(this.vpc, this.iam, this.report);
    this.servers.push(ec2Api);
    this.virtualNetwork.registerEndpoint(ec2ApiAddress.address, ec2ApiAddress.port, await listen(ec2Api));
    this.endFlowLog = this.clock.every(flowLogInterval, () => {
      this.flowLog.flush();
    });
  }

  /**
   * Makes a declared resource.
   * @throws when the region does not know its type or one of its inputs, or AWS would refuse it
   */
  async create(declaration: Declaration): Promise<{ id: string; outputs: Record<string, unknown> }> {
    const { type, name } = declaration;
    const key = keyOf(type, name);
    this.assertOpen();
    if (this.declared.has(key)) throw new Error(`there are two resources ${type} named ${name}`);
    this.declared.add(key);
    try {
      return await this.make(declaration);
    } catch (error) {
      this.declared.delete(key);
      throw error;
    }
  }

  /** Changes a resource in place, as an update of the program would; resolves to its outputs. */
  async update(declaration: Declaration): Promise<Record<string, unknown>> {
    const { type, name } = declaration;
    const resource = this.resource(type, name);
    const handler = handlerOf(type);
    if (!handler.update) throw new Error(`${type} is replaced, not updated`);
    const inputs = parse(handler.inputs, declaration);
    const outputs = await handler.update(resource.existing, inputs);
    Object.assign(resource, { declaration, existing: { ...resource.existing, inputs, outputs } });
    return outputs;
  }

  /** Deletes a resource; the result is its declaration, by which it can be made again. */
  async delete(type: string, name: string): Promise<Declaration> {
    const { declaration, existing } = this.resource(type, name);
    await handlerOf(type).delete(existing);
    this.resources.delete(keyOf(type, name));
    this.declared.delete(keyOf(type, name));
    return declaration;
  }

  get declarations(): Declaration[] {
    return [...this.resources.values()].map(({ declaration }) => declaration);
  }

  attachInterface(options: {
    subnetId: string;
    groupIds: string[];
    publicAddress: boolean;
    description: string;
  }): string {
    const { subnetId, groupIds, publicAddress, description } = options;
    const id = resourceId("eni");
    const pool = this.privateAddresses.get(subnetId);
    if (!pool) throw new Error(`InvalidSubnetID.NotFound: The subnet ID '${subnetId}' does not exist`);
    // The public one first, as there are fewer of them: whichever can't be had, the other is not lost.
    const publicIpAddress = publicAddress ? this.publicAddresses.take() : undefined;
    let privateIpAddress: string;
    try {
      privateIpAddress = pool.take();
    } catch (error) {
      if (publicIpAddress !== undefined) this.publicAddresses.release(publicIpAddress);
      throw error;
    }
    this.vpc.networkInterfaces.set(id, {
      id,
      subnetId,
      privateIpAddress,
      ...(publicIpAddress !== undefined && { publicIpAddress }),
      groupIds,
      description,
    });
    return id;
  }

  detachInterface(id: string): void {
    const { subnetId, privateIpAddress, publicIpAddress } = this.interface(id);
    this.privateAddresses.get(subnetId)?.release(privateIpAddress);
    if (publicIpAddress !== undefined) this.publicAddresses.release(publicIpAddress);
    this.vpc.networkInterfaces.delete(id);
    this.virtualNetwork.removeInterface(id);
  }

  interface(id: string): NetworkInterface {
    const found = this.vpc.networkInterfaces.get(id);
    if (!found)
      throw new Error(`InvalidNetworkInterfaceID.NotFound: The networkInterface ID '${id}' does not exist`);
    return found;
  }

  /** Ends everything that runs; the folder stays, for who wants to read its logs. */
  async close(): Promise<void> {
    this.closed = true;
    this.endFlowLog();
    await Promise.all([...this.autoScalingGroups.values()].map(group => group.close()));
    for (const { group } of this.targetGroups.values()) group.stop();
    for (const { servers } of this.loadBalancers.values())
      for (const server of servers.values()) closeServer(server);
    await Promise.all([...this.hosts.values()].map(host => host.shutDown()));
    await Promise.all(this.terminations.values());
    this.virtualNetwork.close();
    for (const server of this.servers) closeServer(server);
    this.flowLog.flush();
    await Promise.all([...this.logs.values()].map(log => log.close()));
  }

  private async make(declaration: Declaration): Promise<{ id: string; outputs: Record<string, unknown> }> {
    const { type, name } = declaration;
    const handler = handlerOf(type);
    const inputs = parse(handler.inputs, declaration);
    const { id, outputs = {} } = await handler.create({ region: this, name }, inputs);
    const existing = { region: this, name, id, inputs, outputs };
    // A failed start ends the region while other resources are still being made: nothing of them may stay.
    if (this.closed) await handler.delete(existing);
    this.assertOpen();
    this.resources.set(keyOf(type, name), { declaration, existing });
    return { id, outputs };
  }

  private assertOpen(): void {
    if (this.closed) throw new Error("the region has ended");
  }

  private resource(type: string, name: string) {
    const resource = this.resources.get(keyOf(type, name));
    if (!resource) throw new Error(`there is no resource ${type} named ${name}`);
    return resource;
  }

  private log(name: string): (line: string) => void {
    return line => this.logs.get(name)?.write(line);
  }
}

function keyOf(type: string, name: string): string {
  return `${type}::${name}`;
}

function handlerOf(type: string) {
  const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
  if (!handler) throw new Error(`the local region does not know the type ${type}`);
  return handler;
}

function parse(schema: z.ZodType, { type, name, inputs }: Declaration): unknown {
  const result = schema.safeParse(inputs);
  if (result.success) return result.data;
  throw new Error(`the local region can't make ${type} ${name}:\n${z.prettifyError(result.error)}`);
}
