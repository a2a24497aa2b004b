/** A running region under load while the processes of its services are killed. */
import { setTimeout as delay } from "node:timers/promises";
import type { Host } from "../local/hosts/host";
import type { RunningRegion } from "../local/start";
import { crash, explains, lost, unexplained, type Kill } from "./kills";
import { under, type Load, type Sent } from "./load";
import type { Random } from "./random";

export interface Crash extends Kill {
  /** The host's name. */
  host: string;
}

export interface CrashPlan {
  random: Random;
  kills: number;
  /** Milliseconds from one kill to the next. */
  every: number;
  requestsPerSecond: number;
  onCrash?: (crash: Crash) => void;
  onSent?: (sent: Sent) => void;
}

export interface Survived {
  sent: Sent[];
  crashes: Crash[];
  /** Requests that were lost for another reason than a kill. */
  unexplained: Sent[];
  /** Ids of the group's instances that are no longer there. */
  replaced: string[];
}

/** Each kind of request that clients send: to both load balancers, and to data-access. */
function requests({ outputs }: RunningRegion): Load {
  const [receivers = "", fleet = "", data = ""] = [
    "receiverLoadBalancerUrl",
    "fleetLoadBalancerUrl",
    "dataReadUrl",
  ].map(name => String(outputs[name]?.value));
  return number => {
    const all = [
      { url: receivers },
      { url: receivers, method: "POST", body: { num: number } },
      { url: fleet },
      { url: data },
    ];
    return all[number % all.length] ?? { url: data };
  };
}

/** The hosts that serve those requests: data, and each load balancer's targets. */
function serving({ region }: RunningRegion): Host[] {
  const targets = [...region.elbv2.targetGroups.values()].flatMap(({ group }) =>
    group.describe().map(({ target }) => target.id),
  );
  const hosts = [...region.ec2.instances.hosts];
  return hosts
    .filter(([id, { options }]) => targets.includes(id) || options.name === "data")
    .map(([, host]) => host)
    .sort((a, b) => a.options.name.localeCompare(b.options.name));
}

/** Kills a process that is chosen by chance, again and again, and looks at what became of each request. */
export async function crashesUnderLoad(running: RunningRegion, plan: CrashPlan): Promise<Survived> {
  const { random, kills, every, requestsPerSecond: perSecond, onCrash, onSent } = plan;
  const groups = [...running.region.autoScaling.groups.values()];
  const instances = () => groups.flatMap(group => [...group.instances.keys()]);
  const before = instances();
  const crashes: Crash[] = [];
  const sent = await under(
    requests(running),
    { through: running.internetUrl, perSecond, onSent },
    async () => {
      const begun = performance.now();
      while (crashes.length < kills) {
        await delay(begun + (crashes.length + 1) * every - performance.now());
        const host = random.of(serving(running));
        const [service] = host.services.values();
        if (!service) throw new Error(`${host.options.name} has no service`);
        const crashed = { ...(await crash(service)), host: host.options.name };
        crashes.push(crashed);
        onCrash?.(crashed);
      }
      await delay(every);
    },
  );
  const now = instances();
  return {
    sent,
    crashes,
    unexplained: unexplained(sent, crashes),
    replaced: before.filter(id => !now.includes(id)),
  };
}

/** How many requests each kill cost. */
export function lossesOf({ sent, crashes }: Survived): number[] {
  return crashes.map(each => lost(sent).filter(request => explains(each, request)).length);
}
