/** Launch templates and their versions, by the API. */
import { openRegion } from "../../../../testing/sample-resources";

async function setUp() {
  const { region } = await openRegion();
  const { ec2 } = region.calls;
  const { LaunchTemplate } = await ec2.CreateLaunchTemplate({
    LaunchTemplateName: "one",
    VersionDescription: "first",
    LaunchTemplateData: {
      InstanceType: "t3.micro",
      UserData: "aGVsbG8=",
      CreditSpecification: { CpuCredits: "unlimited" },
    },
  });
  const { LaunchTemplateId } = LaunchTemplate;
  const versions = async (request: object) => {
    const { LaunchTemplateVersions } = await ec2.DescribeLaunchTemplateVersions(request);
    return LaunchTemplateVersions.map(({ VersionNumber, LaunchTemplateData }) => ({
      VersionNumber,
      ...LaunchTemplateData,
    }));
  };
  return { region, ec2, LaunchTemplateId, LaunchTemplate, versions };
}

test("a template has its first version, with the data as given", async () => {
  const { ec2, LaunchTemplateId, LaunchTemplate, versions } = await setUp();
  expect(LaunchTemplate).toMatchObject({ DefaultVersionNumber: 1, LatestVersionNumber: 1 });
  expect(await versions({ LaunchTemplateName: "one" })).toEqual([
    {
      VersionNumber: 1,
      InstanceType: "t3.micro",
      UserData: "aGVsbG8=",
      CreditSpecification: { CpuCredits: "unlimited" },
    },
  ]);
  const { LaunchTemplates } = await ec2.DescribeLaunchTemplates({ LaunchTemplateNames: ["one"] });
  expect(LaunchTemplates).toMatchObject([{ LaunchTemplateId }]);
});

test("a version has another's data with its own in place", async () => {
  const { ec2, LaunchTemplateId, versions } = await setUp();
  const LaunchTemplateData = { InstanceType: "t3.small" } as const;
  await ec2.CreateLaunchTemplateVersion({ LaunchTemplateId, SourceVersion: "$Default", LaunchTemplateData });
  await ec2.CreateLaunchTemplateVersion({ LaunchTemplateId, LaunchTemplateData });
  expect(await versions({ LaunchTemplateId, Versions: ["2", "$Latest"] })).toEqual([
    expect.objectContaining({ VersionNumber: 2, InstanceType: "t3.small", UserData: "aGVsbG8=" }),
    { VersionNumber: 3, InstanceType: "t3.small" },
  ]);
});

test("the default version changes, can't be deleted, and a deleted version's number isn't used again", async () => {
  const { ec2, LaunchTemplateId, versions } = await setUp();
  const request = { LaunchTemplateId, LaunchTemplateData: {} };
  await ec2.CreateLaunchTemplateVersion(request);
  const { LaunchTemplate } = await ec2.ModifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: "2" });
  expect(LaunchTemplate).toMatchObject({ DefaultVersionNumber: 2, LatestVersionNumber: 2 });
  expect(await versions({ Versions: ["$Default"] })).toMatchObject([{ VersionNumber: 2 }]);
  await ec2.CreateLaunchTemplateVersion(request);
  const deleted = await ec2.DeleteLaunchTemplateVersions({ LaunchTemplateId, Versions: ["2", "3", "9"] });
  expect(deleted).toMatchObject({
    SuccessfullyDeletedLaunchTemplateVersions: [{ VersionNumber: 3 }],
    UnsuccessfullyDeletedLaunchTemplateVersions: [
      { VersionNumber: 2, ResponseError: { Code: "unexpectedError" } },
      { VersionNumber: 9, ResponseError: { Code: "launchTemplateVersionDoesNotExist" } },
    ],
  });
  const { LaunchTemplateVersion } = await ec2.CreateLaunchTemplateVersion(request);
  expect(LaunchTemplateVersion.VersionNumber).toBe(4);
});

test("a deleted template is gone", async () => {
  const { ec2, LaunchTemplateId } = await setUp();
  await ec2.DeleteLaunchTemplate({ LaunchTemplateName: "one" });
  await expect(
    ec2.DescribeLaunchTemplates({ LaunchTemplateIds: [LaunchTemplateId ?? ""] }),
  ).rejects.toMatchObject({ code: "InvalidLaunchTemplateId.NotFound" });
});
