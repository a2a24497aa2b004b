/**
 * Counts what the network decides, by pair and deciding rules, until somebody takes the counts. Each kind is described
 * when it first occurs, so a rule that changes within the quarter of a second counts from the next one on; what the
 * change drops or lets in is another kind at once.
 */
import type { TrafficObserver } from "../network/virtual-network";
import type { ConnectionAttempt, Verdict as NetworkVerdict } from "../network/reachability/verdict";
import type { Drop, FlowCount, RegionTime, RuleKey, Verdict } from "./events";
import type { Verdicts } from "./verdicts";

interface Kind {
  flow: Omit<FlowCount, "at" | "count">;
  drop?: Omit<Drop, "at" | "count">;
  count: number;
}

export interface Counted {
  flows: FlowCount[];
  drops: Drop[];
}

const verdicts: Record<Parameters<TrafficObserver>[1], Verdict> = {
  open: "allowed",
  refused: "refused",
  dropped: "dropped",
};

export class TrafficCounter {
  private kinds = new Map<string, Kind>();

  constructor(
    private readonly describe: (attempt: ConnectionAttempt) => NetworkVerdict,
    private readonly verdicts: Verdicts,
  ) {}

  readonly observe: TrafficObserver = (attempt, outcome, { drop }, purpose) => {
    const { from, to } = attempt;
    const source = "interfaceId" in from ? from.interfaceId : from.internetAddress;
    const by = drop && `${drop.code} ${drop.component.ids.join()} ${drop.direction} ${drop.packet}`;
    const key = `${source} ${to.address}:${to.port} ${outcome} ${purpose} ${by}`;
    const known = this.kinds.get(key);
    if (known) known.count++;
    else this.kinds.set(key, { ...this.kindOf(attempt, verdicts[outcome], purpose), count: 1 });
  };

  /** What was counted since the last time; a load balancer's nodes are one. */
  take(at: RegionTime): Counted {
    const { kinds } = this;
    if (kinds.size === 0) return { flows: [], drops: [] };
    this.kinds = new Map();
    const flows = new Map<string, FlowCount>();
    const drops = new Map<string, Drop>();
    for (const { flow, drop, count } of kinds.values()) {
      addTo(flows, flowKey(flow), { ...flow, at, count });
      if (drop) addTo(drops, drop.kind, { ...drop, at, count });
    }
    return { flows: [...flows.values()], drops: [...drops.values()] };
  }

  private kindOf(
    attempt: ConnectionAttempt,
    outcome: Verdict,
    purpose: Parameters<TrafficObserver>[3],
  ): Pick<Kind, "flow" | "drop"> {
    const verdict = this.describe(attempt);
    const drop = this.verdicts.dropOf(attempt, verdict, purpose);
    const flow = {
      ...this.verdicts.endsOf(attempt, verdict, purpose),
      verdict: outcome,
      packet: drop?.packet ?? "request",
      rules: this.verdicts.rulesOf(verdict),
      healthCheck: purpose === "health-check",
    };
    return { flow, drop };
  }
}

function flowKey({ from, to, port, verdict, packet, rules, healthCheck }: Kind["flow"]): string {
  return JSON.stringify([from, to, port, verdict, packet, rules, healthCheck]);
}

function addTo<Item extends { at: RegionTime; count: number }>(
  items: Map<string, Item>,
  key: string,
  item: Item,
): void {
  const known = items.get(key);
  if (!known) items.set(key, item);
  else Object.assign(known, { ...item, count: known.count + item.count });
}

/** Far more than a region of a program has; an Internet full of port scans has more. */
const mostFlows = 300;
const mostDrops = 30;

/** What has been counted altogether, by kind; of too many kinds, the oldest go. */
export class TrafficTotals {
  readonly hits: Record<RuleKey, number> = {};
  private readonly flowsByKind = new Map<string, FlowCount>();
  private readonly dropsByKind = new Map<string, Drop>();

  add({ flows, drops }: Counted): void {
    for (const flow of flows) {
      renew(this.flowsByKind, flowKey(flow), flow, mostFlows);
      for (const rule of flow.rules) this.hits[rule] = (this.hits[rule] ?? 0) + flow.count;
    }
    for (const drop of drops) renew(this.dropsByKind, drop.kind, drop, mostDrops);
  }

  get flows(): FlowCount[] {
    return [...this.flowsByKind.values()];
  }

  /** Latest first. */
  get drops(): Drop[] {
    return [...this.dropsByKind.values()].reverse();
  }
}

/** Adds it up, and moves it to the end. */
function renew<Item extends { at: RegionTime; count: number }>(
  items: Map<string, Item>,
  key: string,
  item: Item,
  most: number,
): void {
  const count = (items.get(key)?.count ?? 0) + item.count;
  items.delete(key);
  items.set(key, { ...item, count });
  const [oldest] = items.keys();
  if (items.size > most && oldest !== undefined) items.delete(oldest);
}
