/**
 * What the live page costs the data path: requests per second through the local Internet and a load balancer with ten
 * listeners of the page's events, as a ratio to none, alternating in one run. Backend, region and load are a process each.
 * `npx tsx bench/page.ts [connections] [milliseconds per round]`
 */
import { once } from "node:events";
import http from "node:http";
import { createApp } from "../apps/common/app";
import { createLog } from "../apps/common/log";
import { createServer } from "../apps/common/server";
import { createInternetProxy } from "../local/network/local-internet";
import { LivePage } from "../local/page/live-page";
import { ec2Api } from "../local/region";
import { cleanUp } from "../testing/clean-up";
import { answerTo } from "../testing/client";
import { saturate } from "../testing/load";
import { makeSamples, openRegion, operatorAddress } from "../testing/sample-resources";
import { medianRatio, serve, startServer } from "./servers";

const rounds = 40;
const listeners = 10;
const [connections = 32, milliseconds = 500] = process.argv.slice(2).map(Number);

const backend = () =>
  createServer(createApp(createLog("error"), { "/": { get: (_req, res) => void res.json(42) } })).server;

/** A region whose load balancer has one target, the backend; its local Internet says the load balancer's name. */
async function localInternet(backendPort: number): Promise<http.Server> {
  const { region, resources, clock } = await openRegion();
  const made = await makeSamples(resources, "command:remote:CopyToRemote");
  region.network.registerEndpoint(
    String(made["instance"]?.outputs["primaryNetworkInterfaceId"]),
    8080,
    backendPort,
  );
  const page = new LivePage(region, {
    operatorAddress,
    ec2ApiAddress: ec2Api.address,
    progress: () => ({ ready: true, made: 0, declared: 0 }),
    outputs: () => ({}),
    listenerUrl: () => undefined,
    report: console.error,
  });
  setInterval(() => clock.advance(1000), 1000);
  return createInternetProxy({
    dns: region.dns,
    route: region.network.routerFrom({ internetAddress: operatorAddress }),
    welcome: () => String(made["aws:lb/loadBalancer:LoadBalancer"]?.outputs["dnsName"]),
    handleApiRequest: (_req, res) => res.writeHead(501).end(),
    handlePageRequest: page.handle,
  });
}

/** Resolves once they have their snapshots. */
async function listen(url: string): Promise<http.IncomingMessage[]> {
  return Promise.all(
    Array.from({ length: listeners }, async () => {
      const request = http.get(`${url}/events`, { agent: false });
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      await once(response, "data");
      return response.on("data", () => undefined).on("error", () => undefined);
    }),
  );
}

async function main(): Promise<void> {
  try {
    const direct = await startServer(__filename, { BENCH_ROLE: "backend" });
    const port = await startServer(__filename, { BENCH_ROLE: "region", BENCH_PORT: String(direct) });
    const url = `http://127.0.0.1:${port}`;
    const { text: name } = await answerTo(url);
    const request = `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n`;
    const load = () => saturate(port, request, { connections, milliseconds });
    await load();
    const watched = async () => {
      const pages = await listen(url);
      const perSecond = await load();
      for (const page of pages) page.destroy();
      return perSecond;
    };
    let round = 0;
    const ratio = await medianRatio(rounds, async () => {
      // In turns, so that neither always comes after the other.
      const first = round++ % 2 === 0;
      const before = first ? await load() : await watched();
      const after = first ? await watched() : await load();
      const [alone, listened] = first ? [before, after] : [after, before];
      console.log(`nobody listens ${alone.toFixed(0)}/s, ${listeners} pages listen ${listened.toFixed(0)}/s`);
      return listened / alone;
    });
    console.log(`ratio ${ratio} (Node ${process.version}, ${connections} connections)`);
  } finally {
    await cleanUp();
  }
}

const { BENCH_ROLE, BENCH_PORT } = process.env;
if (BENCH_ROLE === "backend") void serve(backend());
else if (BENCH_ROLE === "region") void localInternet(Number(BENCH_PORT)).then(serve);
else void main();
