import { randomUUID } from "node:crypto";
import { AwsError } from "../../api/aws-error";
import { accountId } from "../../identifiers";
import { AutoScalingGroup } from "./group";
import type { GroupContext, GroupLaunchTemplate } from "./instance-launcher";
import { alarmsOf, type PolicyAlarm } from "./policy-alarms";
import { refusals } from "./refusals";
import type { GroupSettings } from "./settings";

export interface AutoScalingContext extends GroupContext {
  regionName: string;
  /** @throws AwsError for an unknown template or version */
  assertLaunchTemplate(template: GroupLaunchTemplate): void;
}

export class AutoScaling {
  /** By name. */
  readonly groups = new Map<string, AutoScalingGroup>();

  constructor(private readonly context: AutoScalingContext) {}

  /** @throws AwsError for settings that AWS rejects */
  createGroup(settings: Omit<GroupSettings, "arn">, desiredCapacity: number): AutoScalingGroup {
    this.validate(settings);
    const { minSize, maxSize, name } = settings;
    this.assertUnused(name);
    if (desiredCapacity < minSize || desiredCapacity > maxSize)
      throw refusals.desiredOutOfBounds(desiredCapacity, minSize, maxSize);
    const arn =
      `arn:aws:autoscaling:${this.context.regionName}:${accountId}:autoScalingGroup:${randomUUID()}` +
      `:autoScalingGroupName/${name}`;
    const group = new AutoScalingGroup(this.context, { ...settings, arn }, desiredCapacity);
    this.groups.set(name, group);
    return group;
  }

  /** UpdateAutoScalingGroup; the name can't change. */
  updateGroup(settings: Omit<GroupSettings, "arn">, desiredCapacity?: number): void {
    this.validate(settings);
    const { minSize, maxSize } = settings;
    if (desiredCapacity !== undefined && (desiredCapacity < minSize || desiredCapacity > maxSize))
      throw refusals.desiredOutOfBounds(desiredCapacity, minSize, maxSize);
    const group = this.groups.get(settings.name);
    group?.configure({ ...settings, arn: group.settings.arn }, desiredCapacity);
  }

  /** Resolves once the group and its instances are gone; no-op for an unknown group. */
  async deleteGroup(name: string): Promise<void> {
    await this.groups.get(name)?.close();
    this.groups.delete(name);
  }

  /** DeleteAutoScalingGroup: the group is gone once its instances are. */
  startDeletion({ name }: AutoScalingGroup): void {
    this.deleteGroup(name).catch((error: unknown) => {
      this.context.report(`${name}: ${(error as Error).message}`);
    });
  }

  /** All alarms of all policies, as CloudWatch describes them. */
  alarms(): PolicyAlarm[] {
    return [...this.groups.values()].flatMap(({ name, policies }) =>
      [...policies.values()].flatMap(policy => alarmsOf(this.context.regionName, name, policy)),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.groups.values()].map(group => group.close()));
  }

  private validate({ minSize, maxSize, subnetIds }: Omit<GroupSettings, "arn">): void {
    if (minSize > maxSize) throw refusals.minAboveMax(minSize, maxSize);
    for (const subnetId of subnetIds) {
      if (this.context.availabilityZoneOf(subnetId) === undefined) throw refusals.unknownSubnet(subnetId);
    }
  }

  /** @throws AwsError for a template or version that doesn't exist */
  assertLaunchTemplate(template: GroupLaunchTemplate): void {
    try {
      this.context.assertLaunchTemplate(template);
    } catch (error) {
      throw error instanceof AwsError ? refusals.launchTemplate(error.message) : error;
    }
  }

  /** @throws AwsError if a group has the name */
  assertUnused(name: string): void {
    const existing = this.groups.get(name);
    if (existing) throw existing.isClosing ? refusals.groupPendingDelete(name) : refusals.groupExists(name);
  }
}
