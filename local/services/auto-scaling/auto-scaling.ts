import { randomUUID } from "node:crypto";
import { validationError } from "../../api/aws-error";
import { accountId } from "../../identifiers";
import { AutoScalingGroup } from "./group";
import type { GroupContext, LaunchTemplateVersion } from "./instance-launcher";
import type { GroupSettings } from "./settings";

export interface AutoScalingContext extends GroupContext {
  regionName: string;
  /** @throws AwsError for an unknown template or version */
  assertLaunchTemplate(version: LaunchTemplateVersion): void;
}

export class AutoScaling {
  /** By name. */
  readonly groups = new Map<string, AutoScalingGroup>();

  constructor(private readonly context: AutoScalingContext) {}

  /** @throws AwsError for settings that AWS rejects */
  createGroup(settings: Omit<GroupSettings, "arn">, desiredCapacity: number): AutoScalingGroup {
    this.validate(settings);
    const { minSize, maxSize, name } = settings;
    if (desiredCapacity < minSize || desiredCapacity > maxSize)
      throw validationError(
        `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
      );
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
    const group = this.groups.get(settings.name);
    group?.configure({ ...settings, arn: group.settings.arn }, desiredCapacity);
  }

  /** Resolves once the group and its instances are gone; no-op for an unknown group. */
  async deleteGroup(name: string): Promise<void> {
    await this.groups.get(name)?.close();
    this.groups.delete(name);
  }

  async close(): Promise<void> {
    await Promise.all([...this.groups.values()].map(group => group.close()));
  }

  private validate({ minSize, maxSize, subnetIds, launchTemplate }: Omit<GroupSettings, "arn">): void {
    if (minSize > maxSize)
      throw validationError(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
    for (const subnetId of subnetIds) {
      if (this.context.availabilityZoneOf(subnetId) === undefined)
        throw validationError(`The subnet ID '${subnetId}' does not exist`);
    }
    this.context.assertLaunchTemplate(launchTemplate);
  }
}
