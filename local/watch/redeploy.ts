/** Ships what a changed source makes of the releases, to the hosts that run them, as `pulumi up` would. */
import { installedManifests } from "../../apps/installer/install";
import { ports, type ServiceName } from "../../apps/ports";
import { buildRelease } from "../../apps/shipping/release";
import { installCommand, manifestFor, remoteRelease } from "../../apps/shipping/ship";
import type { Host } from "../hosts/host";
import { rollFleets, type Fleets } from "./fleets";

export interface RedeployContext extends Fleets {
  hosts: ReadonlyMap<string, Host>;
  /** Runs the command that installs a service. */
  run: (host: Host, command: string, stdin: string) => Promise<string>;
  /** Receives each step, as one line. */
  report: (event: string) => void;
}

/** Read once, when a start begins: the region itself runs by them. */
const onlyAtAStart = /^(infra\/|apps\/(shipping\/|manifest\.ts$|ports\.ts$|[^/]+\/ports\.ts$))/;

/** Redeploys after each change, given the paths that have changed. */
export function redeployer(context: RedeployContext): (paths: string[]) => Promise<void> {
  /** Hosts whose image is older than they are. */
  const unbaked = new Set<string>();
  return async changed => {
    const paths = changed.filter(path => !path.endsWith(".test.ts"));
    for (const path of paths.filter(each => onlyAtAStart.test(each)))
      context.report(`${path} changed: that needs a new start`);
    const sources = paths.filter(path => !onlyAtAStart.test(path));
    if (sources.length === 0) return;
    try {
      await ship(context, sources, unbaked);
    } catch (error) {
      context.report(`${sources.join(", ")} changed, and failed: ${(error as Error).message}`);
    }
  };
}

/** @throws the first failure; hosts that it didn't reach keep their release, for the next change to find */
async function ship(context: RedeployContext, sources: string[], unbaked: Set<string>): Promise<void> {
  const { hosts, groups, run, report } = context;
  let shipped = 0;
  for (const host of hosts.values()) {
    const { instanceId, name } = host.options;
    // A group's instances are launched from its image.
    if ([...groups.values()].some(group => group.instances.has(instanceId))) continue;
    for (const manifest of await installedManifests(host.root)) {
      if (!isOurs(manifest.service)) continue;
      const release = await buildRelease(manifest.service);
      if (release.sha256 === manifest.release.sha256) continue;
      report(`${manifest.service} changed: shipping to ${name}`);
      const begun = performance.now();
      await host.copyHere(release.archive, remoteRelease(release));
      await run(host, installCommand(release), JSON.stringify(manifestFor(release, manifest.environment)));
      report(`${name}: done in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
      unbaked.add(instanceId);
      shipped++;
    }
  }
  if (shipped === 0 && unbaked.size === 0) report(`${sources.join(", ")} changed, and no release`);
  for (const instanceId of unbaked) {
    await rollFleets(context, instanceId);
    unbaked.delete(instanceId);
  }
}

function isOurs(service: string): service is ServiceName {
  return Object.hasOwn(ports, service);
}
