/** Brings a local region to life: evaluates the program in it, and waits until what it declares serves. */
import { writeFile } from "node:fs/promises";
import type http from "node:http";
import { join } from "node:path";
import { fetchRuntime } from "../apps/shipping/runtime";
import { hasFirstInstance } from "./services/auto-scaling/first-instance";
import type { Clock } from "./clock";
import { RegionEngine } from "./pulumi/engine";
import { evaluate, type StackOutput } from "./pulumi/evaluate";
import { isTaken, listen, listenNear, closeServer } from "./network/http/servers";
import { createInternetProxy, createLocalPort } from "./network/local-internet";
import { outputsAsJson } from "./pulumi/outputs";
import { Region } from "./region";
import type { Stack } from "./pulumi/stack";

export interface StartOptions {
  /** The project's root: where the program and the stack's files are. */
  root: string;
  stack: Stack;
  /** Where the region keeps what it makes; emptied at the start. */
  folder: string;
  clock: Clock;
  operatorAddress: string;
  /** Loopback port of the local Internet; without one, 4000 or a free one. */
  port?: number;
  /** Resources that are left undeclared, by kind and name: "NetworkAclRule:data-ingress-ssh". */
  without: readonly string[];
  report: (event: string) => void;
}

export interface RunningRegion {
  region: Region;
  outputs: Record<string, StackOutput>;
  /** The local Internet: an HTTP proxy. */
  internetUrl: string;
  /** Load balancers by name, each on a loopback port. */
  localPorts: Map<string, string>;
  close(): Promise<void>;
}

const preferredPort = 4000;

/**
 * @throws when the program or the region fails; nothing is left running then
 */
export async function startRegion(options: StartOptions): Promise<RunningRegion> {
  const { stack, folder, clock, operatorAddress, report, root } = options;
  const name = stack.config["aws:region"];
  if (name === undefined)
    throw new Error("the stack has no region: `pulumi config set aws:region us-east-1`");
  const region = new Region({ name, folder, clock, operatorAddress, report });
  const servers: http.Server[] = [];
  const close = async () => {
    for (const server of servers) closeServer(server);
    await region.close();
  };
  try {
    let welcome = "the region is starting\n";
    const door = createInternetProxy(region, () => welcome);
    const doorPort = await openDoor(door, options.port);
    const doorUrl = `http://127.0.0.1:${doorPort}`;
    if (options.port === undefined && doorPort !== preferredPort) {
      report(`port ${preferredPort} is taken: the local Internet is on port ${doorPort}`);
    }
    servers.push(door);

    await region.open();
    await fetchRuntime(report);
    const engine = new RegionEngine(region, options.without);
    const outputs = await evaluate(join(root, "infra", "index.ts"), stack, engine);
    engine.assertAllLeftOut();

    const shortcuts = new Map<string, string>();
    for (const { name: balancer, dnsName } of region.loadBalancers.values()) {
      const server = createLocalPort(region, dnsName);
      servers.push(server);
      const port = await listenNear(server, doorPort + 80 + shortcuts.size);
      shortcuts.set(balancer, `http://127.0.0.1:${port}/`);
    }
    await firstChecks(region);

    const json = outputsAsJson(outputs);
    await writeFile(join(folder, "outputs.json"), json);
    welcome =
      `The local Internet of ${stack.project}/${stack.stack}, an HTTP proxy: curl -x ${doorUrl} URL\n` +
      `with any name or public address of the stack's outputs:\n\n${json}`;
    return { region, outputs, internetUrl: doorUrl, localPorts: shortcuts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openDoor(door: http.Server, port: number | undefined): Promise<number> {
  if (port === undefined) return listenNear(door, preferredPort);
  try {
    return await listen(door, port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new Error(
      `port ${port} is taken or not allowed; choose another by --port, or leave it out for a free one`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Resolves when every Auto Scaling group that wants instances has one in service, and every registered target has
 * passed or failed its first health checks.
 * @throws with what stands in the activity log when a group's launch fails
 */
async function firstChecks(region: Region): Promise<void> {
  await Promise.all([...region.autoScalingGroups.values()].map(group => group.until(hasFirstInstance)));
  await Promise.all(
    [...region.targetGroups.values()].map(({ group }) =>
      group.until(targets => targets.every(({ targetHealth }) => targetHealth.state !== "initial")),
    ),
  );
}
