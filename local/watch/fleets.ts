/** Rolls the groups that are launched from a host's image to a new one, by the calls that the AWS provider makes. */
import type { AutoScalingGroup } from "../services/auto-scaling/group";
import type { Aws } from "../pulumi/resources/calls";

export interface Fleets {
  aws: Pick<Aws, "ec2" | "autoScaling" | "until">;
  groups: ReadonlyMap<string, AutoScalingGroup>;
  report: (event: string) => void;
}

/** @throws if an image isn't made, or a refresh fails */
export async function rollFleets(fleets: Fleets, instanceId: string): Promise<void> {
  const { ec2 } = fleets.aws;
  const { Images: images } = await ec2.DescribeImages({
    Filters: [{ Name: "source-instance-id", Values: [instanceId] }],
  });
  for (const { ImageId: old = "", Name: name = "" } of images) {
    const templates = await templatesOf(fleets, old);
    if (templates.length === 0) continue;
    fleets.report(`baking a new image in place of ${name}`);
    const { ImageId: image } = await ec2.CreateImage({
      InstanceId: instanceId,
      Name: successorOf(name),
    });
    await fleets.aws.until.imageAvailable(image);
    for (const template of templates) await roll(fleets, template, image);
    await ec2.DeregisterImage({ ImageId: old, DeleteAssociatedSnapshots: true });
  }
}

/** Image names are unique in a region: theirs ends in a number from the second on. */
function successorOf(name: string): string {
  const [, base = name, number = "1"] = /^(.*)\.(\d+)$/.exec(name) ?? [];
  return `${base}.${Number(number) + 1}`;
}

/** Ids of the templates whose latest version launches an image. */
async function templatesOf({ aws: { ec2 } }: Fleets, image: string): Promise<string[]> {
  const { LaunchTemplateVersions: versions } = await ec2.DescribeLaunchTemplateVersions({
    Versions: ["$Latest"],
  });
  return versions
    .filter(({ LaunchTemplateData: data }) => data?.ImageId === image)
    .flatMap(({ LaunchTemplateId: id }) => id ?? []);
}

async function roll({ aws, groups, report }: Fleets, LaunchTemplateId: string, image: string): Promise<void> {
  const { ec2, autoScaling } = aws;
  const { LaunchTemplateVersion: made } = await ec2.CreateLaunchTemplateVersion({
    LaunchTemplateId,
    SourceVersion: "$Latest",
    LaunchTemplateData: { ImageId: image },
  });
  const Version = String(made.VersionNumber);
  await ec2.ModifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: Version });
  const { AutoScalingGroups: described } = await autoScaling.DescribeAutoScalingGroups({});
  for (const { AutoScalingGroupName = "", LaunchTemplate } of described) {
    const group = groups.get(AutoScalingGroupName);
    if (!group || LaunchTemplate?.LaunchTemplateId !== LaunchTemplateId) continue;
    await autoScaling.UpdateAutoScalingGroup({
      AutoScalingGroupName,
      LaunchTemplate: { LaunchTemplateId, Version },
    });
    const begun = performance.now();
    const { InstanceRefreshId: id } = await autoScaling.StartInstanceRefresh({
      AutoScalingGroupName,
      Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
    });
    report(`rolling ${group.settings.label} to it`);
    const refresh = () => group.refreshes.all.find(each => each.id === id);
    await group.until(() => refresh()?.endTime !== undefined);
    const { status, statusReason } = refresh() ?? {};
    if (status !== "Successful")
      throw new Error(
        `${group.settings.label}: instance refresh ${status ?? "gone"}${statusReason === undefined ? "" : `: ${statusReason}`}`,
      );
    report(`${group.settings.label}: rolled in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
}
