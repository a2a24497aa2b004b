/** A host on the declared network. */
import { realClock } from "../local/clock";
import { Host, type HostOptions } from "../local/hosts/host";
import { decisionLog } from "../local/network/decision-log";
import { Dns } from "../local/network/dns";
import { FlowLog } from "../local/network/flow-log";
import { VirtualNetwork } from "../local/network/virtual-network";
import { localEnvironment } from "../local/program";
import { onCleanUp } from "./clean-up";
import { accountId, declaredNetwork, interfaces } from "./declared-network";

const { receiver1 } = interfaces;

export const ec2Api = { address: "192.0.2.10", port: 443 };

interface DeclaredHostOptions extends Pick<HostOptions, "root" | "authorizedKey"> {
  speed: number;
}

/** Boots receiver-1 with a disk of its own; `cleanUp` shuts it down. */
export async function declaredHost({ speed, ...options }: DeclaredHostOptions) {
  const model = declaredNetwork();
  const flows: string[] = [];
  const reports: string[] = [];
  const now = () => 0;
  const flowLog = new FlowLog({ accountId, now, write: line => flows.push(line) });
  const network = new VirtualNetwork(model, flowLog, decisionLog({ now, write: () => undefined }));
  const dns = new Dns();
  const host = new Host({
    name: "receiver-1",
    instanceId: "i-0123",
    interfaceId: receiver1.id,
    metadata: () => ({
      instanceId: "i-0123",
      imageId: "ami-0123",
      instanceType: "t3.micro",
      privateIp: receiver1.privateIpAddress,
      region: "us-east-1",
      availabilityZone: "us-east-1a",
      securityGroupNames: [],
      access: { httpTokens: "required", httpEndpoint: "enabled" },
      credentials: () => {
        throw new Error("no profile");
      },
    }),
    network,
    dns,
    ec2Api,
    clock: realClock(speed),
    localEnvironment,
    report: event => reports.push(event),
    ...options,
  });
  await host.boot();
  onCleanUp(async () => {
    await host.shutDown();
    network.close();
  });
  return { host, network, model, dns, flows, reports };
}
