/** A call for each thing that EC2 refuses of Reachability Analyzer: the compiler names a refusal that has none. */
import type { CreateNetworkInsightsPathRequest } from "@aws-sdk/client-ec2";
import { testRefusals } from "../../../testing/refusals";
import type { Region } from "../../region";
import type { insightsRefusals } from "./insights-refusals";

type Ec2Calls = Region["calls"]["ec2"];

async function newGateway(ec2: Ec2Calls): Promise<string> {
  const { InternetGateway } = await ec2.CreateInternetGateway({});
  return InternetGateway.InternetGatewayId ?? "";
}

/** Creates a path from a gateway to the Internet address, with a change. */
async function create(ec2: Ec2Calls, change: Partial<CreateNetworkInsightsPathRequest>) {
  const path = { Source: await newGateway(ec2), DestinationIp: "203.0.113.9", Protocol: "tcp" } as const;
  return ec2.CreateNetworkInsightsPath({ ClientToken: "", ...path, ...change });
}

const filter = (range: object) => ({ FilterAtSource: { DestinationPortRange: range } });

testRefusals<typeof insightsRefusals>({
  sourceNotFound: ["NetworkInsightsSource.NotFound", ec2 => create(ec2, { Source: "i-0123456789abcdef0" })],
  destinationNotFound: [
    "NetworkInsightsDestination.NotFound",
    ec2 => create(ec2, { Destination: "eni-0123456789abcdef0" }),
  ],
  noDestination: ["InvalidParameterCombination", ec2 => create(ec2, { DestinationIp: undefined })],
  address: ["InvalidParameterValue", ec2 => create(ec2, { SourceIp: "10.0.0" })],
  port: ["InvalidParameterValue", ec2 => create(ec2, { DestinationPort: 65536 })],
  portOrder: ["InvalidParameterValue", ec2 => create(ec2, filter({ FromPort: 2, ToPort: 1 }))],
  filterTwice: [
    "InvalidParameterCombination",
    ec2 => create(ec2, { DestinationPort: 80, ...filter({ FromPort: 80, ToPort: 80 }) }),
  ],
  pathInUse: [
    "AnalysisExistsForNetworkInsightsPath",
    async ec2 => {
      const { NetworkInsightsPath } = await create(ec2, {});
      const { NetworkInsightsPathId } = NetworkInsightsPath;
      await ec2.StartNetworkInsightsAnalysis({ NetworkInsightsPathId, ClientToken: "" });
      await ec2.DeleteNetworkInsightsPath({ NetworkInsightsPathId });
    },
  ],

  udp: ["UnsupportedOperation", ec2 => create(ec2, { Protocol: "udp" })],
  resource: ["UnsupportedOperation", ec2 => create(ec2, { Destination: "vpce-0123456789abcdef0" })],
  betweenGateways: [
    "UnsupportedOperation",
    async ec2 => create(ec2, { Destination: await newGateway(ec2), DestinationIp: undefined }),
  ],
  otherSourceAddress: [
    "UnsupportedOperation",
    async (ec2, region) => {
      const { Subnets } = await ec2.DescribeSubnets({});
      const subnetId = Subnets[0]?.SubnetId ?? "";
      const request = { subnetId, groupIds: [], publicAddress: true, description: "" };
      const { id: Source } = region.ec2.interfaces.attach(request);
      await create(ec2, { Source, SourceIp: "10.9.9.9" });
    },
  ],
});
