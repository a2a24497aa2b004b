import type { NetworkInterface } from "@aws-sdk/client-ec2";
import { endsNamed, pathBetween, type Vpc } from "./ends";

function at(id: string, privateIp: string, publicIp: string | undefined, more: NetworkInterface = {}) {
  const association = publicIp === undefined ? {} : { Association: { PublicIp: publicIp } };
  return { NetworkInterfaceId: id, PrivateIpAddress: privateIp, ...association, ...more };
}

const vpc: Vpc = {
  gatewayId: "igw-1",
  interfaces: [
    at("eni-1", "10.0.1.10", "203.0.113.1", { Attachment: { InstanceId: "i-1" } }),
    at("eni-2", "10.0.2.10", undefined, { Attachment: { InstanceId: "i-2" } }),
    at("eni-3", "10.0.11.4", "203.0.113.3", { Description: "ELB app/receiver-lb/0123456789abcdef" }),
    at("eni-4", "10.0.12.4", "203.0.113.4", { Description: "ELB app/receiver-lb/0123456789abcdef" }),
    at("eni-5", "10.0.12.5", "203.0.113.5", { Description: "ELB app/receiver-lb-2/0123456789abcdef" }),
  ],
  hosts: { data: "i-1", receiver: "i-2" },
  balancers: { "receiver-lb": "receiver-lb-123456789.us-east-1.elb.test" },
};

/** "SOURCE > DESTINATION, ADDRESS from ADDRESS", a line for each path. */
function paths(from: string, to: string): string[] {
  const targets = endsNamed(vpc, to);
  return endsNamed(vpc, from).flatMap(source =>
    targets.map(target => {
      const { Source, Destination, FilterAtSource } = pathBetween(vpc, source, target, 80);
      const { DestinationAddress = "", SourceAddress = "" } = FilterAtSource ?? {};
      return `${Source} > ${Destination}, ${DestinationAddress} from ${SourceAddress}`;
    }),
  );
}

test.each<[from: string, to: string, ...paths: string[]]>([
  ["receiver", "data", "i-2 > i-1,  from "],
  ["i-2", "eni-1", "i-2 > i-1,  from "],
  ["receiver", "10.0.1.10", "i-2 > i-1,  from "],
  ["10.0.2.10", "203.0.113.1", "i-2 > igw-1, 203.0.113.1 from "],
  ["receiver", "internet", "i-2 > igw-1,  from "],
  ["receiver", "192.0.2.80", "i-2 > igw-1, 192.0.2.80 from "],
  ["receiver", "10.0.1.99", "i-2 > igw-1, 10.0.1.99 from "],
  ["internet", "data", "igw-1 > i-1, 203.0.113.1 from "],
  ["internet", "receiver", "igw-1 > i-2,  from "],
  ["198.51.100.7", "data", "igw-1 > i-1, 203.0.113.1 from 198.51.100.7"],
  ["203.0.113.1", "receiver", "i-1 > i-2,  from "],
  ["internet", "receiver-lb", "igw-1 > eni-3, 203.0.113.3 from ", "igw-1 > eni-4, 203.0.113.4 from "],
  ["receiver", "receiver-lb", "i-2 > igw-1, 203.0.113.3 from ", "i-2 > igw-1, 203.0.113.4 from "],
  ["receiver-lb", "data", "eni-3 > i-1,  from ", "eni-4 > i-1,  from "],
])("from %s to %s", (from, to, ...expected) => {
  expect(paths(from, to)).toEqual(expected);
});

test("replies come to an ephemeral port", () => {
  const [[source], [target]] = [endsNamed(vpc, "receiver"), endsNamed(vpc, "data")];
  expect(source && target && pathBetween(vpc, source, target, 5000)).toEqual({
    ...{ Source: "i-2", Destination: "i-1", Protocol: "tcp" },
    FilterAtSource: {
      SourcePortRange: { FromPort: 32768, ToPort: 60999 },
      DestinationPortRange: { FromPort: 5000, ToPort: 5000 },
    },
  });
});

test("what there is not is refused with what there is", () => {
  expect(() => endsNamed(vpc, "recever")).toThrow(
    "the stack has no recever: name an instance or a network interface by its id, an address, or one of data, receiver, receiver-lb, internet",
  );
  expect(() => paths("internet", "192.0.2.80")).toThrow(
    "neither internet nor 192.0.2.80 is in the stack's VPC",
  );
});
