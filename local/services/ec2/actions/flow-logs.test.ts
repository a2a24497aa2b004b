import { openRegion } from "../../../../testing/sample-resources";

const toBucket = {
  TrafficType: "ALL",
  LogDestinationType: "s3",
  LogDestination: "arn:aws:s3:::my-logs/folder",
} as const;

test("flow logs are created, described with the default format, filtered, tagged and deleted", async () => {
  const { region } = await openRegion();
  const { ec2 } = region.calls;
  const { Vpcs } = await ec2.DescribeVpcs({});
  const { Subnets } = await ec2.DescribeSubnets({});
  const VpcId = Vpcs[0]?.VpcId ?? "";
  const SubnetId = Subnets[0]?.SubnetId ?? "";
  const tags = [{ ResourceType: "vpc-flow-log" as const, Tags: [{ Key: "Name", Value: "all" }] }];
  const { FlowLogIds, Unsuccessful } = await ec2.CreateFlowLogs({
    ...toBucket,
    ResourceType: "VPC",
    ResourceIds: [VpcId],
    MaxAggregationInterval: 60,
    TagSpecifications: tags,
  });
  const [id = ""] = FlowLogIds;
  expect(Unsuccessful).toEqual([]);
  expect(id).toMatch(/^fl-[0-9a-f]{17}$/);
  const ofSubnet = await ec2.CreateFlowLogs({
    ResourceType: "Subnet",
    ResourceIds: [SubnetId],
    TrafficType: "REJECT",
    LogGroupName: "flows",
    DeliverLogsPermissionArn: "arn:aws:iam::123456789012:role/flow-logs",
  });

  const described = async (name: string, value: string) =>
    (await ec2.DescribeFlowLogs({ Filter: [{ Name: name, Values: [value] }] })).FlowLogs;
  expect(await described("resource-id", VpcId)).toEqual([
    {
      FlowLogId: id,
      CreationTime: expect.any(Date) as Date,
      FlowLogStatus: "ACTIVE",
      DeliverLogsStatus: "SUCCESS",
      ResourceId: VpcId,
      TrafficType: "ALL",
      LogDestinationType: "s3",
      LogDestination: toBucket.LogDestination,
      LogFormat:
        "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} " +
        "${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
      MaxAggregationInterval: 60,
      Tags: [{ Key: "Name", Value: "all" }],
    },
  ]);
  expect(await described("log-destination-type", "cloud-watch-logs")).toMatchObject([
    { FlowLogId: ofSubnet.FlowLogIds[0], LogGroupName: "flows", MaxAggregationInterval: 600 },
  ]);
  await ec2.CreateTags({ Resources: [id], Tags: [{ Key: "Name", Value: "renamed" }] });
  expect(await described("tag:Name", "renamed")).toMatchObject([{ FlowLogId: id }]);

  await ec2.DeleteFlowLogs({ FlowLogIds: [id] });
  expect((await ec2.DescribeFlowLogs({})).FlowLogs).toMatchObject([{ ResourceId: SubnetId }]);
});
