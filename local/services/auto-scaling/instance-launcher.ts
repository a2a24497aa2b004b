/** What an Auto Scaling group needs of the region around it: all that takes processes, sockets or real time. */
import type { Clock } from "../../clock";
import { launch, terminate } from "../ec2/launch";
import { dataOf } from "../ec2/launch-template";
import type { TargetGroup } from "../elbv2/target-group";
import type { Region } from "../../region";
import { CpuMeter } from "../../hosts/cpu";
import type { MetricStore } from "../cloudwatch/metrics";

export interface LaunchRequest {
  instanceId: string;
  /** For people, and in the name of its folder. */
  name: string;
  subnetId: string;
  launchTemplate: { id: string; version: number };
  /** Beside those that the launch template gives it. */
  tags: Record<string, string>;
}

export interface GroupContext {
  readonly clock: Clock;
  readonly metrics: MetricStore;
  report(event: string): void;
  availabilityZoneOf(subnetId: string): string;
  /** Resolves to the instance's private address once it has booted; of a launch that fails nothing is left. */
  launch(request: LaunchRequest): Promise<string>;
  /** Ends an instance, also one that boots; of one that there is not, nothing. */
  terminate(instanceId: string): Promise<void>;
  isRunning(instanceId: string): boolean;
  targetGroup(arn: string): Pick<TargetGroup, "register" | "deregister" | "describe"> | undefined;
  cpuMeter(instanceId: string): Pick<CpuMeter, "measure" | "stop">;
}

export function groupContext(region: Region): GroupContext {
  const { clock, metrics, hosts, report } = region;
  return {
    clock,
    metrics,
    report,
    // A launch into a subnet that is gone fails by itself.
    availabilityZoneOf: subnetId => region.vpc.subnets.get(subnetId)?.availabilityZone ?? "",
    launch: async ({ launchTemplate, ...request }) => {
      const data = dataOf(region.launchTemplates, launchTemplate);
      const tags = {
        ...data.tags,
        ...request.tags,
        "aws:ec2launchtemplate:id": launchTemplate.id,
        "aws:ec2launchtemplate:version": String(launchTemplate.version),
      };
      const host = await launch(region, { ...data, ...request, tags, publicAddress: true });
      return region.interface(host.options.interfaceId).privateIpAddress;
    },
    terminate: instanceId => terminate(region, instanceId),
    isRunning: instanceId => hosts.has(instanceId),
    targetGroup: arn => region.targetGroups.get(arn)?.group,
    cpuMeter: instanceId =>
      new CpuMeter(() =>
        [...(hosts.get(instanceId)?.services.values() ?? [])].flatMap(({ pid }) => pid ?? []),
      ),
  };
}
