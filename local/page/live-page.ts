/** The live page of a region: its files, its events, its commands. */
import type http from "node:http";
import { AwsError } from "../api/aws-error";
import { minute, startOfMinute } from "../clock";
import { describeConnection } from "../network/reachability/reachability";
import type { AutoScalingGroup as Group } from "../services/auto-scaling/group";
import { Bundle, type Build } from "./bundle";
import { PageCommands } from "./commands";
import type { Activity, CpuMinute, Picture, RegionTime, Snapshot, Why } from "./events";
import { EventStream } from "./event-stream";
import { activityOf, cpuMinute, newMinutes } from "./fleet";
import { pictureOf } from "./picture";
import { Places } from "./places";
import { operator, type PageOptions, type RegionView } from "./region-view";
import { createPageHandler } from "./requests";
import { RemovedRules } from "./rules";
import { StoredNumber } from "./stored-number";
import { TrafficCounter, TrafficTotals } from "./traffic";
import { Verdicts } from "./verdicts";

/** In real milliseconds. */
const interval = 250;
const ticksPerSecond = 4;
/** How much of the past a snapshot tells. */
const shownMinutes = 75;
const shownActivities = 30;
/** Of questions: one that every client could use. */
const sourcePort = 40_000;

export class LivePage {
  /** Returns false for requests that aren't the page's. */
  readonly handle: (req: http.IncomingMessage, res: http.ServerResponse) => boolean;
  private readonly removed: RemovedRules;
  private readonly places: Places;
  private readonly verdicts: Verdicts;
  private readonly counter: TrafficCounter;
  private readonly totals = new TrafficTotals();
  private readonly stream: EventStream;
  private readonly storedNumber: StoredNumber;
  /** Unix milliseconds of the region's time 0. */
  private readonly startedAt: number;
  /** What the pages know, as JSON by section. */
  private readonly told = new Map<string, string>();
  private toldActivities = new Map<string, string>();
  /** By group, the start of the last minute of CPU that they know. */
  private readonly toldMinutes = new Map<string, RegionTime>();
  private ticks = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly region: RegionView,
    private readonly options: PageOptions & { build: Build; report: (event: string) => void },
  ) {
    const { clock } = region.options;
    const model = region.ec2.vpc;
    this.startedAt = Math.round(Date.now() - clock.now() / clock.speed);
    this.removed = new RemovedRules(model);
    this.places = new Places(region, options);
    const instanceName = (id: string) => this.nameOfInstanceAt(id);
    this.verdicts = new Verdicts({ model, instanceName }, this.places, this.removed);
    this.counter = new TrafficCounter(attempt => describeConnection(model, attempt), this.verdicts);
    this.storedNumber = new StoredNumber(region, options.arrangement?.storedNumber);
    this.stream = new EventStream({
      snapshot: () => this.snapshot(),
      onListening: listening => this.watch(listening),
    });
    const commands = new PageCommands(region, options, this.removed, () => this.now());
    this.handle = createPageHandler({
      files: new Bundle(options.build),
      events: res => this.stream.add(res),
      why: query => this.why(query),
      commands,
      report: options.report,
    });
  }

  close(): void {
    this.watch(false);
  }

  /** Watches the region while somebody watches the page. */
  private watch(listening: boolean): void {
    clearInterval(this.timer);
    this.region.network.observer = undefined;
    if (!listening) return;
    this.region.network.observer = this.counter.observe;
    this.timer = setInterval(() => this.tick(), interval).unref();
    this.storedNumber.refresh();
    this.changes();
    this.newActivities();
    for (const { name } of this.groups) this.toldMinutes.set(name, startOfMinute(this.now()) - 2 * minute);
  }

  /** Tells the pages what has changed. */
  private tick(): void {
    const { stream } = this;
    const at = this.now();
    const counted = this.counter.take(at);
    this.totals.add(counted);
    const changes = this.changes();
    if (Object.keys(changes).length > 0) stream.send("change", { at, ...changes });
    if (counted.flows.length > 0) stream.send("flows", { at, flows: counted.flows });
    for (const drop of counted.drops) stream.send("drop", drop);
    for (const activity of this.newActivities()) stream.send("activity", activity);
    for (const measured of this.newCpu()) stream.send("cpu", measured);
    if (this.ticks++ % ticksPerSecond === 0) stream.send("clock", { at });
    this.storedNumber.refreshAfter(counted.flows);
  }

  private snapshot(): Snapshot {
    const { name, clock } = this.region.options;
    const { hits, flows, drops } = this.totals;
    return {
      at: this.now(),
      region: { name, speed: clock.speed, startedAt: this.startedAt, stack: this.options.stack },
      ...this.picture(),
      ...{ hits, flows, drops },
      activities: this.activities().slice(0, shownActivities),
      cpu: this.groups.flatMap(group => this.pastCpu(group)),
    };
  }

  private picture(): Picture {
    const { value: storedNumber, instanceId: storedOn } = this.storedNumber;
    return { ...pictureOf(this.region, this.options, this.removed), storedNumber, storedOn };
  }

  /** The sections that are not as the pages know them. */
  private changes(): Partial<Picture> {
    const changed = Object.entries(this.picture()).filter(([section, value]) => {
      const text = JSON.stringify(value);
      if (this.told.get(section) === text) return false;
      this.told.set(section, text);
      return true;
    });
    return Object.fromEntries(changed);
  }

  /** Latest first. */
  private activities(): Activity[] {
    const show = (time: RegionTime) => new Date(this.startedAt + time);
    return this.groups
      .flatMap(group =>
        group.activities.slice(0, shownActivities).map(activity => activityOf(group, activity, show)),
      )
      .sort((a, b) => b.startTime - a.startTime);
  }

  /** Those that have begun or changed, oldest first. */
  private newActivities(): Activity[] {
    const all = this.activities();
    const before = this.toldActivities;
    this.toldActivities = new Map(all.map(each => [each.activityId, JSON.stringify(each)]));
    return all
      .filter(({ activityId }) => before.get(activityId) !== this.toldActivities.get(activityId))
      .reverse();
  }

  private pastCpu(group: Group): CpuMinute[] {
    const last = this.toldMinutes.get(group.name) ?? startOfMinute(group.createdAt) - minute;
    const first = Math.max(startOfMinute(group.createdAt), last - (shownMinutes - 1) * minute);
    const count = Math.max(0, (last - first) / minute + 1);
    return Array.from({ length: count }, (_, index) =>
      cpuMinute(this.region.metrics, group, first + index * minute),
    );
  }

  private newCpu(): CpuMinute[] {
    return this.groups.flatMap(group => {
      const after = this.toldMinutes.get(group.name) ?? startOfMinute(group.createdAt) - minute;
      const measured = newMinutes(this.region.metrics, group, { after, now: this.now() });
      this.toldMinutes.set(group.name, measured.at(-1)?.at ?? after);
      return measured;
    });
  }

  /** @throws AwsError unless it names two nodes, or an address, and a port */
  private why(query: URLSearchParams): Why {
    const from = query.get("from") ?? "";
    const to = query.get("to") ?? "";
    const port = Number(query.get("port"));
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new AwsError("ValidationError", "port: expected a number from 1 to 65535");
    const { network, ec2 } = this.region;
    const address = this.places.addressOf(to, from);
    const attempt = { from: this.places.sourceOf(from), sourcePort, to: { address, port } };
    const verdict = describeConnection(ec2.vpc, attempt);
    // A host's SSH server has no port of its own.
    const isOpen = from === operator || network.hasEndpoint(verdict.destinationInterfaceId ?? address, port);
    return {
      at: this.now(),
      ...{ from, to, address, port },
      verdict: !verdict.reachable ? "dropped" : isOpen ? "allowed" : "refused",
      hops: this.verdicts.hopsOf(verdict),
    };
  }

  private nameOfInstanceAt(interfaceId: string): string | undefined {
    return this.region.ec2.instances.records
      .visible(this.now())
      .find(instance => instance.interfaceId === interfaceId)?.specification.name;
  }

  private get groups(): Group[] {
    return [...this.region.autoScaling.groups.values()];
  }

  private now(): RegionTime {
    return Math.round(this.region.options.clock.now());
  }
}
