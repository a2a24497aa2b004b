/**
 * A region whose load balancer has one target, with the port of its listener, and with a local Internet that says the load
 * balancer's name.
 */
import { build } from "../../apps/shipping/esbuild";
import { createInternetProxy } from "../../local/network/local-internet";
import { LivePage } from "../../local/page/live-page";
import { ec2Api } from "../../local/region";
import { makeSamples, openRegion, operatorAddress } from "../../testing/sample-resources";
import { serve } from "./serve";

async function main(): Promise<void> {
  const { region, resources, clock } = await openRegion();
  const made = await makeSamples(resources, "command:remote:CopyToRemote");
  const target = String(made["instance"]?.outputs["primaryNetworkInterfaceId"]);
  region.network.registerEndpoint(target, 8080, Number(process.env["BENCH_PORT"]));
  const page = new LivePage(region, {
    operatorAddress,
    ec2ApiAddress: ec2Api.address,
    progress: () => ({ ready: true, made: 0, declared: 0 }),
    outputs: () => ({}),
    listenerUrl: () => undefined,
    build,
    report: console.error,
  });
  setInterval(() => clock.advance(1000), 1000);
  const internet = createInternetProxy({
    dns: region.dns,
    route: region.network.routerFrom({ internetAddress: operatorAddress }),
    welcome: () => String(made["aws:lb/loadBalancer:LoadBalancer"]?.outputs["dnsName"]),
    handleApiRequest: (_req, res) => res.writeHead(501).end(),
    handlePageRequest: page.handle,
  });
  const [listener] = region.elbv2.listeners.values();
  if (listener?.loopbackPort === undefined) throw new Error("the load balancer doesn't listen");
  await serve({ http: internet }, { listener: listener.loopbackPort });
}

void main();
