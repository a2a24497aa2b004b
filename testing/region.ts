/**
 * Local regions inside the test's process, each with its own folder and free ports, on a clock sixty times as fast as
 * AWS's unless told.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import * as esbuild from "esbuild";
import * as builds from "../apps/shipping/esbuild";
import { causeText } from "../local/services/auto-scaling/activity";
import type { AutoScalingGroup } from "../local/services/auto-scaling/group";
import { realClock } from "../local/clock";
import type { Host } from "../local/hosts/host";
import type { Supervisor } from "../local/hosts/supervisor";
import type { TargetGroup, TargetHealthDescription } from "../local/services/elbv2/target-group";
import type { DeclaredResource } from "../local/pulumi/declared-resources";
import { readStack } from "../local/pulumi/stack";
import { startRegion, type RunningRegion } from "../local/start";
import type { Drop } from "../local/network/reachability/verdict";
import { preload } from "../local/api/dispatch";
import { WallClock } from "../local/api/wall-clock";
import { onCleanUp } from "./clean-up";
import { eventually } from "./eventually";
import { temporaryFolder } from "./folders";
import { kindOf, remove } from "./removals";

export const root = join(__dirname, "..");

/** Our own address on the Internet; any will do that is not a host's. */
export const operatorAddress = "198.51.100.10";

/**
 * Loads the program again each time. `cleanUp` stops the region.
 * @param without resources to leave out, as "Kind:name"
 */
export async function startTestRegion({
  without = [],
  speed = 60,
}: { without?: string[]; speed?: number } = {}): Promise<TestRegion> {
  jest.resetModules();
  // Loaded only once: they take seconds, the SDKs add listeners to the process, and all builds share one esbuild.
  const libraries = {
    [join(root, "apps/shipping/esbuild")]: builds,
    "@pulumi/aws": aws,
    "@pulumi/command": command,
    "@pulumi/pulumi": pulumi,
    "@pulumi/tls": tls,
    esbuild,
  };
  for (const [name, library] of Object.entries(libraries)) jest.doMock(name, () => library);
  const folder = temporaryFolder();
  const events: string[] = [];
  const running = await startRegion({
    root,
    stack: readStack(root, "dev"),
    folder,
    clock: realClock(speed),
    operatorAddress,
    port: 0,
    sshPort: 0,
    without,
    report: event => events.push(event),
  });
  onCleanUp(() => running.close());
  await preload(running.region.services); // as main.ts does
  return new TestRegion(running, folder, events);
}

/** A host as in the stack's outputs. */
export interface HostAddresses {
  instanceId: string;
  publicIp: string;
  privateIp: string;
}

export class TestRegion {
  private restored = 0;

  constructor(
    readonly running: RunningRegion,
    readonly folder: string,
    /** What it has reported, a line each. */
    readonly events: string[],
  ) {}

  get region(): RunningRegion["region"] {
    return this.running.region;
  }

  get resources(): RunningRegion["resources"] {
    return this.running.resources;
  }

  /** The local Internet. */
  get internet(): string {
    return this.running.internetUrl;
  }

  /** A stack output, as text. */
  output(name: string): string {
    return String(this.outputValue(name));
  }

  addresses(host: string): HostAddresses {
    const found = (this.outputValue("hosts") as Record<string, HostAddresses>)[host];
    if (!found) throw new Error(`the outputs hold no host ${host}`);
    return found;
  }

  host(name: string): Host {
    const host = this.region.ec2.instances.hosts.get(this.addresses(name).instanceId);
    if (!host) throw new Error(`there is no host ${name}`);
    return host;
  }

  /** A host's only service. */
  service(host: string): Supervisor {
    const [service] = this.host(host).services.values();
    if (!service) throw new Error(`${host} has no service`);
    return service;
  }

  /** The last line with this message that a host's service has logged since it was started. */
  logged(host: string, message: string): Promise<Record<string, unknown>> {
    const { journal } = this.service(host).options;
    return eventually(`${host} logs "${message}"`, async () =>
      completeLines(await readFile(journal, "utf8"))
        .filter(line => line.startsWith("{")) // other lines are the supervisor's
        .map(line => JSON.parse(line) as Record<string, unknown>)
        .findLast(({ msg }) => msg === message),
    );
  }

