/** Flow logs. Sources: EC2 API Reference, "CreateFlowLogs", "DescribeFlowLogs", "DeleteFlowLogs". */
import type { CreateFlowLogsRequest, FlowLog as FlowLogDescription } from "@aws-sdk/client-ec2";
import { resourceId } from "../../../identifiers";
import { defaultFormat, destinationTypes, type FlowLog } from "../flow-logs";
import { networkRefusals as refusals } from "../network-refusals";
import { find, notFound } from "../resource-types";
import { tagList, tagsFor } from "../tags";
import type { Ec2ActionContext, Ec2Actions } from "./context";
import { assertNoDryRun, describe, pageParameters, type ResourceKind } from "./describe";
import { oneOf, required } from "./validation";

export const flowLogActions = {
  CreateFlowLogs: {
    parameters: ["ResourceIds", "ResourceType", "TagSpecifications", "ClientToken", "DryRun"],
    inert: [
      "TrafficType",
      "LogDestinationType",
      "LogDestination",
      "LogGroupName",
      "DeliverLogsPermissionArn",
      "LogFormat",
      "MaxAggregationInterval",
    ],
    handle({ ec2, now }, input) {
      const settings = settingsFrom(input);
      const tags = tagsFor("vpc-flow-log", input.TagSpecifications);
      const created = required(input.ResourceIds, "resourceId").map((observed): FlowLog => {
        assertExists(ec2, input, observed);
        const isSame = (other: FlowLog) =>
          other.resourceId === observed &&
          (["trafficType", "destination", "logGroupName", "format"] as const).every(
            key => other[key] === settings[key],
          );
        if ([...ec2.flowLogs.values()].some(isSame)) throw refusals.flowLogExists();
        return { id: resourceId("fl"), createdAt: now(), resourceId: observed, ...settings, tags };
      });
      assertNoDryRun(input);
      for (const flowLog of created) ec2.flowLogs.set(flowLog.id, flowLog);
      return { FlowLogIds: created.map(({ id }) => id), Unsuccessful: [] };
    },
  },

  DescribeFlowLogs: {
    parameters: ["FlowLogIds", "Filter", ...pageParameters.filter(name => name !== "Filters")],
    handle(context, { FlowLogIds: ids, Filter: Filters, ...input }) {
      const flowLogs = [...context.ec2.flowLogs.values()].map(flowLog => descriptionOf(context, flowLog));
      const { page, NextToken } = describe(flowLogs, kind, { ids, Filters, ...input });
      return { FlowLogs: page, NextToken };
    },
  },

  DeleteFlowLogs: {
    parameters: ["FlowLogIds", "DryRun"],
    handle({ ec2 }, input) {
      const ids = required(input.FlowLogIds, "flowLogId");
      const unknown = ids.filter(id => !ec2.flowLogs.has(id));
      if (unknown.length > 0) throw notFound("vpc-flow-log", unknown);
      assertNoDryRun(input);
      for (const id of ids) ec2.flowLogs.delete(id);
      return { Unsuccessful: [] };
    },
  },
} satisfies Partial<Ec2Actions>;

function settingsFrom(input: CreateFlowLogsRequest) {
  const destinationType = oneOf(
    "logDestinationType",
    input.LogDestinationType ?? "cloud-watch-logs",
    destinationTypes,
  );
  const {
    LogDestination: destination,
    LogGroupName: logGroupName,
    DeliverLogsPermissionArn: roleArn,
  } = input;
  if (destinationType === "cloud-watch-logs") {
    if ((logGroupName === undefined) === (destination === undefined)) throw refusals.flowLogGroup();
    if (roleArn === undefined) throw refusals.flowLogRole();
  } else {
    if (roleArn !== undefined) throw refusals.flowLogNoRole(destinationType);
    const service = destinationType === "s3" ? "s3" : "firehose";
    if (!new RegExp(`^arn:aws[a-z-]*:${service}:[^:]*:[^:]*:.+`).test(destination ?? ""))
      throw refusals.flowLogDestination(destination);
  }
  const { MaxAggregationInterval: aggregationSeconds = 600 } = input;
  if (aggregationSeconds !== 60 && aggregationSeconds !== 600)
    throw refusals.flowLogInterval(aggregationSeconds);
  return {
    trafficType: oneOf("trafficType", required(input.TrafficType, "trafficType"), [
      "ACCEPT",
      "REJECT",
      "ALL",
    ]),
    destinationType,
    destination,
    logGroupName,
    roleArn,
    format: input.LogFormat ?? defaultFormat,
    aggregationSeconds,
  };
}

function assertExists(
  { vpc }: Ec2ActionContext["ec2"],
  { ResourceType }: CreateFlowLogsRequest,
  id: string,
): void {
  const type = oneOf("resourceType", required<string>(ResourceType, "resourceType"), [
    "VPC",
    "Subnet",
    "NetworkInterface",
  ]);
  if (type === "VPC") find(vpc.vpcs, "vpc", id);
  else if (type === "Subnet") find(vpc.subnets, "subnet", id);
  else find(vpc.networkInterfaces, "network-interface", id);
}

function descriptionOf({ wallClock }: Ec2ActionContext, flowLog: FlowLog): FlowLogDescription {
  return {
    FlowLogId: flowLog.id,
    CreationTime: wallClock.show(flowLog.createdAt),
    FlowLogStatus: "ACTIVE",
    DeliverLogsStatus: "SUCCESS",
    ResourceId: flowLog.resourceId,
    TrafficType: flowLog.trafficType,
    LogDestinationType: flowLog.destinationType,
    LogDestination: flowLog.destination,
    LogGroupName: flowLog.logGroupName,
    DeliverLogsPermissionArn: flowLog.roleArn,
    LogFormat: flowLog.format,
    MaxAggregationInterval: flowLog.aggregationSeconds,
    Tags: tagList(flowLog.tags),
  };
}

const kind: ResourceKind<FlowLogDescription> = {
  type: "vpc-flow-log",
  idOf: flowLog => flowLog.FlowLogId,
  filterable: {
    "deliver-log-status": flowLog => flowLog.DeliverLogsStatus,
    "flow-log-id": flowLog => flowLog.FlowLogId,
    "log-destination-type": flowLog => flowLog.LogDestinationType,
    "log-group-name": flowLog => flowLog.LogGroupName,
    "resource-id": flowLog => flowLog.ResourceId,
    "traffic-type": flowLog => flowLog.TrafficType,
  },
};
