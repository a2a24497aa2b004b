import { makeSamples, openRegion } from "../../../../testing/sample-resources";
import { accountId } from "../../../identifiers";

async function setUp() {
  const { region, resources } = await openRegion();
  const made = await makeSamples(resources, "aws:lb/targetGroup:TargetGroup");
  const { ec2 } = region.calls;
  const idOf = (name: string) => made[name]?.id ?? "";
  const interfaces = async (filters: Record<string, string>) => {
    const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
    return (await ec2.DescribeNetworkInterfaces({ Filters })).NetworkInterfaces;
  };
  return { region, ec2, idOf, made, interfaces };
}

test("an instance's interface, and a load balancer's", async () => {
  const { idOf, made, interfaces } = await setUp();
  const [own, ...others] = await interfaces({ "attachment.instance-id": idOf("instance") });
  expect(others).toEqual([]);
  const publicIp = made["instance"]?.outputs["publicIp"];
  expect(own).toMatchObject({
    NetworkInterfaceId: made["instance"]?.outputs["primaryNetworkInterfaceId"],
    Attachment: { DeviceIndex: 0, DeleteOnTermination: true, InstanceOwnerId: accountId, Status: "attached" },
    Association: { IpOwnerId: "amazon", PublicIp: publicIp },
    AvailabilityZone: "us-east-1a",
    Groups: [{ GroupId: idOf("group") }],
    MacAddress: expect.stringMatching(/^02(:[0-9a-f]{2}){5}$/) as string,
    PrivateIpAddresses: [
      { Primary: true, PrivateIpAddress: "10.0.1.10", Association: { PublicIp: publicIp } },
    ],
    RequesterManaged: false,
    SourceDestCheck: true,
    Status: "in-use",
    SubnetId: idOf("subnet-1"),
    VpcId: idOf("vpc"),
  });
  const balancer = idOf("aws:lb/loadBalancer:LoadBalancer").split(":loadbalancer/").at(-1);
  expect(await interfaces({ description: `ELB ${balancer}` })).toMatchObject(
    ["subnet-1", "subnet-2"].map(subnet => ({
      Attachment: { DeviceIndex: 1, DeleteOnTermination: false, InstanceOwnerId: "amazon-elb" },
      RequesterId: "amazon-elb",
      RequesterManaged: true,
      SubnetId: idOf(subnet),
    })),
  );
});

test("attributes are changed one at a time, and read back", async () => {
  const { ec2, made } = await setUp();
  const NetworkInterfaceId = String(made["instance"]?.outputs["primaryNetworkInterfaceId"]);
  const { ModifyNetworkInterfaceAttribute: modify, DescribeNetworkInterfaceAttribute: describe } = ec2;
  await modify({ NetworkInterfaceId, Description: { Value: "mine" } });
  await modify({ NetworkInterfaceId, SourceDestCheck: { Value: false } });
  const {
    NetworkInterfaces: [shown],
  } = await ec2.DescribeNetworkInterfaces({
    NetworkInterfaceIds: [NetworkInterfaceId],
  });
  expect(shown).toMatchObject({ Description: "mine", SourceDestCheck: false });
  const { Groups, Attachment } = shown ?? {};
  for (const [Attribute, answer] of [
    ["description", { Description: { Value: "mine" } }],
    ["sourceDestCheck", { SourceDestCheck: { Value: false } }],
    ["groupSet", { Groups }],
    ["attachment", { Attachment }],
    ["associatePublicIpAddress", { AssociatePublicIpAddress: true }],
  ] as const)
    expect(await describe({ NetworkInterfaceId, Attribute })).toEqual({ NetworkInterfaceId, ...answer });
});

test("a subnet with an interface can't be deleted", async () => {
  const { ec2, idOf } = await setUp();
  await expect(ec2.DeleteSubnet({ SubnetId: idOf("subnet-2") })).rejects.toMatchObject({
    code: "DependencyViolation",
  });
});