  /** The receivers' target group. */
  get targets(): TargetGroup {
    return this.targetGroup("receiver-lb");
  }

  targetGroup(name: string): TargetGroup {
    const found = [...this.region.elbv2.targetGroups.values()].find(each => each.label === name);
    if (!found) throw new Error(`there is no target group ${name}`);
    return found.group;
  }

  /** Resolves after this many milliseconds of the region's clock. */
  passed(ms: number): Promise<void> {
    return new Promise(resolve => this.region.options.clock.after(ms, resolve));
  }

  /** The first declared resource of this type, and of this name if there is one. */
  declared(type: string, name?: string): DeclaredResource {
    const found = this.resources.declared.find(
      each => each.type === type && (name === undefined || each.name === name),
    );
    if (!found) throw new Error(`no ${type} ${name ?? ""} is declared`);
    return found;
  }

  /** Takes a declared resource away by an action of AWS's API. */
  async remove(declared: DeclaredResource): Promise<void> {
    await remove(this.region.calls, declared);
  }

  /** Each declared resource as it was last made, by "Kind:name". */
  get made(): Map<string, DeclaredResource> {
    return new Map(
      this.resources.declared.map(each => [
        `${kindOf(each)}:${each.name.replace(/(-again-\d+)+$/, "")}`,
        each,
      ]),
    );
  }

  /** Makes a removed resource again, as it was declared; a listener with its rules, which went with it. */
  async restore({ type, name, inputs, id }: DeclaredResource): Promise<void> {
    const rules = [...this.made.values()].filter(({ inputs }) => inputs["listenerArn"] === id);
    const again = await this.resources.create({ type, name: `${name}-again-${this.restored++}`, inputs });
    for (const rule of rules)
      await this.restore({ ...rule, inputs: { ...rule.inputs, listenerArn: again.id } });
  }

  get fleet(): AutoScalingGroup {
    const [only, ...others] = this.region.autoScaling.groups.values();
    if (!only || others.length > 0) throw new Error("there is not exactly one Auto Scaling group");
    return only;
  }

  /** The group's latest activities as DescribeScalingActivities shows them, the latest first. */
  activities(howMany?: number): { description: string; cause: string; statusCode: string }[] {
    const { fleet, region } = this;
    return fleet.activities.slice(0, howMany).map(({ description, causes, statusCode }) => ({
      description,
      cause: causeText(causes, time => new WallClock(region.options.clock).show(time)),
      statusCode,
    }));
  }

  /** The group's instances in service. */
  get fleetHosts(): Host[] {
    return [...this.fleet.instances.values()]
      .filter(({ lifecycleState }) => lifecycleState === "InService")
      .flatMap(({ instanceId }) => this.region.ec2.instances.hosts.get(instanceId) ?? []);
  }

  /** Each registered target's state, and reason if there is one, by its host's name. */
  health(described: TargetHealthDescription[] = this.targets.describe()): Record<string, string> {
    return Object.fromEntries(
      described.map(({ target, targetHealth: { state, reason } }) => [
        this.region.ec2.instances.hosts.get(target.id)?.options.name ?? target.id,
        reason === undefined ? state : `${state}: ${reason}`,
      ]),
    );
  }

  flowLog(): Promise<string[]> {
    return this.lines("flow-log.txt");
  }

  /** All drops, in order. */
  async decisions(): Promise<LoggedDrop[]> {
    return (await this.lines("decision-log.jsonl")).map(line => JSON.parse(line) as LoggedDrop);
  }

  private outputValue(name: string): unknown {
    const output = this.running.outputs[name];
    if (!output || output.secret) throw new Error(`there is no public output ${name}`);
    return output.value;
  }

  private async lines(file: string): Promise<string[]> {
    return completeLines(await readFile(join(this.folder, file), "utf8"));
  }
}

/** Without the last line if that is still being written. */
function completeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

/** What tests read of a line of the decision log. */
export type LoggedDrop = Drop & {
  /** ISO 8601, to the millisecond. */
  time: string;
  explanation: string;
  from: { interfaceId?: string; internetAddress?: string };
  to: { address: string; port: number };
};
